"""The same two questions, dangers found and false alarms, in each part of the sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.commands.evaluation.intervals import Share
from api.commands.evaluation.observations import Observed, with_risk, without_risk
from api.commands.evaluation.rows import Row
from triage.signals import RiskLevel

BURIED_WORDS = range(30, 81)
THIRD_PARTY = ("relative", "professional")

# A part that is only known of dangers (wording, imminence) has no false alarms to count.
PARTS: dict[str, Callable[[Row], bool]] = {
    "plain": lambda row: row.wording == "plain",
    "veiled": lambda row: row.wording == "veiled",
    "imminent": lambda row: row.level is RiskLevel.IMMINENT,
    "self": lambda row: row.about == "self",
    "third_party": lambda row: row.about in THIRD_PARTY,
    "relative": lambda row: row.about == "relative",
    "professional": lambda row: row.about == "professional",
    "speech": lambda row: row.register == "transcription",
    "typing": lambda row: row.register == "texto",
    "english": lambda row: row.register == "anglais",
    "mixed_english": lambda row: row.register == "anglais_mele",
    "buried": lambda row: row.words in BURIED_WORDS,
}


@dataclass(frozen=True, slots=True)
class Stratum:
    """Of its sentences: the dangers found, and the harmless ones alarmed."""

    recall: Share
    false_alarms: Share


def stratum(observed: Sequence[Observed]) -> Stratum:
    return Stratum(
        Share.of(one.alarmed for one in with_risk(observed)),
        Share.of(one.alarmed for one in without_risk(observed)),
    )


def strata(observed: Sequence[Observed]) -> dict[str, Stratum]:
    """Every part, those without any sentence included: what is unknown must show as unknown."""
    return {name: stratum([one for one in observed if belongs(one.row)]) for name, belongs in PARTS.items()}


def by_author(observed: Sequence[Observed]) -> dict[str, Stratum]:
    authors = sorted({one.row.author for one in observed})
    return {author: stratum([one for one in observed if one.row.author == author]) for author in authors}


def recall_by_kind(observed: Sequence[Observed]) -> dict[str, Share]:
    return _by_kind(with_risk(observed))


def specificity_by_kind(observed: Sequence[Observed]) -> dict[str, Share]:
    """The share left alone, for each kind of harmless sentence."""
    return _by_kind(without_risk(observed))


def _by_kind(observed: Sequence[Observed]) -> dict[str, Share]:
    kinds = sorted({one.row.kind for one in observed})
    return {kind: Share.of(one.right for one in observed if one.row.kind == kind) for kind in kinds}
