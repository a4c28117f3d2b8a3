"""Harmless requests that take an intervenant's time: through the queue of risks, or to a person as `crise`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.commands.evaluation.intervals import Share
from api.commands.evaluation.observations import Observed, without_risk
from api.commands.evaluation.rows import Row
from api.commands.triage import UNKNOWN_TYPE, reaches_a_person
from triage.interventions.types import InterventionType

_ANSWERED = (InterventionType.INFORMATION, InterventionType.EDUCATION)
GROUPS: dict[str, Callable[[Row], bool]] = {
    "information_and_education": lambda row: not row.is_conversation and row.type in _ANSWERED,
    "information": lambda row: not row.is_conversation and row.type is InterventionType.INFORMATION,
    "education": lambda row: not row.is_conversation and row.type is InterventionType.EDUCATION,
    "conversation": lambda row: row.is_conversation,
}


@dataclass(frozen=True, slots=True)
class OverTriage:
    """Of harmless sentences of one group.

    `risk_queue`: alarmed by the gate, the only way into that queue on a first message. `crise_by_route`: not alarmed,
    and the route sends them to a person as `crise`, also when it does not answer. `any_person`: these, and those
    whose reading asks for a person. The last two are None when the route was not asked.
    """

    risk_queue: Share
    crise_by_route: Share | None
    any_person: Share | None


def over_triage(observed: Sequence[Observed]) -> dict[str, OverTriage]:
    harmless = without_risk(observed)
    return {name: _group([one for one in harmless if belongs(one.row)]) for name, belongs in GROUPS.items()}


def _group(observed: Sequence[Observed]) -> OverTriage:
    asked = any(one.decision is not None or one.route_failed for one in observed)
    return OverTriage(
        risk_queue=Share.of(one.alarmed for one in observed),
        crise_by_route=Share.of(not one.alarmed and _as_crise(one) for one in observed) if asked else None,
        any_person=Share.of(one.alarmed or _to_a_person(one) for one in observed) if asked else None,
    )


def _as_crise(one: Observed) -> bool:
    """Without an answer from the route the flow reaches a person, as it does for `crise`."""
    return (one.decision or UNKNOWN_TYPE).type is InterventionType.CRISE


def _to_a_person(one: Observed) -> bool:
    return reaches_a_person(one.decision or UNKNOWN_TYPE)
