"""Numbers as a person reads them in Québec: a decimal comma, a space that does not break before the sign."""

from __future__ import annotations

SPACE = "\u00a0"
NOT_MEASURED = "non mesuré"


def decimal(value: float | None, places: int = 3) -> str:
    return NOT_MEASURED if value is None else f"{value:.{places}f}".replace(".", ",")


def percent(share: float | None) -> str:
    """A share between 0 and 1; one more decimal under 1 %, where false alarms on ordinary speech lie."""
    if share is None:
        return NOT_MEASURED
    return f"{decimal(share * 100, 2 if 0 < share < 0.01 else 1)}{SPACE}%"


def milliseconds(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{decimal(value, 1)}{SPACE}ms"


def whole(value: int) -> str:
    """Thousands apart."""
    return f"{value:,}".replace(",", SPACE)


def in_unit(value: float | None, unit: str) -> str:
    """A figure of the targets: `share`, `milliseconds` or `number`."""
    return {"share": percent, "milliseconds": milliseconds, "number": decimal}[unit](value)
