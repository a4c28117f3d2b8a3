"""The figures held against their targets, which are data (`targets.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

TARGETS_FILE = Path(__file__).with_name("targets.yml")


class Unit(StrEnum):
    """How a figure is written: a share between 0 and 1, a time, or a bare number."""

    SHARE = "share"
    MILLISECONDS = "milliseconds"
    NUMBER = "number"


class TargetsWrong(ValueError):
    """The file names a figure that the report does not have, or a target without exactly one bound."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`met` is None when the figure was not measured; `certain`, when its whole interval is on the same side."""

    figure: str
    name: str
    source: str
    unit: Unit
    target: float
    higher_is_better: bool
    value: float | None
    low: float | None
    high: float | None
    met: bool | None
    certain: bool | None


def compare(document: Mapping[str, Any], path: Path = TARGETS_FILE) -> list[Compared]:
    """In the order of the file; `document` is what evaluation.json holds. Raises TargetsWrong."""
    return [_compare(document, target) for target in read_targets(path)]


def read_targets(path: Path = TARGETS_FILE) -> list[Mapping[str, Any]]:
    """The targets as the file gives them. Raises KeyError or a YAMLError when it is of another shape."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))["targets"])


def _compare(document: Mapping[str, Any], target: Mapping[str, Any]) -> Compared:
    figure = str(target["figure"])
    bounds = {"at_least", "at_most"} & target.keys()
    if len(bounds) != 1:
        raise TargetsWrong(f"{figure}: one bound, no more and no less")
    higher = bounds == {"at_least"}
    bound = float(target["at_least" if higher else "at_most"])
    value, low, high = _figure(document, figure)

    def holds(number: float) -> bool:
        return number >= bound if higher else number <= bound

    met = None if value is None else holds(value)
    certain = None if met is None or low is None or high is None else holds(low) == holds(high) == met
    unit = Unit(target.get("unit", Unit.SHARE))
    return Compared(
        figure, str(target["name"]), str(target["source"]), unit, bound, higher, value, low, high, met, certain
    )


def _figure(document: Mapping[str, Any], path: str) -> tuple[float | None, float | None, float | None]:
    """Value and interval; a part of the report that was not measured is None and ends the path."""
    found: Any = document
    for step in path.split("."):
        if found is None:
            return None, None, None
        if not isinstance(found, Mapping) or step not in found:
            raise TargetsWrong(path)
        found = found[step]
    if isinstance(found, Mapping):
        return found.get("share", found.get("value")), found.get("low"), found.get("high")
    return found, None, None
