"""The words of risk, used by every step: levels, kinds, and what a reading says.

Source: the project's labelling guide (what counts as a risk signal).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RiskLevel(StrEnum):
    """How near the danger is. In a contact it only rises; only a person lowers it."""

    NONE = "none"
    RISK = "risk"
    IMMINENT = "imminent"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def at_least(self, other: RiskLevel) -> bool:
        return self.rank >= other.rank


_RANKS = {RiskLevel.NONE: 0, RiskLevel.RISK: 1, RiskLevel.IMMINENT: 2}


def highest(*levels: RiskLevel) -> RiskLevel:
    return max(levels, key=lambda level: level.rank, default=RiskLevel.NONE)


class RiskKind(StrEnum):
    """What the danger is. The last five are not read in words: they come from the way in."""

    SUICIDE = "suicide"
    SELF_HARM = "self_harm"
    VIOLENCE_VICTIM = "violence_victim"
    VIOLENCE_TOWARD_OTHERS = "violence_toward_others"
    VULNERABLE_IN_DANGER = "vulnerable_in_danger"
    MEDICAL = "medical"
    MENTAL_STATE = "mental_state"
    PHYSICAL_DANGER = "physical_danger"
    UNSPECIFIED = "unspecified"  # a danger is there, its kind is not said ("au secours")
    FAULT = "fault"  # the gate could not read a readable text in time
    LINE = "line"  # the suicide prevention line: entering is a signal
    SILENT_CODE = "silent_code"  # somebody who cannot speak
    PARTNER_KEY = "partner_key"  # a partner pressed the key of danger now


class Question(StrEnum):
    """A question of ours that a message may answer; "oui" alone means nothing without it."""

    OPEN = "open"
    DANGER_NOW = "danger_now"


@dataclass(frozen=True, slots=True)
class Signal:
    """One hit of one detector.

    `start` and `end` are code points of the text as received (`end` excluded); a fault, a key or a
    line has no quote and both are 0.
    """

    kind: RiskKind
    level: RiskLevel
    detector: str
    score: float
    quote: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the gate says of one text."""

    signals: tuple[Signal, ...] = ()

    @property
    def level(self) -> RiskLevel:
        return highest(*(signal.level for signal in self.signals))

    @property
    def is_risk(self) -> bool:
        return bool(self.signals)

    @property
    def is_fault(self) -> bool:
        return any(signal.kind is RiskKind.FAULT for signal in self.signals)
