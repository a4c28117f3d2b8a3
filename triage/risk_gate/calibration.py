"""Thresholds with a stated miss rate, from positives that were not trained on.

Split-conformal rule on positives only: with n scores, the threshold is the floor(alpha * (n + 1))-th
smallest; the expected miss is then at most alpha if future positives are exchangeable with these.
They are written by authors, not callers: the figure speaks of such sentences only.
"""

from __future__ import annotations

from collections.abc import Sequence


def conformal_threshold(scores: Sequence[float], miss: float) -> float:
    """The highest threshold whose expected miss is at most `miss`; 0.0 (flag all) with too few scores."""
    place = int(miss * (len(scores) + 1) + 1e-9)
    return sorted(scores)[place - 1] if place >= 1 else 0.0
