"""Unigram tokeniser of the encoder (SentencePiece, XLM-R vocabulary), word by word.

No piece of this vocabulary crosses a space, so each word is cut alone and remembered.
"""

from __future__ import annotations

from collections import OrderedDict

from triage.risk_gate.wheel_weights import Vocabulary

SPACE = "\u2581"
UNKNOWN_PENALTY = 10.0
WORD_LIMIT = 64
MEMORY_WORDS = 20_000


class Tokeniser:
    """Cuts words into piece ids."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        scores = vocabulary.scores.tolist()
        self.begin = vocabulary.begin
        self.end = vocabulary.end
        self._unknown = vocabulary.unknown
        self._pieces = {
            piece: (index, scores[index])
            for index, piece in enumerate(vocabulary.pieces)
            if piece and index != vocabulary.unknown
        }
        self._longest = max(map(len, self._pieces))
        self._unknown_score = min(scores) - UNKNOWN_PENALTY
        self._code_points = vocabulary.code_points
        self._memory: OrderedDict[str, tuple[int, ...]] = OrderedDict()

    def word(self, word: str) -> tuple[int, ...]:
        """Piece ids of one word without spaces; a word over 64 letters is cut into parts."""
        known = self._memory.get(word)
        if known is None:
            known = self._cut(word)
            self._memory[word] = known
            if len(self._memory) > MEMORY_WORDS:
                self._memory.popitem(last=False)
        return known

    def _cut(self, word: str) -> tuple[int, ...]:
        mapped = "".join(self._code_points.get(ord(letter), letter) for letter in word)
        ids: list[int] = []
        for part in mapped.split():
            marked = SPACE + part
            for start in range(0, len(marked), WORD_LIMIT):
                ids.extend(self._best_path(marked[start : start + WORD_LIMIT]))
        return tuple(ids)

    def _best_path(self, text: str) -> list[int]:
        size = len(text)
        best = [0.0] + [float("-inf")] * size
        origin: list[tuple[int, int]] = [(0, 0)] * (size + 1)
        for start in range(size):
            base = best[start]
            fallback = base + self._unknown_score
            if fallback > best[start + 1]:
                best[start + 1], origin[start + 1] = fallback, (self._unknown, start)
            for stop in range(start + 1, min(size, start + self._longest) + 1):
                piece = self._pieces.get(text[start:stop])
                if piece is not None and base + piece[1] > best[stop]:
                    best[stop], origin[stop] = base + piece[1], (piece[0], start)
        ids: list[int] = []
        at = size
        while at > 0:
            identifier, at = origin[at]
            ids.append(identifier)
        return ids[::-1]
