"""Figures with their 95 % interval: shares (Wilson, 1927) and statistics (percentile bootstrap, seeded)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z95 = 1.96
DRAWS = 500
SEED = 811

Places = NDArray[np.intp]


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927); `count` is at least 1."""
    centre = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    half = Z95 / (1 + Z95**2 / count) * math.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    return max(centre - half, 0.0), min(centre + half, 1.0)


@dataclass(frozen=True, slots=True)
class Share:
    """`found` of `count`, and the 95 % interval of the share (0 to 1); without anything to count, no share."""

    found: int
    count: int
    share: float | None
    low: float | None
    high: float | None

    @classmethod
    def counted(cls, found: int, count: int) -> Share:
        if not count:
            return cls(0, 0, None, None, None)
        return cls(found, count, found / count, *wilson(found / count, count))

    @classmethod
    def of(cls, flags: Iterable[bool]) -> Share:
        """The share of the flags that are true."""
        given = list(flags)
        return cls.counted(sum(given), len(given))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic that is not a share, measured on `count` sentences, and its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None
    count: int


def estimate(statistic: Callable[[Places], float | None], count: int) -> Estimate:
    """`statistic` of the sentences at the given places (repeats included), None where it has no meaning.

    The interval is the 2.5th and 97.5th percentiles over 500 seeded resamplings of the sentences (Efron, 1979).
    """
    value = statistic(np.arange(count)) if count else None
    if value is None:
        return Estimate(None, None, None, count)
    chance = np.random.default_rng(SEED)
    drawn = [statistic(chance.integers(0, count, count)) for _ in range(DRAWS)]
    kept = [one for one in drawn if one is not None]
    low, high = np.percentile(kept, [2.5, 97.5]) if kept else (value, value)
    return Estimate(value, float(low), float(high), count)
