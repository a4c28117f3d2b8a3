"""The figures of the route's variants, the stock French Rasa recipe among them, when they have been measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from api.commands.failures import CommandError

FIGURES = ("type_macro_f1", "subtopic_macro_f1", "risk_recall")


@dataclass(frozen=True, slots=True)
class Variant:
    """As the file gives them, 0 to 1; None for a figure that it does not give."""

    name: str
    type_macro_f1: float | None
    subtopic_macro_f1: float | None
    risk_recall: float | None


def read_variants(path: Path) -> list[Variant] | None:
    """None when the file does not exist. Raises CommandError when it is not of the expected shape."""
    if not path.exists():
        return None
    try:
        variants = json.loads(path.read_text(encoding="utf-8"))["variants"]
        return [Variant(str(one["name"]), *(_figure(one.get(name)) for name in FIGURES)) for one in variants]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path.name} n'a pas la forme attendue ({type(error).__name__}).") from None


def _figure(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a figure must be a number")
    return float(value)
