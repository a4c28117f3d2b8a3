"""The gate and the route, answering what the real ones were recorded to answer (`record.py`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fixtures.scripted import ScriptedGate
from triage.interventions.types import InterventionType
from triage.nlu_route.particulars import AgeBand, Particulars
from triage.nlu_route.route import RouteDecision, RouteUnavailable
from triage.signals import Question, Reading, RiskKind, RiskLevel, Signal

RECORDED = Path(__file__).with_name("recorded_answers.json")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was said of one sentence."""

    text: str
    reading: Reading
    decision: RouteDecision

    @property
    def level(self) -> RiskLevel:
        return self.reading.level


def load_recorded() -> dict[str, Recorded]:
    """By sentence, in the order of the file."""
    return {entry["text"]: _recorded(entry) for entry in json.loads(RECORDED.read_text("utf-8"))}


def _recorded(entry: Mapping[str, Any]) -> Recorded:
    reading = Reading(tuple(_signal(signal) for signal in entry["signals"]))
    route = dict(entry["route"])
    found = route.pop("particulars")
    particulars = Particulars(
        territories=tuple(tuple(candidates) for candidates in found["territories"]),
        ages=tuple(AgeBand(**age) for age in found["ages"]),
        **{name: tuple(found[name]) for name in ("about", "disasters", "resources")},
    )
    signal = route.pop("signal")
    decision = RouteDecision(
        type=InterventionType(route.pop("type")),
        signal=_signal(signal) if signal else None,
        particulars=particulars,
        **route,
    )
    return Recorded(entry["text"], reading, decision)


def _signal(stored: Mapping[str, Any]) -> Signal:
    return Signal(**{**stored, "kind": RiskKind(stored["kind"]), "level": RiskLevel(stored["level"])})


class RecordedGate(ScriptedGate):
    """`unknown` counts the texts that were never recorded; `broken` and `raises` make it fail."""

    def __init__(self, answers: Mapping[str, Recorded]) -> None:
        super().__init__()
        self.answers = answers
        self.unknown = 0
        self.raises = False

    def read_frames_only(self, text: str) -> Reading:
        if text not in self.answers:
            self.unknown += 1
            return Reading()
        return self.answers[text].reading

    async def read_within(
        self,
        text: str,
        question: Question = Question.OPEN,
        earlier: Sequence[str] = (),
        seconds: float = 1.0,
        *,
        frames_clear: Callable[[], None] = lambda: None,
    ) -> Reading:
        self.seen.clear()
        if self.raises:
            raise RuntimeError("the gate is lost")
        return await super().read_within(text, question, earlier, seconds, frames_clear=frames_clear)


class RecordedRouter:
    def __init__(self, answers: Mapping[str, Recorded]) -> None:
        self.answers = answers
        self.is_down = False

    async def parse(self, text: str) -> RouteDecision:
        if self.is_down or text not in self.answers:
            raise RouteUnavailable
        return self.answers[text].decision

    async def is_ready(self) -> bool:
        return not self.is_down
