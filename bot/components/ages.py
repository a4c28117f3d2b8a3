"""Ages that a text says, as the youngest and the oldest that somebody may be, in whole years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Text, Tuple

from bot.components.french_words import Word

OLDEST = 115
_UNITS = (
    "zero",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
)
_BELOW_SEVENTEEN = (*_UNITS, "quatorze", "quinze", "seize")
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_DECADES = {"vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60}
_YEARS = frozenset({"an", "ans"})
_YOUNG_UNITS = {"jour": 1, "jours": 1, "semaine": 7, "semaines": 7, "mois": 30}
_HAS = frozenset({"a", "ai", "as", "jai", "avait", "avais", "javais", "aura", "aurait", "g"})


@dataclass(frozen=True)
class AgeWords:
    """Plain words: who has an age, who is counted in months, and what says a length of time, after and before."""

    people: FrozenSet[Text]
    babies: FrozenSet[Text]
    length_after: FrozenSet[Text]
    length_before: FrozenSet[Text]


class Age(NamedTuple):
    """The words from `start` to `end`, excluded, say an age from `youngest` to `oldest`, in years."""

    start: int
    end: int
    youngest: int
    oldest: int


def ages_in(words: Sequence[Word], lists: AgeWords) -> List[Age]:
    """Every age said, in order; a length of time is none."""
    return list(_found([word.plain for word in words], lists))


def number_at(said: Sequence[Text], position: int) -> Optional[Tuple[int, int]]:
    """The number that starts here, in digits or in words, from 0 to 115, and where it ends."""
    if position < len(said) and said[position].isdecimal():
        value = int(said[position]) if len(said[position]) <= 3 else OLDEST + 1
        return (value, position + 1) if value <= OLDEST else None
    for end in range(min(position + 5, len(said)), position, -1):
        value = _NUMBERS.get(tuple(word for word in said[position:end] if word != "et"))
        if value is not None and said[position] != "et" and said[end - 1] != "et":
            return value, end
    return None


def _found(said: List[Text], lists: AgeWords) -> Iterator[Age]:
    position = 0
    while position < len(said):
        age = _decade(said, position) or _counted(said, position, lists)
        if age is not None:
            yield age
        number = number_at(said, position)
        position = age.end if age is not None else number[1] if number else position + 1


def _decade(said: List[Text], position: int) -> Optional[Age]:
    """ "dans la soixantaine"."""
    first = _DECADES.get(said[position])
    if first is None or said[max(0, position - 2) : position] not in (["dans", "la"], ["ans", "la"], ["ds", "la"]):
        return None
    if said[position + 1 : position + 2] == ["de"]:
        return None
    return Age(position, position + 1, first, first + 9)


def _counted(said: List[Text], position: int, lists: AgeWords) -> Optional[Age]:
    number = number_at(said, position)
    if number is None or number[1] >= len(said):
        return None
    count, unit = number
    end = unit + 1
    if said[unit] in _YEARS and _is_age(said, position, end, lists):
        return Age(position, end, count, count)
    if said[unit] in _YOUNG_UNITS and _is_of_baby(said, position, end, lists):
        years = count * _YOUNG_UNITS[said[unit]] // 365
        return Age(position, end, years, years)
    return None


def _is_age(said: List[Text], start: int, end: int, lists: AgeWords) -> bool:
    before, after = said[max(0, start - 3) : start], said[end : end + 2]
    if set(after[:1]) & lists.length_after or (after[:1] in (["de"], ["d"]) and after[1:2] not in (["la"], ["moins"])):
        return False
    last = before[-1] if before else ""
    if last in _HAS:
        # "il y a dix ans", "y'a 10 ans", "ça va faire".
        return before[-2:-1] not in (["y"], ["i"]) or after[:1] == ["et"]
    if last in ("de", "d", "des"):
        return bool(set(before[:-1]) & lists.people)
    if last in ("age", "agee", "ages", "agees") or before[-2:] in (["age", "de"], ["agee", "de"]):
        return True
    return (
        last in lists.people
        or before[-2:] in (["l", "a"], ["d", "avoir"], ["va", "avoir"])
        or _opens_with_age(said, start, end)
    )


def _opens_with_age(said: List[Text], start: int, end: int) -> bool:
    """A short answer to "how old?": nothing but the age, or nearly."""
    return start == 0 and len(said) - end <= 1


def _is_of_baby(said: List[Text], start: int, end: int, lists: AgeWords) -> bool:
    before = said[max(0, start - 4) : start]
    if (
        not before
        or said[end : end + 1] == ["de"]
        or set(before) & (lists.length_before | {"enceinte", "perdu", "mort"})
    ):
        return False
    near = set(before[-3:])
    if before[-1] in _HAS | {"de", "d"}:
        return bool(near & lists.babies)
    return before[-1] in ("bebe", "bb")


def _numbers() -> Dict[Tuple[Text, ...], int]:
    """The words of each number from 0 to 115, without "et", hyphens counting as spaces."""
    below = {(name,): value for value, name in enumerate(_BELOW_SEVENTEEN)}
    below.update({("dix", _UNITS[unit]): 10 + unit for unit in (7, 8, 9)})
    found = dict(below)
    for name, ten in _TENS.items():
        found[(name,)] = ten
        for words, value in below.items():
            if 1 <= value < (20 if ten == 60 else 10):
                found[(name, *words)] = ten + value
    found[("vingt", "une")], found[("quatre", "vingts")] = 21, 80
    for words, value in [((), 0), *below.items()]:
        if value < 20:
            found[("quatre", "vingt", *words)] = 80 + value
            if value <= OLDEST - 100:
                found[("cent", *words)] = 100 + value
    return found


_NUMBERS = _numbers()
