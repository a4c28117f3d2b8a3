"""What the queue says besides the menu's sentences, from `waiting_fr.yml` and `waiting_en.yml`: checked at start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from triage.handoff.wait_history import WaitRange, wait_scale
from triage.interventions.texts import TextFileError, read_yaml
from triage.interventions.types import Language

FOLDER = Path(__file__).parent
# Each sentence, with what is put in it.
SAID: dict[str, frozenset[str]] = {
    "range_under": frozenset({"most"}),
    "range_between": frozenset({"least", "most"}),
    "range_over": frozenset({"least"}),
    "callback_offer": frozenset(),
    "callback_confirm": frozenset({"digits"}),
    "callback_set": frozenset(),
    "callback_kept": frozenset(),
    "already_called": frozenset(),
}
LAST_DIGITS = 2


@dataclass(frozen=True, slots=True)
class WaitingTexts:
    """One language's sentences; `minutes` are the words of the scale, `digits` those of 0 to 9."""

    statut: str
    language: Language
    said: dict[str, str]
    minutes: dict[int, str]
    digits: tuple[str, ...]

    def say(self, key: str) -> str:
        return self.said[key]

    def range(self, found: WaitRange) -> str:
        """A measured range, in words. Raises KeyError for a bound that is not of the scale."""
        least = self.minutes[found.least] if found.least is not None else ""
        most = self.minutes[found.most] if found.most is not None else ""
        key = "range_between" if least and most else "range_over" if least else "range_under"
        return self.said[key].format(least=least, most=most)

    def confirm_callback(self, number: str) -> str:
        """The question, with the last two digits of the number: who hears it knows which of their phones it is."""
        digits = ", ".join(self.digits[int(digit)] for digit in number[-LAST_DIGITS:])
        return self.said["callback_confirm"].format(digits=digits)


@cache
def waiting_texts(language: Language) -> WaitingTexts:
    """The sentences of one language. Raises TextFileError, naming the file and what is missing."""
    path = FOLDER / f"waiting_{language.value}.yml"
    return read_waiting_texts(path, language)


def read_waiting_texts(path: Path, language: Language) -> WaitingTexts:
    """Raises TextFileError, WaitRangesError."""
    content = read_yaml(path)
    digits = content.get("digits")
    if not isinstance(digits, list) or len(digits) != 10 or not all(isinstance(word, str) for word in digits):
        raise TextFileError(f"{path.name} : « digits » nomme les dix chiffres.")
    return WaitingTexts(str(content["statut"]), language, _said(path, content), _minutes(path, content), tuple(digits))


def load_waiting_texts() -> tuple[WaitingTexts, ...]:
    """Every language, so that an unusable file stops the start. Raises TextFileError, WaitRangesError."""
    return tuple(waiting_texts(language) for language in Language)


def _said(path: Path, content: dict[str, Any]) -> dict[str, str]:
    found = content.get("said")
    if not isinstance(found, dict):
        raise TextFileError(f"{path.name} : la section « said » est attendue.")
    said: dict[str, str] = {}
    for key, holes in SAID.items():
        sentence = found.get(key)
        if not isinstance(sentence, str) or not sentence.strip():
            raise TextFileError(f"{path.name} : « said.{key} » doit avoir un texte.")
        try:
            filled = sentence.format(**dict.fromkeys(holes, "x"))
        except (KeyError, IndexError, ValueError) as error:
            raise TextFileError(f"{path.name} : « said.{key} » a une accolade de trop.") from error
        if any(f"{{{hole}}}" not in sentence for hole in holes) or any(letter.isnumeric() for letter in filled):
            raise TextFileError(f"{path.name} : « said.{key} » : une accolade manque, ou un nombre est en chiffres.")
        said[key] = sentence.strip()
    return said


def _minutes(path: Path, content: dict[str, Any]) -> dict[int, str]:
    """Every bound that may be said has its words."""
    found = content.get("minutes")
    words = found if isinstance(found, dict) else {}
    for bound in wait_scale().minutes:
        if not isinstance(words.get(bound), str) or not words[bound].strip():
            raise TextFileError(f"{path.name} : « minutes.{bound} » doit avoir un texte.")
    return {int(bound): str(word) for bound, word in words.items()}
