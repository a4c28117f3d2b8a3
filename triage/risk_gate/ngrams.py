"""Hashed word and character n-grams: what a sentence vector does not see (spelling, negation, joual).

The hash is CRC-32, the same on every machine and in every run.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from triage.risk_gate.folding import fold_word

NGRAM_VERSION = "char2-5-word1-2-crc32-1"
BUCKETS = 1 << 15
SHORTEST, LONGEST = 2, 5


def ngram_counts(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Bucket numbers and weights of a text: sublinear counts, length 1. Both of shape (found,)."""
    counts: Counter[int] = Counter()
    words = "".join(sign if sign.isalnum() else " " for sign in fold_word(text)).split()
    for word in words:
        marked = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            for start in range(len(marked) - size + 1):
                counts[_bucket("c" + marked[start : start + size])] += 1
    for word in words:
        counts[_bucket("w" + word)] += 1
    for first, second in pairwise(words):
        counts[_bucket(f"b{first} {second}")] += 1
    buckets = np.fromiter(sorted(counts), dtype=np.int64, count=len(counts))
    weights = np.array([1.0 + np.log(counts[int(bucket)]) for bucket in buckets], dtype=np.float32)
    length = float(np.linalg.norm(weights))
    return buckets, weights / length if length else weights


def _bucket(gram: str) -> int:
    return crc32(gram.encode("utf-8")) % BUCKETS
