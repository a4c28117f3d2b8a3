"""Finds what a person says in passing: an age, who it is about, a disaster, a resource."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.components.ages import ages_in
from bot.components.closed_data import ClosedDataExtractor, entity
from bot.components.french_words import words_of
from bot.components.word_lists import WordLists

AGE = "age"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ParticularsExtractor(ClosedDataExtractor):
    """Gives entities `about`, `disaster` and `resource`, whose value is a key of nlu_data/particulars_fr.yml.

    And `age`, whose value is `{"youngest", "oldest"}` in whole years: equal, or ten years apart for a decade.
    """

    _lists: WordLists

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`files`: the data, from the root."""
        return {"files": ["nlu_data/particulars_fr.yml"]}

    def read_data(self, directory: Path) -> None:
        """Raises DataRefused."""
        self._lists = WordLists.read(directory)

    def find(self, text: Text) -> List[Dict[Text, Any]]:
        """What the text says, in order."""
        words = words_of(text)
        found = [
            entity(
                AGE, {"youngest": age.youngest, "oldest": age.oldest}, words[age.start].start, words[age.end - 1].end
            )
            for age in ages_in(words, self._lists.ages)
        ]
        found += [
            entity(one.kind, one.value, words[one.start].start, words[one.end - 1].end)
            for one in self._lists.said(words)
        ]
        return sorted(found, key=lambda one: (one["start"], one["entity"]))
