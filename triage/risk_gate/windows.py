"""Cut a text into the few windows that the learnt detector reads.

A window is whole words, at most 88 pieces (96 with the prefix and the two marks). A text that fits is
one window. Of a longer one four are read: the first, the last, since a danger is often told last, and the
two that the n-grams find most suspicious. The frames read all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LARGEST = 88
STEP = 72
MOST_WINDOWS = 4
CHARACTERS_EACH_END = 4_000

_WORD = re.compile(r"\S{1,64}")


@dataclass(frozen=True, slots=True)
class Window:
    """Words that are read together, and their code points [start, end) in the original."""

    words: tuple[str, ...]
    start: int
    end: int


def cut_windows(text: str, count_pieces: Callable[[str], int]) -> list[Window]:
    """The windows of a text, in order; of a very long one, those of both ends. Empty for a text without words."""
    if len(text) <= 2 * CHARACTERS_EACH_END:
        return _cut(text, 0, len(text), count_pieces)
    first = _cut(text, 0, CHARACTERS_EACH_END, count_pieces)
    return first + _cut(text, len(text) - CHARACTERS_EACH_END, len(text), count_pieces)


def choose_windows(windows: Sequence[Window], suspicion: Callable[[Window], float]) -> list[Window]:
    """At most four, in order: the first, the last, and the most suspicious between them."""
    if len(windows) <= MOST_WINDOWS:
        return list(windows)
    between = sorted(windows[1:-1], key=suspicion, reverse=True)[: MOST_WINDOWS - 2]
    return [windows[0], *sorted(between, key=lambda window: window.start), windows[-1]]


def _cut(text: str, begin: int, stop: int, count_pieces: Callable[[str], int]) -> list[Window]:
    places = [found.span() for found in _WORD.finditer(text, begin, stop)]
    words = [text[start:end] for start, end in places]
    sizes = [min(count_pieces(word), LARGEST) for word in words]
    windows: list[Window] = []
    first = 0
    while first < len(words):
        last, pieces, step = first, 0, first + 1
        while last < len(words) and pieces + sizes[last] <= LARGEST:
            pieces += sizes[last]
            last += 1
            if pieces <= STEP:
                step = last
        last = max(last, first + 1)
        windows.append(Window(tuple(words[first:last]), places[first][0], places[last - 1][1]))
        if last == len(words):
            break
        first = max(step, first + 1)
    return windows
