"""The words of a handoff: its states, events, classes, reasons."""

from __future__ import annotations

from enum import StrEnum

from triage.interventions.types import Line
from triage.signals import RiskLevel


class HandoffState(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    CALLBACK = "callback"  # below risk, hung up with the promise of a call, still in the queue
    LEFT = "left"  # « parti » : at risk, hung up or quit, still in the queue
    CLOSED = "closed"
    ABANDONED = "abandoned"  # below risk, left before anyone took them


OPEN_STATES = (HandoffState.WAITING, HandoffState.CLAIMED, HandoffState.CALLBACK, HandoffState.LEFT)
CLAIMABLE_STATES = (HandoffState.WAITING, HandoffState.CALLBACK, HandoffState.LEFT)


class HandoffEventKind(StrEnum):
    OPENED = "opened"
    RAISED = "raised"
    OFFERED = "offered"
    CLAIMED = "claimed"
    RELEASED = "released"
    TRANSFERRED = "transferred"
    ESCALATED = "escalated"
    CALLBACK_SET = "callback_set"
    ATTEMPTED = "attempted"
    LEFT = "left"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class QueueClass(StrEnum):
    IMMINENT = "imminent"
    RISK = "risk"
    CRISE = "crise"
    PARTENAIRES = "partenaires"
    FALLBACK = "fallback"

    @property
    def rank(self) -> int:
        """0 is served first."""
        return CLASS_ORDER.index(self)

    @property
    def is_risk(self) -> bool:
        return self in (QueueClass.IMMINENT, QueueClass.RISK)


CLASS_ORDER = (
    QueueClass.IMMINENT,
    QueueClass.RISK,
    QueueClass.CRISE,
    QueueClass.PARTENAIRES,
    QueueClass.FALLBACK,
)


class AttemptResult(StrEnum):
    """What came of calling somebody back."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MAILBOX = "mailbox"
    NOT_SAFE = "not_safe"  # somebody else answered, or the person could not speak freely


class HandoffReason(StrEnum):
    RISK = "risk"
    ASKED = "asked"
    CRISE = "crise"
    MISUNDERSTOOD = "misunderstood"
    SILENCE = "silence"
    FAULT = "fault"
    LINE = "line"
    UNREADABLE = "illisible"
    RETURNED = "returned"  # somebody wrote again after the contact was closed


class Role(StrEnum):
    INTERVENANT = "intervenant"
    GARDE_CLINIQUE = "garde_clinique"
    COORDINATION = "coordination"
    ADMIN = "admin"


class PresenceState(StrEnum):
    AVAILABLE = "available"
    PAUSED = "paused"


def queue_class(level: RiskLevel, reason: HandoffReason, line: Line) -> QueueClass:
    """The class of a handoff; the risk level always speaks first."""
    if level is RiskLevel.IMMINENT:
        return QueueClass.IMMINENT
    if level is RiskLevel.RISK:
        return QueueClass.RISK
    if reason is HandoffReason.CRISE:
        return QueueClass.CRISE
    if line is Line.PARTENAIRES:
        return QueueClass.PARTENAIRES
    return QueueClass.FALLBACK
