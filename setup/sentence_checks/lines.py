"""The lines of the sentence files as every check reads them, and those that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from triage.risk_gate.folding import fold
from triage.risk_gate.sentences import KEYS, Sentence, SentencesWrong, lines, read_sentence, read_subtopics
from triage.risk_gate.words import SENTENCE_ENDS, split_words


@dataclass(frozen=True, order=True)
class Place:
    """A line of a file; `number` starts at 1."""

    file: str
    number: int

    def __str__(self) -> str:
        return f"{self.file}:{self.number}"


@dataclass(frozen=True)
class Refusal:
    """What is wrong, and where; `place` is None for what no line alone is to blame for."""

    place: Place | None
    reason: str

    def __str__(self) -> str:
        return f"{self.place} : {self.reason}" if self.place else self.reason


@dataclass(frozen=True)
class LabelledLine:
    """A sentence with its place."""

    place: Place
    sentence: Sentence

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Folded, without punctuation; a text without a word keeps its signs."""
        letters = fold(self.sentence.text)
        words = tuple(word.text for word in split_words(letters) if word.text not in SENTENCE_ENDS)
        return words or tuple("".join(letter.sign for letter in letters).split())

    @cached_property
    def folded(self) -> str:
        return " ".join(self.words)


def read_lines(folder: Path, subtopics: Path) -> tuple[list[LabelledLine], list[Refusal]]:
    """Every readable line of every *.jsonl, in file order, and a refusal for each of the others.

    Raises SentencesWrong when the list of subtopics itself cannot be read, OSError or UnicodeDecodeError for a
    file that cannot.
    """
    known = read_subtopics(subtopics)
    read: list[LabelledLine] = []
    refusals: list[Refusal] = []
    for line in lines(folder):
        place = Place(line.file, line.number)
        try:
            read.append(LabelledLine(place, read_sentence(line.content, known)))
        except SentencesWrong as error:
            refusals.append(Refusal(place, str(error)))
            continue
        if not in_order(list(json.loads(line.content))):
            refusals.append(Refusal(place, f"champs dans un autre ordre que {', '.join(KEYS)}"))
    if not read:
        refusals.append(Refusal(None, f"aucune phrase dans {folder}"))
    return read, refusals


def in_order(keys: Sequence[str]) -> bool:
    return list(keys) == [key for key in KEYS if key in keys]
