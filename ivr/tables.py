"""What the phone door keeps: where each call stands, and the answers already given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, EnumText, UtcDateTime
from ivr.legs.causes import LegCause
from triage.interventions.types import Line
from triage.voice_port import AnswerWay, LegKind, LegState

_LIVE = text("state IN ('ringing', 'on_line')")


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
    # Brought into the conversation; empty again once back in the queue.
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    awaiting_key_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PhoneLeg(Base):
    """A leg other than the caller's own. `state` only goes forward; `call_sid` is unknown until Twilio gives it.

    One staff member has one live leg in a contact at most. The number dialled is not kept.
    """

    __tablename__ = "phone_leg"
    __table_args__ = (
        Index(
            "uq_phone_leg_live_staff", "contact_id", "staff_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
        Index("ix_phone_leg_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    call_sid: Mapped[str | None] = mapped_column(String(64), unique=True)
    kind: Mapped[LegKind] = mapped_column(EnumText(LegKind))
    staff_id: Mapped[str | None] = mapped_column(String(32), index=True)
    label: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[LegState] = mapped_column(EnumText(LegState))
    cause: Mapped[LegCause | None] = mapped_column(EnumText(LegCause))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    dialled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PhoneConference(Base):
    """A conference of Twilio's, as its callbacks tell; a contact that went back to the queue has several."""

    __tablename__ = "phone_conference"

    conference_sid: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    last_sequence: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffPhone(Base):
    """How a member of the staff answers. `number` is sealed."""

    __tablename__ = "staff_phone"

    staff_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    way: Mapped[AnswerWay] = mapped_column(EnumText(AnswerWay))
    number: Mapped[bytes | None] = mapped_column(LargeBinary)


class WebhookAnswer(Base):
    """The TwiML given to one request: asked again with the same token, the same bytes are given.

    `token` is the SHA-256 of Twilio's token, in hexadecimal; `body` is sealed.
    """

    __tablename__ = "webhook_answer"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
