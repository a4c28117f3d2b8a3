"""What every door gives to the flow, and what it gets back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from triage.handoff.states import HandoffReason, HandoffState
from triage.interventions.types import InterventionType
from triage.signals import Question, Reading, RiskKind, RiskLevel, Signal


class Said(StrEnum):
    """How the person said it."""

    TEXT = "text"
    ASKED_PERSON = "asked_person"  # key 0, or the button « parler à une personne »
    SILENCE = "silence"  # a silence that must reach a person
    UNREADABLE = "unreadable"  # not decodable, or too large: `text` is what could be kept
    MISUNDERSTOOD = "misunderstood"  # the phone's keys, pressed wrong twice
    FINISHED = "finished"  # nothing more is needed: kept, and not for the bot to answer
    ENTERED = "entered"  # the way in is itself a signal: see `signals`
    FAULT = "fault"  # a door failed while it had the person


@dataclass(frozen=True, slots=True)
class IncomingTurn:
    """One thing said by a person. `client_id` is unique in the contact: sent again, it gets the same answer.

    `signals` are those that the door itself knows (a key, a line), beside what the gate reads in the text.
    """

    contact_id: str
    client_id: str
    text: str = ""
    said: Said = Said.TEXT
    question: Question = Question.OPEN
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoffView:
    """What a door may know of the contact's handoff."""

    id: str
    state: HandoffState
    reason: HandoffReason
    level: RiskLevel
    kinds: tuple[RiskKind, ...] = ()


NOTHING_READ = Reading()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a turn. `replies` are the bot's words, already stored; empty means: say nothing.

    `handoff` is filled from the turn at which a person is reached, and stays so after it.
    """

    contact_id: str
    turn_number: int
    reading: Reading = NOTHING_READ
    replies: tuple[str, ...] = ()
    handoff: HandoffView | None = None
    type: InterventionType | None = None
    confidence: float = 0.0
    repeated: bool = False
    offers_person: bool = False


def entry_signal(kind: RiskKind, level: RiskLevel = RiskLevel.RISK) -> Signal:
    """A signal that comes from the way in (a line, a key, the silent code): nothing to quote."""
    return Signal(kind=kind, level=level, detector="door", score=1.0)
