"""Everything that was measured as one document: what evaluation.json holds and the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from api.commands.evaluation.ablation import Variant
from api.commands.evaluation.baselines import baselines
from api.commands.evaluation.detectors import detector_figures, families
from api.commands.evaluation.naming import naming
from api.commands.evaluation.observations import Observed, with_risk, without_risk
from api.commands.evaluation.ordinary_speech import OrdinarySpeech
from api.commands.evaluation.over_triage import over_triage
from api.commands.evaluation.risk_measures import curve, everyday, risk_figures
from api.commands.evaluation.route_measures import route_figures
from api.commands.evaluation.speed import Speed
from api.commands.evaluation.strata import by_author, recall_by_kind, specificity_by_kind, strata
from api.commands.evaluation.targets import TARGETS_FILE, compare
from api.commands.evaluation.versions import Versions
from triage.risk_gate.sentences import Split

DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run gathered, before any figure is made of it.

    `observed` has a route when it was asked; `ordinary_speech` and `variants` are None without their files.
    """

    split: Split
    measured_at: datetime
    observed: Sequence[Observed]
    routed: bool
    speed: Speed
    ordinary_speech: OrdinarySpeech | None
    variants: Sequence[Variant] | None
    versions: Versions


def make_document(measured: Measured, targets: Path = TARGETS_FILE) -> dict[str, Any]:
    """Plain values only, shares between 0 and 1, ready for JSON. Raises TargetsWrong."""
    observed, risk = measured.observed, risk_figures(measured.observed)
    document: dict[str, Any] = _plain(
        {
            "split": measured.split,
            "measured_at": measured.measured_at.isoformat(timespec="seconds"),
            "versions": measured.versions,
            "sentences": {
                "all": len(observed),
                "risk": len(with_risk(observed)),
                "harmless": len(without_risk(observed)),
                "gate_faults": sum(one.reading.is_fault for one in observed),
            },
            "risk": risk,
            "everyday": everyday(observed),
            "curve": curve(observed, measured.versions.thresholds["risk"], risk),
            "strata": strata(observed),
            "recall_by_kind": recall_by_kind(observed),
            "specificity_by_kind": specificity_by_kind(observed),
            "authors": by_author(observed),
            "naming": naming(observed),
            "detectors": detector_figures(observed),
            "route": route_figures(observed) if measured.routed else None,
            "over_triage": over_triage(observed),
            "speed": measured.speed,
            "ordinary_speech": measured.ordinary_speech,
            "baselines": baselines(observed),
            "variants": measured.variants,
            "misses": [_quoted(one) for one in with_risk(observed) if not one.right],
            "false_alarms": [_quoted(one) for one in without_risk(observed) if not one.right],
        }
    )
    return document | {"targets": _plain(compare(document, targets))}


def _quoted(one: Observed) -> dict[str, object]:
    return {
        "text": one.row.text,
        "author": one.row.author,
        "kind": one.row.kind,
        "level": one.row.level,
        "register": one.row.register,
        "wording": one.row.wording,
        "score": one.score,
        "detectors": sorted(families(one.reading)),
    }


def _plain(value: Any) -> Any:
    """Dataclasses to objects, enumerations to their values, numbers to four decimals."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {key: _plain(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inside) for inside in value]
    if isinstance(value, Enum):
        return value.value
    return round(value, DECIMALS) if isinstance(value, float) else value
