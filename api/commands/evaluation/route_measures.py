"""How well the route names the type and the subtopic, and whether its confidence can be believed.

A sentence that got no answer is a wrong one; it has no confidence, and is left out of the reliability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score

from api.commands.evaluation.intervals import Estimate, Places, Share, estimate
from api.commands.evaluation.observations import Observed, without_risk
from triage.interventions.types import InterventionType
from triage.nlu_route.route import RouteDecision

BINS = 10
UNANSWERED = "unanswered"
TYPES = tuple(type_.value for type_ in InterventionType)


@dataclass(frozen=True, slots=True)
class Confusion:
    """`rows[i][j]`: the sentences of type i, in the order of `types`, that were read as `columns[j]`."""

    types: list[str]
    columns: list[str]
    rows: list[list[Share]]


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings whose confidence is in [low, high), the last bin closed; None when there is none."""

    low: float
    high: float
    mean_confidence: float | None
    right: Share


@dataclass(frozen=True, slots=True)
class Reliability:
    """`expected_calibration_error`: the mean gap between confidence and share right, weighted by bin."""

    bins: list[Bin]
    expected_calibration_error: float | None


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """Macro-F1 over the classes that the sentences hold (scikit-learn); `unanswered` sentences count as wrong."""

    unanswered: int
    type_macro_f1: Estimate
    type_macro_f1_harmless: Estimate
    subtopic_macro_f1: Estimate
    subtopic_macro_f1_harmless: Estimate
    type_right: Share
    type_right_harmless: Share
    confusion: Confusion
    reliability: Reliability


def route_figures(observed: Sequence[Observed]) -> RouteFigures:
    harmless = without_risk(observed)
    return RouteFigures(
        unanswered=sum(one.route_failed for one in observed),
        type_macro_f1=_type_macro_f1(observed),
        type_macro_f1_harmless=_type_macro_f1(harmless),
        subtopic_macro_f1=_subtopic_macro_f1(observed),
        subtopic_macro_f1_harmless=_subtopic_macro_f1(harmless),
        type_right=Share.of(one.read_type is one.row.type for one in observed),
        type_right_harmless=Share.of(one.read_type is one.row.type for one in harmless),
        confusion=confusion(observed),
        reliability=reliability(observed),
    )


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> Estimate:
    """The mean F1 of the classes found in `truth`; a class that is only ever said wrongly costs the others."""
    classes = sorted(set(truth))
    number = {name: place for place, name in enumerate(classes)}
    # Numbers instead of names: the hundreds of resamplings are several times faster.
    expected = np.array([number[name] for name in truth], dtype=int)
    given = np.array([number.get(name, len(classes)) for name in said], dtype=int)

    def score(places: Places) -> float | None:
        present = np.unique(expected[places])
        return float(f1_score(expected[places], given[places], labels=present, average="macro", zero_division=0))

    return estimate(score, len(truth))


def confusion(observed: Sequence[Observed]) -> Confusion:
    """Of the four types; the last column, of the sentences without an answer, only when there are some."""
    columns = [*TYPES, UNANSWERED] if any(one.decision is None for one in observed) else [*TYPES]
    truth, said = [one.row.type.value for one in observed], [_type_said(one) for one in observed]
    counts = confusion_matrix(truth, said, labels=columns) if observed else np.zeros((len(columns),) * 2, dtype=int)
    rows = [[Share.counted(int(found), int(row.sum())) for found in row] for row in counts[: len(TYPES)]]
    return Confusion([*TYPES], columns, rows)


def reliability(observed: Sequence[Observed]) -> Reliability:
    answered = [(one.decision, one.decision.type is one.row.type) for one in observed if one.decision is not None]
    binned: list[list[tuple[RouteDecision, bool]]] = [[] for _ in range(BINS)]
    for decision, right in answered:
        binned[min(int(decision.confidence * BINS), BINS - 1)].append((decision, right))
    bins = [_bin(place, inside) for place, inside in enumerate(binned)]
    gaps = [
        abs(one.mean_confidence - one.right.share) * one.right.count
        for one in bins
        if one.mean_confidence is not None and one.right.share is not None
    ]
    return Reliability(bins, sum(gaps) / len(answered) if answered else None)


def _bin(place: int, inside: Sequence[tuple[RouteDecision, bool]]) -> Bin:
    mean = float(np.mean([decision.confidence for decision, _ in inside])) if inside else None
    return Bin(place / BINS, (place + 1) / BINS, mean, Share.of(right for _, right in inside))


def _type_macro_f1(observed: Sequence[Observed]) -> Estimate:
    return macro_f1([one.row.type.value for one in observed], [_type_said(one) for one in observed])


def _subtopic_macro_f1(observed: Sequence[Observed]) -> Estimate:
    said = [one.decision.subtopic if one.decision is not None else UNANSWERED for one in observed]
    return macro_f1([one.row.subtopic for one in observed], said)


def _type_said(one: Observed) -> str:
    return one.read_type.value if one.read_type is not None else UNANSWERED
