"""Where points of the unit square lie in the drawings of the page."""

from __future__ import annotations

from collections.abc import Iterable

# Of the drawing's own units: room on the left and below for the numbers of the axes.
LEFT, TOP, SIDE = 56, 14, 300
WIDTH, HEIGHT = LEFT + SIDE + 14, TOP + SIDE + 56
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def across(share: float) -> float:
    """0 to 1, from the left."""
    return round(LEFT + share * SIDE, 1)


def down(share: float) -> float:
    """0 to 1, from the bottom up."""
    return round(TOP + (1 - share) * SIDE, 1)


def path(xs: Iterable[float], ys: Iterable[float]) -> str:
    """The `points` of a polyline."""
    return " ".join(f"{across(x)},{down(y)}" for x, y in zip(xs, ys, strict=True))
