"""The handoff's row, its append-only events, the steps taken on it, and who is on line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, EnumText, UtcDateTime
from triage.handoff.states import (
    HandoffEventKind,
    HandoffReason,
    HandoffState,
    PresenceState,
    QueueClass,
    Role,
)
from triage.interventions.types import Channel, Line
from triage.signals import RiskLevel

_OPEN = text("state IN ('waiting', 'claimed', 'callback', 'left')")


class Handoff(Base):
    """Where a handoff stands. Changed only together with an event; `version` counts the changes."""

    __tablename__ = "handoff"
    __table_args__ = (
        Index("uq_handoff_open_contact", "contact_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_handoff_state", "state"),
        Index("ix_handoff_class_opened_at", "queue_class", "opened_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    line: Mapped[Line] = mapped_column(EnumText(Line))
    channel: Mapped[Channel] = mapped_column(EnumText(Channel))
    state: Mapped[HandoffState] = mapped_column(EnumText(HandoffState))
    owner_id: Mapped[str | None] = mapped_column(String(32), index=True)
    queue_class: Mapped[QueueClass] = mapped_column(EnumText(QueueClass))
    level: Mapped[RiskLevel] = mapped_column(EnumText(RiskLevel))
    reason: Mapped[HandoffReason] = mapped_column(EnumText(HandoffReason))
    version: Mapped[int] = mapped_column(default=1)
    round: Mapped[int] = mapped_column(default=1)
    at_head: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    waiting_since: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered_to: Mapped[str | None] = mapped_column(String(32))
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person_left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recall_possible: Mapped[bool | None]
    recall_safe: Mapped[bool | None]
    # Set from the moment a callback was promised until a person closes the handoff: that promise is never dropped.
    callback_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    callback_attempts: Mapped[int] = mapped_column(default=0, server_default="0")


class HandoffEvent(Base):
    """What happened, in order; never changed. `detail` holds ids and words of this package, never a text."""

    __tablename__ = "handoff_event"
    __table_args__ = (UniqueConstraint("handoff_id", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    handoff_id: Mapped[str] = mapped_column(ForeignKey("handoff.id", ondelete="CASCADE"))
    version: Mapped[int]
    kind: Mapped[HandoffEventKind] = mapped_column(EnumText(HandoffEventKind))
    actor_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    detail: Mapped[dict[str, str]] = mapped_column(JSON)


class StepTaken(Base):
    """A step of the clock, taken once for a handoff and a round, by whichever process came first."""

    __tablename__ = "step_taken"

    handoff_id: Mapped[str] = mapped_column(ForeignKey("handoff.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(String(32), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Presence(Base):
    """An intervenant on line. Presence is a lease: without a sign before `lease_until` it is over."""

    __tablename__ = "presence"

    staff_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    state: Mapped[PresenceState] = mapped_column(EnumText(PresenceState))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
