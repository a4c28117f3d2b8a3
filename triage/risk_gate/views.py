"""The normalised views of a text: several readings of the same words, each mapped to the original.

A view is a list of words; frames are matched on `text`, the words joined by one space. Elisions are
opened ("j'ai" is "je ai"), "ne" is dropped because speech drops it, and sentence ends are words of
their own. Later views replace spoken and texted forms, then hidden letters, then misspellings; no
view replaces an earlier one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from triage.risk_gate.folding import Letter, fold
from triage.risk_gate.fuzzy import Speller
from triage.risk_gate.hidden_letters import Revealer
from triage.risk_gate.spoken_forms import SpokenForms
from triage.risk_gate.words import Word, split_words

ERASED = "_"
_ELISIONS = {
    "j": "je", "m": "me", "t": "te", "s": "se", "d": "de", "l": "le", "c": "ce", "qu": "que",
    "jusqu": "jusque", "lorsqu": "lorsque", "puisqu": "puisque",
}  # fmt: skip
_DROPPED = frozenset({"ne", "n"})


@dataclass(frozen=True, slots=True)
class View:
    """One reading of a text."""

    name: str
    words: tuple[Word, ...]
    text: str = field(init=False)
    _starts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        texts = [word.text for word in self.words]
        object.__setattr__(self, "text", " " + " ".join(texts) + " ")
        object.__setattr__(self, "_starts", tuple(accumulate((len(text) + 1 for text in texts), initial=1)))

    def word_at(self, place: int) -> int:
        """The number of the word that holds this place of `text`."""
        return min(max(bisect_right(self._starts, place) - 1, 0), len(self.words) - 1)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original under `text[start:end]`."""
        covered = self.words[self.word_at(start) : self.word_at(max(start, end - 1)) + 1]
        return min(word.start for word in covered), max(word.end for word in covered)

    def around(self, start: int, end: int, words: int) -> str:
        """The words near a match, to look for what frames it."""
        first = max(self.word_at(start) - words, 0)
        last = min(self.word_at(max(start, end - 1)) + words, len(self.words) - 1)
        return self.text[self._starts[first] - 1 : self._starts[last + 1]]

    def erase(self, spans: Sequence[tuple[int, int]]) -> View:
        """The same view with the words that lie inside these spans of the original blanked."""
        if not spans:
            return self
        words = [
            Word(ERASED, word.start, word.end)
            if any(start <= word.start and word.end <= end for start, end in spans)
            else word
            for word in self.words
        ]
        return View(self.name, tuple(words))


def open_elisions(words: Sequence[Word]) -> list[Word]:
    """ "j" "ai" to "je" "ai"; "ne" goes away."""
    return [
        Word(_ELISIONS.get(word.text, word.text), word.start, word.end) for word in words if word.text not in _DROPPED
    ]


_PATTERN_ELISION = re.compile(r"(?<![a-z])(jusqu|lorsqu|puisqu|qu|[jmtsdlc])' ?")
_PATTERN_NEGATION = re.compile(r"(?<![a-z])(?:ne |n')")


def normalise_pattern(pattern: str) -> str:
    """Bring a frame written in natural French to the form of a view."""
    folded = "".join(letter.sign for letter in fold(pattern))
    opened = _PATTERN_ELISION.sub(lambda found: _ELISIONS[found.group(1)] + " ", folded)
    return _PATTERN_NEGATION.sub("", opened)


@dataclass(frozen=True, slots=True)
class ViewMaker:
    """Makes every distinct view of a text, plainest first."""

    spoken: SpokenForms
    revealer: Revealer
    speller: Speller

    def views(self, text: str) -> Iterator[View]:
        letters = fold(text)
        plain = split_words(letters)
        seen: set[str] = set()
        for name, make in self._steps(letters, plain):
            view = View(name, tuple(make()))
            if view.words and view.text not in seen:
                seen.add(view.text)
                yield view

    def _steps(
        self, letters: Sequence[Letter], plain: Sequence[Word]
    ) -> Iterator[tuple[str, Callable[[], list[Word]]]]:
        spoken = open_elisions(self.spoken.expand(plain))
        yield "plain", lambda: open_elisions(plain)
        yield "spoken", lambda: spoken
        revealed = self.revealer.reveal(letters)
        if revealed:
            yield "revealed", lambda: open_elisions(revealed)
            yield "revealed", lambda: open_elisions(self.spoken.expand(revealed))
        yield "spelled", lambda: [Word(self.speller.correct(word.text), word.start, word.end) for word in spoken]
