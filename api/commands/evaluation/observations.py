"""Each sentence read once by what is measured; every measure is then made of the same observations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from api.commands.evaluation.rows import Row
from triage.interventions.types import InterventionType
from triage.nlu_route.route import RouteDecision, RouteUnavailable
from triage.risk_gate.learnt import LearntDetector
from triage.signals import Question, Reading


class ReadsRisk(Protocol):
    """The part of the gate that is measured."""

    def read(self, text: str, question: Question = Question.OPEN, earlier: Sequence[str] = ()) -> Reading: ...


class Routes(Protocol):
    """The part of the router that is measured."""

    async def parse(self, text: str) -> RouteDecision: ...


@dataclass(frozen=True, slots=True)
class Observed:
    """A sentence and what was said of it.

    `reading`: as a first message, with the second opinion of the route once it was asked. `as_answer`: the same
    words in answer to « danger maintenant ? ». `score`: the learnt score, 0 to 1. `decision` is None when the route
    was not asked, or did not answer (`route_failed`).
    """

    row: Row
    reading: Reading
    as_answer: Reading
    score: float
    decision: RouteDecision | None = None
    route_failed: bool = False

    @property
    def alarmed(self) -> bool:
        return self.reading.is_risk

    @property
    def right(self) -> bool:
        """The gate said what the label says."""
        return self.alarmed == self.row.risk

    @property
    def read_type(self) -> InterventionType | None:
        return self.decision.type if self.decision is not None else None


def observe_risk(rows: Sequence[Row], gate: ReadsRisk, score: Callable[[str], float]) -> list[Observed]:
    """Without the limit of one second: a busy machine must not turn into alarms."""
    return [
        Observed(row, gate.read(row.text), gate.read(row.text, Question.DANGER_NOW), score(row.text)) for row in rows
    ]


async def observe_route(observed: Sequence[Observed], router: Routes) -> list[Observed]:
    """The same observations with what the route decides; one that gets no answer is kept, marked."""
    routed = []
    for one in observed:
        try:
            routed.append(_with_decision(one, await router.parse(one.row.text)))
        except RouteUnavailable:
            routed.append(replace(one, route_failed=True))
    return routed


def _with_decision(one: Observed, decision: RouteDecision) -> Observed:
    second = (decision.signal,) if decision.signal is not None else ()
    return replace(one, decision=decision, reading=Reading((*one.reading.signals, *second)))


def learnt_score(detector: LearntDetector) -> Callable[[str], float]:
    """The score of a text: that of its window most likely to be a risk, 0 without any window."""

    def score(text: str) -> float:
        return max((judgement.risk for _, judgement in detector.judge(text)), default=0.0)

    return score


def with_risk(observed: Sequence[Observed]) -> list[Observed]:
    return [one for one in observed if one.row.risk]


def without_risk(observed: Sequence[Observed]) -> list[Observed]:
    return [one for one in observed if not one.row.risk]
