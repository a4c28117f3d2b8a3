"""How much the words around a name say that it is a place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Dict, FrozenSet, List, Sequence, Text

from bot.components.data_files import DataRefused, read_yaml, texts
from bot.components.french_words import Word
from bot.components.territories import Name, is_saint, spelt

EVIDENCE = "evidence_fr.yml"
NEEDS = ("needs_locative", "needs_capital", "needs_home")
SURROUNDINGS = ("streets", "buildings", "locatives", "home_verbs", "between", "place_words", "county_words")
_LINKS = frozenset({"de", "du", "des", "d", "la", "l", "le", "les"})
_MOST_BETWEEN = 4


class Evidence(IntEnum):
    """From a name that stands alone to one that can only be a place."""

    STREET = -1
    NONE = 0
    LINK = 1
    LOCATIVE = 2
    CAPITAL = 3
    HOME = 4


@dataclass(frozen=True)
class PlaceEvidence:
    """The word lists, and what each name asks for."""

    needs: Dict[Name, Evidence]
    words: Dict[Text, FrozenSet[Name]]
    never_misspelt: FrozenSet[Name]

    @classmethod
    def read(cls, folder: Path) -> "PlaceEvidence":
        """Raises DataRefused, which names the file and what is wrong."""
        document = read_yaml(folder / EVIDENCE)
        unknown = set(document) - {"statut", "langue", "never_misspelt", *NEEDS, *SURROUNDINGS}
        if unknown:
            raise DataRefused(f"{EVIDENCE} : rubrique inconnue « {sorted(map(str, unknown))[0]} ».")
        lists = {
            key: frozenset(spelt(entry) for entry in texts(f"{EVIDENCE}, {key}", document.get(key)))
            for key in (*NEEDS, *SURROUNDINGS, "never_misspelt")
        }
        asked = zip(NEEDS, (Evidence.LOCATIVE, Evidence.CAPITAL, Evidence.HOME), strict=True)
        needs = {name: evidence for key, evidence in asked for name in lists[key]}
        return cls(needs, {key: lists[key] for key in SURROUNDINGS}, lists["never_misspelt"])

    def needed(self, name: Name) -> Evidence:
        """The least evidence that makes this name a place."""
        article = {"au": "le", "du": "le", "aux": "les", "des": "les"}.get(name[0], name[0])
        asked = self.needs.get(name) or self.needs.get((article, *name[1:]))
        return asked or (Evidence.LINK if is_saint(name) else Evidence.NONE)

    def around(self, words: Sequence[Word], start: int, end: int, *, large: bool = False) -> Evidence:
        """What surrounds the name made of the words from `start` to `end`, excluded.

        `large`: the name of a region or of an MRC, which may have an article ("la Gaspésie").
        """
        said = [word.plain for word in words]
        before = said[:start]
        if self._ends(before, "streets") or self._ends(_without_links(before), "streets"):
            return Evidence.STREET
        if self._ends(before, "buildings"):
            return Evidence.STREET
        if end - start == 1 and before[-1:] in (["la"], ["le"]) and not large:
            return Evidence.STREET  # "la Yamaska" is a river
        melted = said[start] in ("au", "aux")
        if said[end : end + 1] in (["quebec"], ["qc"]) or self._is_home(before, melted):
            return Evidence.HOME
        if self._ends(before, "locatives") or melted:
            capital = words[end - 1].capital and (melted or before[-1] == "a")
            return Evidence.CAPITAL if capital else Evidence.LOCATIVE
        linked = said[start] in ("du", "des") or before[-1:] in (["de"], ["d"], ["pour"])
        return Evidence.LINK if linked else Evidence.NONE

    def is_county(self, words: Sequence[Word], start: int) -> bool:
        """Whether what stands before says that the MRC is meant."""
        return self._ends(_without_links([word.plain for word in words[:start]]), "county_words")

    def _is_home(self, before: List[Text], melted: bool) -> bool:
        """ "j'habite à", "la ville de", "le CLSC de"."""
        if self._ends(before, "place_words"):
            return True
        if before[-1:] in (["de"], ["d"]) and self._ends(before[:-1], "place_words"):
            return True
        if melted:
            rest = before
        elif before[-1:] in (["a"], ["dans"], ["vers"], ["in"]):
            rest = before[:-1]
        else:
            return False
        for _ in range(_MOST_BETWEEN + 1):
            if self._ends(rest, "home_verbs"):
                return True
            if not self._ends(rest, "between"):
                return False
            rest = rest[:-1]
        return False

    def _ends(self, before: Sequence[Text], key: Text) -> bool:
        sizes = range(1, min(4, len(before)) + 1)
        return any(tuple(before[-size:]) in self.words[key] for size in sizes)


def _without_links(before: List[Text]) -> List[Text]:
    end = len(before)
    while end and before[end - 1] in _LINKS:
        end -= 1
    return before[:end]
