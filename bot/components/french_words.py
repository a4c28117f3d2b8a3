"""The words of a text, as word lists compare them, with their place in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import List, Mapping, Text, Tuple

# A letter may come as itself and a combining accent; digits are words apart ("14ans").
_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})


@dataclass(frozen=True)
class Word:
    """`plain`: lower case, no accent. `start` and `end` are code points of the text, `end` excluded."""

    plain: Text
    start: int
    end: int
    capital: bool


def words_of(text: Text, spellings: Mapping[Text, Text] = MappingProxyType({})) -> List[Word]:
    """Every word and number of the text, in order; `spellings` gives the usual form of a plain word."""
    found = []
    for match in _WORD.finditer(text):
        said = plain(match.group())
        found.append(Word(spellings.get(said, said), match.start(), match.end(), match.group()[0].isupper()))
    return found


def plain(text: Text) -> Text:
    """Lower case, without accents or ligatures."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def plain_words(text: Text) -> Tuple[Text, ...]:
    """The words of a name or a term, in the form that texts are compared in."""
    return tuple(word.plain for word in words_of(text))
