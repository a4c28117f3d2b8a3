"""The contact, its turns, its signals, and the audit lines."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Float, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, EnumText, UtcDateTime
from triage.interventions.types import Channel, InterventionType, Language, Line, Stage
from triage.signals import RiskKind, RiskLevel


class Holder(StrEnum):
    """Whose the contact is. Once a person's, never the bot's again."""

    BOT = "bot"
    PERSON = "person"
    CLOSED = "closed"


class Author(StrEnum):
    PERSON = "person"
    BOT = "bot"
    INTERVENANT = "intervenant"


class Contact(Base):
    """One person's visit, by one channel, from arrival to closing."""

    __tablename__ = "contact"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    line: Mapped[Line] = mapped_column(EnumText(Line))
    channel: Mapped[Channel] = mapped_column(EnumText(Channel))
    language: Mapped[Language] = mapped_column(EnumText(Language))
    holder: Mapped[Holder] = mapped_column(EnumText(Holder))
    level: Mapped[RiskLevel] = mapped_column(EnumText(RiskLevel))
    type: Mapped[InterventionType | None] = mapped_column(EnumText(InterventionType))
    stage: Mapped[Stage] = mapped_column(EnumText(Stage))
    territory: Mapped[str | None] = mapped_column(String(120))
    last_turn: Mapped[int] = mapped_column(default=0)
    last_person_turn: Mapped[int] = mapped_column(default=0)
    misunderstood: Mapped[int] = mapped_column(default=0)
    unreadable_seen: Mapped[bool] = mapped_column(default=False)
    person_offered: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disposition: Mapped[str | None] = mapped_column(String(64))
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    caller_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    caller_hash_generation: Mapped[str | None] = mapped_column(String(64))
    caller_number: Mapped[bytes | None] = mapped_column(LargeBinary)


class Turn(Base):
    """One thing said. `answers` is the number of the person's turn that this turn of the bot answers."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("contact_id", "number"),
        UniqueConstraint("contact_id", "client_id"),
        Index("ix_turn_contact_answers", "contact_id", "answers"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    number: Mapped[int]
    author: Mapped[Author] = mapped_column(EnumText(Author))
    staff_id: Mapped[str | None] = mapped_column(String(32))
    client_id: Mapped[str | None] = mapped_column(String(80))
    text: Mapped[bytes] = mapped_column(LargeBinary)
    question: Mapped[str | None] = mapped_column(String(32))
    answers: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RiskSignal(Base):
    """One hit of one detector in one turn; the quote is sealed with the contact's key."""

    __tablename__ = "risk_signal"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    turn_number: Mapped[int]
    kind: Mapped[RiskKind] = mapped_column(EnumText(RiskKind))
    level: Mapped[RiskLevel] = mapped_column(EnumText(RiskLevel))
    detector: Mapped[str] = mapped_column(String(80))
    score: Mapped[float] = mapped_column(Float)
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditLine(Base):
    """Who did or read what, by ids only. `seal` chains the lines, in the order of `seal_number`."""

    __tablename__ = "audit_line"
    __table_args__ = (Index("ix_audit_line_actor_subject", "actor_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(80))
    seal_number: Mapped[int | None] = mapped_column(unique=True)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)
