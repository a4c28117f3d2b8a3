"""Bounded-edit matching of a few key words: "sucide", "mourirr", "overdsoe".

Damerau distance at most 1 for words of 6 or 7 letters, 2 from 8; never on words of 5 letters or less,
and never on the ordinary words of a closed list ("courir", "nourrir").
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 6
LONG = 8


class Speller:
    """Corrects a misspelt key word; returns any other word as it is."""

    def __init__(self, key_words: Iterable[str], ordinary_words: Iterable[str]) -> None:
        self._keys = sorted({word for word in key_words if len(word) >= SHORTEST})
        self._left_alone = frozenset(ordinary_words) | frozenset(self._keys)
        self.correct = lru_cache(maxsize=8192)(self._correct)

    def _correct(self, word: str) -> str:
        if len(word) < SHORTEST or word in self._left_alone or not word.isalpha():
            return word
        allowed = 2 if len(word) >= LONG else 1
        near = [
            key
            for key in self._keys
            if abs(len(key) - len(word)) <= allowed and key[0] == word[0] and len(key) >= SHORTEST
        ]
        best = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=allowed)
        if best is None or (best[1] > 1 and len(best[0]) < LONG):
            return word
        return str(best[0])
