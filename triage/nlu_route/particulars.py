"""What the language engine found in a message besides its subject: places, ages, people, disasters, resources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

MOST_ENTITIES = 64
MOST_CANDIDATES = 40
OLDEST = 130
SELF = "self"

_TERRITORY = re.compile(r"\d{2}(/[a-z0-9-]{1,58}){0,2}")
_WORD = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Somebody's age in whole years, from the youngest to the oldest that was said: 14 to 14, or 60 to 69."""

    youngest: int
    oldest: int


@dataclass(frozen=True, slots=True)
class Particulars:
    """Each thing once, in the order said. Words are keys of nlu_data/particulars_fr.yml.

    `territories`: for each place named, the ids (`region`, `region/mrc`, `region/mrc/municipality`) that it may
    be. `about`: who is spoken of. `ages` are not tied to the people.
    """

    territories: tuple[tuple[str, ...], ...] = ()
    ages: tuple[AgeBand, ...] = ()
    about: tuple[str, ...] = ()
    disasters: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()

    @property
    def place(self) -> str | None:
        """The one territory where the person is, or None: a doubtful name, or two places, settle nothing.

        A place and what contains it ("à Gaspé, en Gaspésie") are one: the smaller. When somebody else is spoken of
        the place may be theirs ("mon gars est à Gatineau"), and a wrong place is worse than none: it is asked.
        """
        if any(who != SELF for who in self.about):
            return None
        named = {identifier for candidates in self.territories for identifier in candidates}
        smallest = [one for one in named if not any(other.startswith(f"{one}/") for other in named)]
        return smallest[0] if len(smallest) == 1 else None


def particulars_of(entities: object) -> Particulars:
    """What an answer's `entities` says. Never raises: what has not the expected form is passed over."""
    found = entities[:MOST_ENTITIES] if isinstance(entities, list) else []
    values = [(one.get("entity"), one.get("value")) for one in found if isinstance(one, dict)]
    return Particulars(
        territories=_each(_candidates(value) for kind, value in values if kind == "territory"),
        ages=_each(_age(value) for kind, value in values if kind == "age"),
        about=_each(_word(value) for kind, value in values if kind == "about"),
        disasters=_each(_word(value) for kind, value in values if kind == "disaster"),
        resources=_each(_word(value) for kind, value in values if kind == "resource"),
    )


def _each[Found](found: Iterable[Found | None]) -> tuple[Found, ...]:
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _candidates(value: object) -> tuple[str, ...] | None:
    """None as soon as one id is odd: half a list of candidates would look settled."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_CANDIDATES:
        return None
    ids = [one for one in value if isinstance(one, str) and _TERRITORY.fullmatch(one)]
    return tuple(ids) if len(ids) == len(value) else None


def _age(value: object) -> AgeBand | None:
    if not isinstance(value, dict):
        return None
    youngest, oldest = value.get("youngest"), value.get("oldest")
    # A boolean is an int in Python, not an age.
    if type(youngest) is not int or type(oldest) is not int or not 0 <= youngest <= oldest <= OLDEST:
        return None
    return AgeBand(youngest, oldest)


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None
