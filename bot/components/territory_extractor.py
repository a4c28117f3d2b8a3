"""Finds municipalities, MRC, regions, sectors and communities, in spite of accents and typing mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Text, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.components.closed_data import ClosedDataExtractor, entity
from bot.components.french_words import Word, words_of
from bot.components.misspelt_names import MisspeltNames
from bot.components.place_evidence import Evidence, PlaceEvidence
from bot.components.territories import SAINTS, Territories, chosen, within

TERRITORY = "territory"
# A very long text of unknown words must not keep the next person waiting.
MOST_MISSPELT = 40
_APART = frozenset(",.;:?!\n()")


class Mention(NamedTuple):
    """The words from `start` to `end`, excluded, name one of `ids`."""

    start: int
    end: int
    ids: Tuple[Text, ...]
    confidence: float = 1.0


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class TerritoryExtractor(ClosedDataExtractor):
    """Gives entities `territory`, whose value is the list of the ids that the name may mean.

    An id is `region`, `region/mrc` or `region/mrc/municipality`. A name that is also a word, a first name or a
    saint's counts only with the evidence that nlu_data/territories/evidence_fr.yml asks for. The confidence of a
    misspelt name is the share of its letters that are right.
    """

    _territories: Territories
    _evidence: PlaceEvidence
    _misspelt: MisspeltNames

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`files`: the data, from the root."""
        folder = "nlu_data/territories"
        return {"files": [f"{folder}/municipalities.csv", f"{folder}/aliases.yml", f"{folder}/evidence_fr.yml"]}

    def read_data(self, directory: Path) -> None:
        """Raises DataRefused."""
        self._territories = Territories.read(directory)
        self._evidence = PlaceEvidence.read(directory)
        self._misspelt = MisspeltNames(self._territories.names, self._evidence)
        self._longest = max(map(len, self._territories.names))

    def find(self, text: Text) -> List[Dict[Text, Any]]:
        """The places that the text names, in order."""
        words = words_of(text, SAINTS)
        return [
            entity(TERRITORY, list(one.ids), words[one.start].start, words[one.end - 1].end, one.confidence)
            for one in _narrowed(list(self._mentions(text, words)))
        ]

    def _mentions(self, text: Text, words: List[Word]) -> Iterator[Mention]:
        position, tried = 0, 0
        while position < len(words):
            together = _together(text, words, position, self._longest)
            mention, position_after = self._named(words, position, together)
            if mention is None and position_after == position and tried < MOST_MISSPELT:
                looked_like_a_place = self._evidence.around(words, position, position + 1) >= Evidence.LOCATIVE
                tried += looked_like_a_place
                mention = self._nearly_named(words, position, together) if looked_like_a_place else None
            if mention is not None:
                yield mention
                position_after = mention.end
            position = max(position + 1, position_after)

    def _named(self, words: List[Word], position: int, together: int) -> Tuple[Optional[Mention], int]:
        """The longest name that starts here, or where to look next when it is a street's or a building's."""
        for end in range(position + together, position, -1):
            name = tuple(word.plain for word in words[position:end])
            ids = self._territories.names.get(name)
            if ids is None:
                continue
            large = any(identifier.count("/") < 2 for identifier in ids)
            evidence = self._evidence.around(words, position, end, large=large)
            if evidence is Evidence.STREET:
                return None, end
            if evidence >= self._evidence.needed(name):
                return self._mention(words, position, end, ids, 1.0), end
        return None, position

    def _nearly_named(self, words: List[Word], position: int, together: int) -> Optional[Mention]:
        near = self._misspelt.nearest([word.plain for word in words[position : position + together]])
        if near is None:
            return None
        return self._mention(words, position, position + near.words, near.ids, near.likeness)

    def _mention(self, words: List[Word], start: int, end: int, ids: Tuple[Text, ...], confidence: float) -> Mention:
        return Mention(start, end, tuple(chosen(ids, self._evidence.is_county(words, start))), confidence)


def _together(text: Text, words: List[Word], position: int, most: int) -> int:
    """How many words from here are of one breath, `most` at most."""
    count = 1
    while count < most and position + count < len(words):
        before, after = words[position + count - 1], words[position + count]
        between = text[before.end : after.start]
        abbreviated = before.plain in ("saint", "sainte", "ha") and between.strip() in (".", ".-", "!", "")
        if not abbreviated and _APART & set(between):
            break
        count += 1
    return count


def _narrowed(mentions: List[Mention]) -> List[Mention]:
    """ "Saint-Damase en Montérégie" is the one of Montérégie: another name in the message may settle a name."""
    settled = [one.ids[0] for one in mentions if len(one.ids) == 1]
    kept = []
    for one in mentions:
        inside = tuple(identifier for identifier in one.ids if any(within(identifier, other) for other in settled))
        kept.append(one._replace(ids=inside) if len(one.ids) > 1 and inside else one)
    return kept
