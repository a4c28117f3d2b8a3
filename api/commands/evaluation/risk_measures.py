"""How well the gate tells dangers from the rest: recall, specificity, predictive value, and the learnt score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from api.commands.evaluation.intervals import Estimate, Places, Share, estimate
from api.commands.evaluation.observations import Observed, with_risk, without_risk

PREVALENCE = 0.12
RECALLS = (0.8, 0.9, 0.95, 0.98, 1.0)
EVERYDAY = "everyday"
ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Reweighted:
    """The predictive value if `prevalence` of the messages were risks.

    `low` and `high` put both ends of the two Wilson intervals together: they are wider than a 95 % interval.
    """

    prevalence: float
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class RiskFigures:
    """Of the whole gate, except `area_under_curve` and `average_precision`, which are the learnt score's."""

    recall: Share
    specificity: Share
    positive_predictive_value: Share
    at_prevalence: Reweighted
    area_under_curve: Estimate
    average_precision: Estimate


@dataclass(frozen=True, slots=True)
class Everyday:
    """The figures on sentences as they come. `basis`: `everyday`, that sample; `ordinary`, every risk against the
    harmless sentences of kind ordinary, for want of it."""

    basis: str
    figures: RiskFigures


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision against recall of the learnt score, threshold by threshold, and where the whole gate stands.

    `best_precision`: for a few recalls, written as texts ("0.95"), the best precision of the score that reaches it.
    """

    recall: list[float]
    precision: list[float]
    best_precision: dict[str, float]
    threshold: float
    gate_recall: float | None
    gate_precision: float | None


def risk_figures(observed: Sequence[Observed]) -> RiskFigures:
    dangers, harmless = with_risk(observed), without_risk(observed)
    recall = Share.of(one.alarmed for one in dangers)
    specificity = Share.of(not one.alarmed for one in harmless)
    truth = np.array([one.row.risk for one in observed], dtype=bool)
    scores = np.array([one.score for one in observed], dtype=float)

    def area(places: Places) -> float | None:
        return float(roc_auc_score(truth[places], scores[places])) if _both(truth[places]) else None

    def average(places: Places) -> float | None:
        return float(average_precision_score(truth[places], scores[places])) if _both(truth[places]) else None

    return RiskFigures(
        recall=recall,
        specificity=specificity,
        positive_predictive_value=Share.of(one.row.risk for one in observed if one.alarmed),
        at_prevalence=reweighted(recall, specificity),
        area_under_curve=estimate(area, len(observed)),
        average_precision=estimate(average, len(observed)),
    )


def reweighted(recall: Share, specificity: Share, prevalence: float = PREVALENCE) -> Reweighted:
    """Bayes: what share of the alarms are dangers when `prevalence` of the messages are."""
    return Reweighted(
        prevalence,
        _predictive(recall.share, specificity.share, prevalence),
        _predictive(recall.low, specificity.low, prevalence),
        _predictive(recall.high, specificity.high, prevalence),
    )


def everyday(observed: Sequence[Observed]) -> Everyday:
    """On the everyday sample when there is one."""
    sampled = [one for one in observed if one.row.sample == EVERYDAY]
    if sampled:
        return Everyday(EVERYDAY, risk_figures(sampled))
    plain = [one for one in observed if one.row.risk or one.row.kind == ORDINARY]
    return Everyday(ORDINARY, risk_figures(plain))


def curve(observed: Sequence[Observed], threshold: float, gate: RiskFigures) -> Curve | None:
    """None without both dangers and harmless sentences. `threshold`: the one that the learnt detector uses."""
    truth = np.array([one.row.risk for one in observed], dtype=bool)
    if not _both(truth):
        return None
    precision, recall, _ = precision_recall_curve(truth, [one.score for one in observed], drop_intermediate=True)
    return Curve(
        [float(value) for value in recall],
        [float(value) for value in precision],
        {str(wanted): float(precision[recall >= wanted].max()) for wanted in RECALLS},
        threshold,
        gate.recall.share,
        gate.positive_predictive_value.share,
    )


def _both(truth: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> bool:
    return bool(truth.any()) and not bool(truth.all())


def _predictive(recall: float | None, specificity: float | None, prevalence: float) -> float | None:
    if recall is None or specificity is None:
        return None
    found, false = recall * prevalence, (1 - specificity) * (1 - prevalence)
    return found / (found + false) if found + false else None
