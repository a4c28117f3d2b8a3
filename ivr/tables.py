"""What the phone door keeps: where each call stands, and the answers already given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, EnumText, UtcDateTime
from triage.interventions.types import Line


class PhoneCall(Base):
    """One leg of a caller, by its CallSid: several people may share a number, or have none to show.

    `state` is the menu's (no text of the person in it); `document` is the TwiML in force, sealed.
    """

    __tablename__ = "phone_call"
    __table_args__ = (Index("ix_phone_call_ended_at", "ended_at"),)

    call_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    line: Mapped[Line] = mapped_column(EnumText(Line))
    number_known: Mapped[bool]
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    turn: Mapped[int] = mapped_column(default=0)
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    numbers_said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    overflow_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outside_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WebhookAnswer(Base):
    """The TwiML given to one request: asked again with the same token, the same bytes are given.

    `token` is the SHA-256 of Twilio's token, in hexadecimal; `body` is sealed.
    """

    __tablename__ = "webhook_answer"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
