"""Reads from pytest's reports why tests were skipped."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path
from typing import Iterable, Mapping

EXPECTED_FAILURE = "pytest.xfail"


def skip_reasons(reports: Iterable[Path]) -> "Counter[str]":
    """Each reason with how many tests it skipped. A report that was not written counts for nothing."""
    reasons: "Counter[str]" = Counter()
    for report in reports:
        if not report.exists():
            continue
        # The report was written a moment ago by our own test runner.
        for skipped in ElementTree.parse(str(report)).iter("skipped"):  # noqa: S314
            if skipped.get("type") != EXPECTED_FAILURE:
                reasons[skipped.get("message") or "?"] += 1
    return reasons


def worded(reasons: Mapping[str, int]) -> str:
    """`reason (how many)`, the commonest first."""
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return " ; ".join("{} ({})".format(reason, count) for reason, count in ordered)
