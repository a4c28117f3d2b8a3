"""Names of places with a letter wrong, missing, doubled or swapped, or cut in two."""

from __future__ import annotations

from collections import defaultdict
from typing import Dict, List, NamedTuple, Optional, Sequence, Set, Text, Tuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.components.place_evidence import Evidence, PlaceEvidence
from bot.components.territories import Name

# A name of five letters or fewer is one letter away from too many words.
SHORTEST = 6
TWO_MISTAKES_FROM = 9
MOST_WORDS = 7
_SAINT = ("saint", "sainte")
_ARTICLES = frozenset({"le", "la", "les", "l", "au", "aux", "du", "des"})
# A name neither starts nor ends with these: "m'a montré la" is not Montréal.
_SMALL_WORDS = "a de d en et pis y ma mon mes ta ton tes sa son ses un une se me te j on"
_SMALL = frozenset(_SMALL_WORDS.split()) | _ARTICLES | frozenset(_SAINT)


class Near(NamedTuple):
    """So many words look like the name of `ids`; `likeness` is the share of its letters that are right."""

    words: int
    ids: Tuple[Text, ...]
    likeness: float


class MisspeltNames:
    """Compares letters only, without spaces, after a first word ("Saint", an article) that must be the same."""

    def __init__(self, names: Dict[Name, Tuple[Text, ...]], evidence: PlaceEvidence) -> None:
        self._never = evidence.never_misspelt
        self._known: Dict[Text, Dict[Text, Set[Text]]] = defaultdict(lambda: defaultdict(set))
        for name, ids in names.items():
            head, rest = _parted(name)
            letters = "".join(rest)
            if evidence.needed(name) <= Evidence.LOCATIVE and (len(letters) >= SHORTEST or head == "saint"):
                self._known[head][letters] |= set(ids)

    def nearest(self, words: Sequence[Text]) -> Optional[Near]:
        """The likeliest name that the first of these plain words make, or None."""
        head, rest = _parted(words)
        known = self._known.get(head)
        if not known or (rest[:1] and rest[0] in _SMALL):
            return None
        best: List[Tuple[int, int, Text]] = []
        for count in range(1, min(MOST_WORDS, len(rest)) + 1):
            said = tuple(rest[:count])
            if said[-1] in _SMALL or self._is_a_word(said):
                continue
            found = _close("".join(said), known)
            best += [(distance, count + len(words) - len(rest), name) for name, distance in found]
        if not best:
            return None
        mistakes, count, _ = min(best, key=lambda one: (one[0], -one[1]))
        names = [name for distance, length, name in best if (distance, length) == (mistakes, count)]
        ids = sorted({identifier for name in names for identifier in known[name]})
        return Near(count, tuple(ids), 1 - mistakes / max(len(names[0]), SHORTEST))

    def _is_a_word(self, said: Tuple[Text, ...]) -> bool:
        return said in self._never or (*said[:-1], said[-1].rstrip("s")) in self._never


def _parted(words: Sequence[Text]) -> Tuple[Text, Sequence[Text]]:
    if words[0] in _SAINT:
        return "saint", words[1:]
    return (words[0], words[1:]) if words[0] in _ARTICLES else ("", words)


def _close(letters: Text, known: Dict[Text, Set[Text]]) -> List[Tuple[Text, int]]:
    allowed = _mistakes(len(letters))
    found = process.extract(letters, known.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
    return [
        (name, int(distance))
        for name, distance, _ in found
        if distance <= _mistakes(len(name)) and name[0] == letters[0]
    ]


def _mistakes(length: int) -> int:
    if length < SHORTEST:
        return 0
    return 2 if length >= TWO_MISTAKES_FROM else 1
