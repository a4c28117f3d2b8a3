"""What the phone says, from `menu_fr.yml` and `menu_en.yml`: read and checked once, at start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ivr.menu_state import Meaning, Noted
from triage.interventions.texts import TextFileError, plain, read_yaml
from triage.interventions.types import Language, Line
from triage.signals import RiskKind

FOLDER = Path(__file__).parent
SAID = [
    "demo",
    "danger",
    "invitation",
    "greeting",
    "menu",
    "menu_short",
    "preciser",
    "wrong_key",
    "keys",
    "anything_else",
    "before_leaving",
    "goodbye",
    "to_info_sante",
    "to_gap",
    "transfer_over",
    "no_answer_info_sante",
    "no_answer_gap",
    "partner",
    "partner_code",
    "handed_over",
    "wait",
    "wait_risk",
    "overflow",
    "back_in_queue",
    "cut",
    "trouble",
    "screen",
    "screen_mute",
    "screen_again",
]
CODE = "code"
CODE_UNKNOWN = "code_unknown"
NOTED = [*(noted.value for noted in Noted), CODE, CODE_UNKNOWN]
KNOWN_WORDS = [meaning for meaning in Meaning if meaning is not Meaning.OTHER]
# The suicide prevention line's own number, as each language says it: nobody on that line is sent back to it.
SUICIDE_LINE_NUMBER = {Language.FRENCH: "deux sept sept", Language.ENGLISH: "two seven seven"}


@dataclass(frozen=True, slots=True)
class MenuTexts:
    """One language's sentences."""

    statut: str
    language: Language
    said: dict[str, str]
    places: tuple[str, ...]
    places_more: str
    numbers: dict[str, str]
    outside: dict[str, str]
    words: dict[Meaning, frozenset[str]]
    noted: dict[str, str]

    def say(self, key: str) -> str:
        return self.said[key]

    def numbers_of(self, kind: RiskKind | None, line: Line) -> str:
        """The numbers that go with a kind of risk; without a kind, those of an unspecified danger."""
        key = (kind or RiskKind.UNSPECIFIED).value
        return self.numbers.get(f"{key}@{line.value}") or self.numbers[key]

    def outside_numbers(self, line: Line) -> str:
        return self.outside[line.value]

    def place(self, people_before: int) -> str:
        return self.places[people_before] if people_before < len(self.places) else self.places_more


@cache
def menu_texts(language: Language) -> MenuTexts:
    """The sentences of one language. Raises TextFileError, naming the file and what is missing."""
    path = FOLDER / f"menu_{language.value}.yml"
    content = read_yaml(path)
    said = _sentences(path, content, "said", SAID)
    numbers = _sentences(path, content, "numbers", [kind.value for kind in RiskKind])
    outside = _sentences(path, content, "outside", [line.value for line in Line])
    places = tuple(content.get("places") or ())
    more = content.get("places_more")
    if not places or not isinstance(more, str) or not all(isinstance(place, str) for place in places):
        raise TextFileError(f"{path.name} : « places » et « places_more » sont attendus.")
    noted = _sentences(path, content, "noted", NOTED)
    texts = MenuTexts(
        str(content["statut"]), language, said, places, more, numbers, outside, _words(path, content), noted
    )
    _refuse_circle(path, texts)
    return texts


def load_menu_texts() -> tuple[MenuTexts, ...]:
    """Every language, so that an unusable file stops the start. Raises TextFileError."""
    return tuple(menu_texts(language) for language in Language)


def _sentences(path: Path, content: dict[str, Any], section: str, needed: list[str]) -> dict[str, str]:
    found = content.get(section)
    if not isinstance(found, dict):
        raise TextFileError(f"{path.name} : la section « {section} » est attendue.")
    for key in {*needed, *found}:
        if not isinstance(found.get(key), str) or not found[key].strip():
            raise TextFileError(f"{path.name} : « {section}.{key} » doit avoir un texte.")
    return {key: value.strip() for key, value in found.items()}


def _words(path: Path, content: dict[str, Any]) -> dict[Meaning, frozenset[str]]:
    """The closed lists of what may be said, as `plain` makes them."""
    found = content.get("words")
    if not isinstance(found, dict) or set(found) != {meaning.value for meaning in KNOWN_WORDS}:
        expected = ", ".join(meaning.value for meaning in KNOWN_WORDS)
        raise TextFileError(f"{path.name} : la section « words » doit avoir {expected}, et rien d'autre.")
    for name, said in found.items():
        if not isinstance(said, list) or not said or not all(isinstance(one, str) and plain(one) for one in said):
            raise TextFileError(f"{path.name} : « words.{name} » est une liste de mots entre guillemets.")
    return {meaning: frozenset(map(plain, found[meaning.value])) for meaning in KNOWN_WORDS}


def _refuse_circle(path: Path, texts: MenuTexts) -> None:
    line = Line.PREVENTION_SUICIDE
    said = [texts.outside_numbers(line), *(texts.numbers_of(kind, line) for kind in RiskKind)]
    if any(SUICIDE_LINE_NUMBER[texts.language] in sentence for sentence in said):
        raise TextFileError(f"{path.name} : sur la ligne de prévention du suicide, personne n'y est renvoyé.")
