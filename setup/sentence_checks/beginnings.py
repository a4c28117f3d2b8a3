"""People do not all begin alike: at most three sentences share their first five words, over all authors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from setup.sentence_checks.lines import LabelledLine, Refusal

WORDS = 5
MOST = 3


def check_beginnings(lines: Sequence[LabelledLine]) -> list[Refusal]:
    """A refusal for each line after the third that begins so; shorter sentences have no beginning."""
    groups: dict[tuple[str, ...], list[LabelledLine]] = defaultdict(list)
    for line in lines:
        if len(line.words) >= WORDS:
            groups[line.words[:WORDS]].append(line)
    refusals = []
    for group in groups.values():
        known = ", ".join(str(line.place) for line in group[:MOST])
        reason = f"mêmes {WORDS} premiers mots que {known}"
        refusals += [Refusal(line.place, reason) for line in group[MOST:]]
    return refusals
