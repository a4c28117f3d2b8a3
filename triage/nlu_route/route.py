"""What the route step answers, whatever engine stands behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from triage.interventions.types import InterventionType
from triage.nlu_route.particulars import Particulars
from triage.signals import Signal


class RouteUnavailable(Exception):
    """Rasa is down, late (2 s) or answered oddly: the caller reaches a person."""


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """One reading of one message.

    `type` is always filled: the best of the four types, however low its confidence (0 to 1).
    `subtopic` is a retrieval intent such as `information/heures`, or `conversation/salutation`.
    `understood` is false under the confidence threshold of its type. `signal` is the engine's second
    opinion on risk, read after the gate: it may only add to what the gate said. `particulars`: what the
    message says in passing.
    """

    type: InterventionType
    subtopic: str
    confidence: float
    understood: bool
    signal: Signal | None = None
    particulars: Particulars = field(default_factory=Particulars)

    @property
    def asks_for_person(self) -> bool:
        return self.understood and self.subtopic == "conversation/personne"


class Router(Protocol):
    """The whole contract with the language engine: replaceable by anything that has these two."""

    async def parse(self, text: str) -> RouteDecision: ...

    async def is_ready(self) -> bool: ...
