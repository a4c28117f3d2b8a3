"""Words of a text, each with its place in the original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triage.risk_gate.folding import Letter

SENTENCE_ENDS = {".": ".", "!": ".", ";": ".", "?": "?"}
_FIRST_PICTOGRAM = 0x2190


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a view and the code points [start, end) of the original that it stands for."""

    text: str
    start: int
    end: int


def word_of(letters: Sequence[Letter]) -> Word:
    """Letters that follow each other, as one word."""
    return Word("".join(letter.sign for letter in letters), letters[0].start, letters[-1].end)


def split_words(letters: Sequence[Letter]) -> list[Word]:
    """Folded letters to words; apostrophes and soft punctuation separate, sentence ends are words."""
    words: list[Word] = []
    current: list[Letter] = []
    for letter in letters:
        if letter.sign.isalnum():
            current.append(letter)
            continue
        if current:
            words.append(word_of(current))
            current = []
        if letter.sign in SENTENCE_ENDS:
            words.append(Word(SENTENCE_ENDS[letter.sign], letter.start, letter.end))
        elif ord(letter.sign) > _FIRST_PICTOGRAM:
            words.append(Word(letter.sign, letter.start, letter.end))
    if current:
        words.append(word_of(current))
    return words
