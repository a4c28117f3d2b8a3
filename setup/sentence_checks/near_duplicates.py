"""Sentences that say the same words: the same once folded, or nearly, whatever their author and split.

Nearly is a Jaccard index of the sets of character 4-grams of at least 0.6. Each text is compared with each: a
product of sparse blocks counts the grams that two texts share, in seconds for 10,000 sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from setup.sentence_checks.lines import LabelledLine, Refusal

GRAM = 4
SHORTEST = 12
# Counts are compared as whole numbers: 0.6 as a fraction.
NEAR_NUMERATOR, NEAR_DENOMINATOR = 3, 5
# What bounds the memory: a block of rows is compared with all others at once.
ROWS_AT_ONCE = 250


def check_duplicates(lines: Sequence[LabelledLine]) -> list[Refusal]:
    """A refusal for each line that repeats an earlier one, then for each pair that is nearly alike."""
    first: dict[str, LabelledLine] = {}
    refusals = []
    for line in lines:
        known = first.setdefault(line.folded, line)
        if known is not line:
            refusals.append(Refusal(line.place, f"même texte que {known.place}"))
    # A repeated line is refused once above: its copies need no comparing with all that the first resembles.
    distinct = [line for line in first.values() if len(line.folded) >= SHORTEST]
    for one, other, likeness in near_pairs([line.folded for line in distinct]):
        share = f"{likeness:.2f}".replace(".", ",")
        refusals.append(Refusal(distinct[other].place, f"presque le même texte que {distinct[one].place} ({share})"))
    return refusals


def near_pairs(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Places (first, second) of texts that are nearly alike, and how much, between 0.6 and 1."""
    if not texts:
        return []
    matrix = _grams(texts)
    sizes = np.diff(matrix.indptr)
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(texts), ROWS_AT_ONCE):
        # Pairs are symmetrical: with the rows from this block on, each is met once.
        counts = (matrix[start : start + ROWS_AT_ONCE] @ matrix[start:].T).tocoo()
        first, second = counts.row + start, counts.col + start
        together = sizes[first] + sizes[second] - counts.data
        near = (first < second) & (NEAR_DENOMINATOR * counts.data >= NEAR_NUMERATOR * together)
        likeness = counts.data[near] / together[near]
        found += zip(first[near].tolist(), second[near].tolist(), likeness.tolist(), strict=True)
    return sorted(found)


def _grams(texts: Sequence[str]) -> csr_matrix:
    """(texts, grams) of ones, where the text has the gram."""
    column: dict[str, int] = {}
    columns: list[int] = []
    starts = [0]
    for text in texts:
        grams = {text[at : at + GRAM] for at in range(max(len(text) - GRAM + 1, 1))}
        columns += [column.setdefault(gram, len(column)) for gram in sorted(grams)]
        starts.append(len(columns))
    return csr_matrix((np.ones(len(columns), dtype=np.int32), columns, starts), shape=(len(texts), len(column)))
