"""The words of nlu_data/particulars_fr.yml, and where a text says them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Text, Tuple

from bot.components.ages import AgeWords
from bot.components.data_files import DataRefused, read_yaml, texts
from bot.components.french_words import Word, plain_words

WORD_LISTS = "particulars_fr.yml"
KINDS = ("about", "disaster", "resource")
ABOUT = ("self", "child", "partner", "parent", "friend", "other_relative", "client")
_POSSESSIVES = ("mon", "ma", "mes", "notre", "nos", "my")
AGE_LISTS = ("people", "babies", "length_after", "length_before")
_KEYS = {"statut", "langue", "between", "never", "age", *KINDS}

Term = Tuple[Text, ...]


class Said(NamedTuple):
    """The words from `start` to `end`, excluded, say `value` of `kind`."""

    kind: Text
    value: Text
    start: int
    end: int


@dataclass(frozen=True)
class WordLists:
    """For each kind, what each term says; None for an expression that says nothing."""

    terms: Dict[Text, Dict[Term, Optional[Text]]]
    owned: Dict[Term, Text]
    between: FrozenSet[Text]
    ages: AgeWords

    @classmethod
    def read(cls, folder: Path) -> "WordLists":
        """Raises DataRefused, which says where in the file and what is wrong."""
        document = read_yaml(folder / WORD_LISTS)
        _known(WORD_LISTS, document, _KEYS)
        never = {
            _term(f"{WORD_LISTS}, never", entry): None for entry in texts(f"{WORD_LISTS}, never", document.get("never"))
        }
        owned: Dict[Term, Text] = {}
        terms: Dict[Text, Dict[Term, Optional[Text]]] = {}
        for kind in KINDS:
            terms[kind] = dict(never)
            for value, place, key, term in _entries(kind, document.get(kind)):
                taken = owned if key == "after_my" else terms[kind]
                # An expression of `never` that a list claims ("coups de feu") is that list's.
                if taken.get(term) not in (None, value):
                    raise DataRefused(f"{place} : « {' '.join(term)} » est aussi sous « {taken[term]} ».")
                taken[term] = value
        between = _single(f"{WORD_LISTS}, between", document.get("between"))
        return cls(terms, owned, between, _ages(document.get("age")))

    def said(self, words: Sequence[Word]) -> List[Said]:
        """What the words say, kind by kind, the longest term first, without overlap."""
        plain = [word.plain for word in words]
        return [one for kind in KINDS for one in self._said_of(kind, plain)]

    def _said_of(self, kind: Text, plain: List[Text]) -> Iterator[Said]:
        position, longest = 0, max(map(len, self.terms[kind]))
        while position < len(plain):
            found = _longest(plain, position, longest, self.terms[kind])
            if kind == "about":
                mine = self._mine(plain, position)
                found = max((one for one in (found, mine) if one), key=lambda one: one[1], default=None)
            if found is None:
                position += 1
                continue
            value, end = found
            if value is not None:
                yield Said(kind, value, position, end)
            position = end

    def _mine(self, plain: List[Text], position: int) -> Optional[Tuple[Optional[Text], int]]:
        """ "ma fille", "mon autre grand gars"."""
        if plain[position] not in _POSSESSIVES:
            return None
        longest = max(map(len, self.owned))
        for start in (position + 1, position + 2):
            found = _longest(plain, start, longest, self.owned)
            skipped = plain[position + 1 : start]
            if found and all(word in self.between for word in skipped):
                # "ma petite": a child; "ma petite soeur": a sister.
                further = self._longer(plain, start, found)
                return further or found
        return None

    def _longer(self, plain: List[Text], start: int, found: Tuple[Any, int]) -> Optional[Tuple[Optional[Text], int]]:
        if start >= len(plain) or plain[start] not in self.between or found[1] != start + 1:
            return None
        return _longest(plain, start + 1, max(map(len, self.owned)), self.owned)


def _longest(
    plain: List[Text], position: int, longest: int, terms: Dict[Term, Any]
) -> Optional[Tuple[Optional[Text], int]]:
    for end in range(min(position + longest, len(plain)), position, -1):
        said = tuple(plain[position:end])
        # The ordinary plural, of the last word or of each.
        singular = (*said[:-1], said[-1].rstrip("sx"))
        for form in (said, singular, tuple(word.rstrip("sx") for word in said)):
            if form in terms:
                return terms[form], end
    return None


def _entries(kind: Text, values: Any) -> Iterator[Tuple[Text, Text, Text, Term]]:
    if not isinstance(values, dict) or not values:
        raise DataRefused(f"{WORD_LISTS} : une rubrique « {kind} » est attendue.")
    if kind == "about" and set(values) != set(ABOUT):
        raise DataRefused(f"{WORD_LISTS}, about : les valeurs sont {', '.join(ABOUT)}.")
    for value, lists in values.items():
        place = f"{WORD_LISTS}, {kind}, {value}"
        if not isinstance(value, str) or not value.isascii() or not value.replace("_", "a").isalpha():
            raise DataRefused(f"{place} : une valeur s'écrit en lettres sans accent et « _ ».")
        if not isinstance(lists, dict) or not lists:
            raise DataRefused(f"{place} : « words » est attendu.")
        _known(place, lists, {"words", "after_my"} if kind == "about" else {"words"})
        for key, entries in lists.items():
            for entry in texts(f"{place}, {key}", entries):
                yield value, place, key, _term(f"{place}, {key}", entry)


def _term(place: Text, entry: Text) -> Term:
    term = plain_words(entry)
    if not term:
        raise DataRefused(f"{place} : « {entry} » n'a pas de lettre.")
    return term


def _ages(section: Any) -> AgeWords:
    place = f"{WORD_LISTS}, age"
    if not isinstance(section, dict):
        raise DataRefused(f"{WORD_LISTS} : une rubrique « age » est attendue.")
    _known(place, section, set(AGE_LISTS))
    return AgeWords(*(_single(f"{place}, {key}", section.get(key)) for key in AGE_LISTS))


def _single(place: Text, entries: Any) -> FrozenSet[Text]:
    return frozenset(word for entry in texts(place, entries) for word in plain_words(entry))


def _known(place: Text, mapping: Dict[Any, Any], keys: set) -> None:
    unknown = sorted(str(key) for key in set(mapping) - keys)
    if unknown:
        raise DataRefused(f"{place} : clé inconnue « {unknown[0]} ».")
