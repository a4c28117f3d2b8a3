"""Of the dangers that are found, how many are called what they are: the kind, whose numbers are said, and the level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.commands.evaluation.intervals import Share
from api.commands.evaluation.observations import Observed, with_risk
from triage.signals import RiskKind, RiskLevel


@dataclass(frozen=True, slots=True)
class Naming:
    """Of dangers found.

    `kind_named`: at least one kind is said, other than unspecified. `kind_right`: of these, the label's kind is among
    those said. `imminent_found`: imminent dangers said to be imminent. `imminent_right`: dangers said to be imminent
    that are.
    """

    kind_named: Share
    kind_right: Share
    imminent_found: Share
    imminent_right: Share


def naming(observed: Sequence[Observed]) -> Naming:
    found = [one for one in with_risk(observed) if one.alarmed]
    named = [(one.row.kind, kinds) for one in found if (kinds := _kinds(one))]
    return Naming(
        kind_named=Share.of(bool(_kinds(one)) for one in found),
        kind_right=Share.of(kind in kinds for kind, kinds in named),
        imminent_found=Share.of(_said_imminent(one) for one in found if one.row.level is RiskLevel.IMMINENT),
        imminent_right=Share.of(one.row.level is RiskLevel.IMMINENT for one in found if _said_imminent(one)),
    )


def _kinds(one: Observed) -> frozenset[str]:
    kinds = {signal.kind for signal in one.reading.signals}
    return frozenset(str(kind) for kind in kinds - {RiskKind.UNSPECIFIED, RiskKind.FAULT})


def _said_imminent(one: Observed) -> bool:
    return one.reading.level is RiskLevel.IMMINENT
