"""Undo letters replaced, starred, dotted or spaced to hide a word: "su1c1de", "s**cide", "m.o.u.r.i.r"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from triage.risk_gate.folding import Letter
from triage.risk_gate.words import SENTENCE_ENDS, Word, split_words

_REPLACED = str.maketrans(
    {
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b",
        "@": "a", "$": "s", "€": "e", "!": "i", "|": "i",
    }
)  # fmt: skip
_MASKS = frozenset("*#_.-")
_JOINERS = frozenset(" .-_*·•,/")
_LETTERS_TO_JOIN = 4
_TIME_OR_MEASURE = re.compile(r"\d+(?:h\d*|mg|ml|g|kg|km|ans?|e|er|eme|x|am|pm|cm|lbs?|min|pm|nd|rd|th|st)s?")


class Revealer:
    """Rebuilds hidden words. `lemmas` are the words that a mask may hide; `lexicon` cuts joined letters."""

    def __init__(self, lemmas: Iterable[str], lexicon: Iterable[str]) -> None:
        self._lemmas = sorted(set(lemmas))
        self._lemma_set = frozenset(self._lemmas)
        self._lexicon = frozenset(lexicon) | self._lemma_set
        self._longest = max(map(len, self._lexicon), default=0)
        self.unmask = lru_cache(maxsize=2048)(self._unmask)

    def reveal(self, letters: Sequence[Letter]) -> list[Word]:
        """The words of the text with hidden ones rebuilt; empty when nothing is hidden."""
        words: list[Word] = []
        changed = False
        for chunk, joined in _chunks(letters):
            rebuilt = self._joined(chunk) if joined else self._replaced(chunk)
            changed = changed or rebuilt is not None
            words.extend(rebuilt if rebuilt is not None else split_words(chunk))
        words, glued = self._glue(words)
        return words if changed or glued else []

    def _joined(self, chunk: Sequence[Letter]) -> list[Word]:
        words: list[Word] = []
        for run in _runs_of_letters(chunk):
            words.extend(self._segment(run))
        # The full stop after the last letter ends a sentence, as it does after a word.
        last = next(letter for letter in reversed(chunk) if letter.sign != " ")
        return [*words, Word(SENTENCE_ENDS[last.sign], last.start, last.end)] if last.sign in SENTENCE_ENDS else words

    def _segment(self, run: list[Letter]) -> list[Word]:
        text = "".join(letter.sign for letter in run).translate(_REPLACED)
        size = len(text)
        best: list[tuple[int, int]] = [(0, 0)] + [(-(10**9), 0)] * size
        for stop in range(1, size + 1):
            for start in range(max(0, stop - self._longest), stop):
                length = stop - start
                if best[start][0] > -(10**9) and text[start:stop] in self._lexicon:
                    best[stop] = max(best[stop], (best[start][0] + length * length, start))
            if best[stop][0] == -(10**9):
                best[stop] = (best[stop - 1][0] - 1, stop - 1)
        cuts, at = [size], size
        while at > 0:
            at = best[at][1]
            cuts.append(at)
        cuts.reverse()
        return [Word(text[start:stop], run[start].start, run[stop - 1].end) for start, stop in pairwise(cuts)]

    def _replaced(self, chunk: Sequence[Letter]) -> list[Word] | None:
        text = "".join(letter.sign for letter in chunk)
        core = text.strip(".,;:?\"()'«»")
        if not any(sign.isalpha() for sign in core) or core.isalpha():
            return None
        offset = text.index(core)
        place = chunk[offset : offset + len(core)]
        unmasked = self.unmask(core)
        if unmasked is not None:
            return [Word(unmasked, place[0].start, place[-1].end), *split_words(chunk[offset + len(core) :])]
        trimmed = core.rstrip("!")
        if _TIME_OR_MEASURE.fullmatch(trimmed) or not any(sign in trimmed for sign in "0134578@$€!|"):
            return None
        decoded = [
            Letter(letter.sign.translate(_REPLACED), letter.start, letter.end) for letter in place[: len(trimmed)]
        ]
        return split_words([*chunk[:offset], *decoded, *chunk[offset + len(trimmed) :]])

    def _unmask(self, core: str) -> str | None:
        hidden = [place for place, sign in enumerate(core) if sign in _MASKS]
        if not hidden or len(core) < 4 or hidden[0] == 0 or hidden[-1] == len(core) - 1:
            return None
        letters = "".join(sign for sign in core if sign not in _MASKS)
        if letters in self._lemma_set:
            return letters
        if any(sign in ".-_" for sign in core):
            return None
        pattern = re.compile("".join("." if sign in _MASKS else re.escape(sign) for sign in core))
        return next((lemma for lemma in self._lemmas if pattern.fullmatch(lemma)), None)

    def _glue(self, words: list[Word]) -> tuple[list[Word], bool]:
        """Join "sui" "cide" when the two halves make a key word."""
        glued: list[Word] = []
        changed = False
        for word in words:
            last = glued[-1] if glued else None
            if last and len(last.text) > 1 and len(word.text) > 1 and last.text + word.text in self._lemma_set:
                glued[-1] = Word(last.text + word.text, last.start, word.end)
                changed = True
            else:
                glued.append(word)
        return glued, changed


def _chunks(letters: Sequence[Letter]) -> Iterator[tuple[list[Letter], bool]]:
    """Cut at spaces; single letters that follow each other come as one chunk, marked True."""
    parts: list[list[Letter]] = []
    current: list[Letter] = []
    for letter in letters:
        if letter.sign == " ":
            parts.append(current)
            current = []
        else:
            current.append(letter)
    parts.append(current)
    at = 0
    while at < len(parts):
        stop = at
        while stop < len(parts) and (_is_spelled(parts[stop]) or (not parts[stop] and stop > at)):
            stop += 1
        run = [letter for part in parts[at:stop] for letter in [*part, Letter(" ", 0, 0)]]
        if sum(letter.sign.isalnum() for letter in run) >= _LETTERS_TO_JOIN:
            yield run, True
            at = stop
        else:
            if parts[at]:
                yield parts[at], False
            at += 1


def _is_spelled(part: Sequence[Letter]) -> bool:
    """One letter alone, or letters each followed by a joiner ("m.o.u.r.i.r")."""
    signs = [letter.sign for letter in part]
    useful = [sign for sign in signs if sign not in _JOINERS and sign not in SENTENCE_ENDS]
    if not useful or any(not (sign.isalnum() or sign in "@$") for sign in useful):
        return False
    if len(useful) == 1:
        return not useful[0].isdigit() or useful[0] in "0134"
    pairs = pairwise(signs)
    return any(s.isalpha() for s in useful) and not any(
        a not in _JOINERS and b not in _JOINERS and a not in SENTENCE_ENDS and b not in SENTENCE_ENDS for a, b in pairs
    )


def _runs_of_letters(chunk: Sequence[Letter]) -> Iterator[list[Letter]]:
    """The letters of a spelled run, cut where two spaces or more stand."""
    run: list[Letter] = []
    spaces = 0
    for letter in chunk:
        if letter.sign == " ":
            spaces += 1
            if spaces >= 2 and run:
                yield run
                run = []
            continue
        if letter.sign in _JOINERS or letter.sign in SENTENCE_ENDS:
            continue
        spaces = 0
        run.append(letter)
    if run:
        yield run
