"""No sentence gives a way to reach or name a real person, were it by chance.

The lines of `triage/directory/public_lines_fr.yml` may be named, and a few numbers that everybody knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from setup.sentence_checks.lines import LabelledLine, Refusal
from triage.directory.resources import PUBLIC_LINES
from triage.risk_gate.folding import fold_word

NAMES = Path(__file__).parent / "names_fr.yml"
# The directory may lose one of these without a sentence becoming wrong.
KNOWN_TO_ALL = frozenset({"811", "911", "211", "511", "988", "18662773553", "535353"})
# Words between a place and the first name that it bears: "boulevard de la", "école secondaire".
WORDS_AFTER_A_PLACE = 3

_DIGIT = r"(?:zéro|zero|un|deux|trois|quatre|cinq|six|sept|huit|neuf)"
_NUMBER_WORD = (
    r"(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|quarante"
    r"|cinquante|soixante|cents?|mille)"
)
_WAY = r"(?:rue|avenue|av\.|boulevard|boul\.?|chemin|ch\.|rang|route|place|impasse|ruelle|croissant|montée|côte)"

# With its hyphens: "Henri-Bourassa" is how a place is written, "Henri Bourassa" is somebody.
_WORD = re.compile(r"\w+(?:-\w+)*")
_NUMBER = re.compile(r"(?<![\w,.])\(?\d[\d().\s-]{5,}\d(?!\w)")
_PHONE = re.compile(r"(?:1[\s.-]?)?\(?\d{3}\)?[\s.-]{0,2}\d{3}[\s.-]?\d{4}|\d{3}[\s.-]?\d{4}")
_SOCIAL_INSURANCE = re.compile(r"\d{3}[\s.-]?\d{3}[\s.-]?\d{3}")
_SHAPES = {
    "numéro de téléphone dicté": re.compile(rf"\b(?:{_DIGIT}[\s,-]+){{6,}}{_DIGIT}\b", re.I),
    "adresse de courriel": re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}|\barobase?\b.{1,30}\bpoint\b", re.I),
    "adresse municipale": re.compile(
        rf"(?<![\d,.-])(?:\b\d{{1,5}}(?:[\s-]?[a-d])?|\b{_NUMBER_WORD}),?\s+(?:\d{{1,3}}(?:e|st|nd|rd|th)\s+)?{_WAY}"
        r"\s+[\w'’-]{2,}",
        re.I,
    ),
    "code postal": re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d\b", re.I),
    "numéro d'assurance maladie": re.compile(r"\b[A-Z]{4}[ -]?\d{4}[ -]?\d{4}\b", re.I),
}


@dataclass(frozen=True)
class Names:
    """First names and surnames, folded; `places` are words before what bears a person's name."""

    first: frozenset[str]
    last: frozenset[str]
    places: frozenset[str]

    @classmethod
    def read(cls, path: Path = NAMES) -> Names:
        """Raises ValueError when an entry is not a text, KeyError when a list is missing."""
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        lists = [data[key] for key in ("prenoms", "noms", "lieux")]
        if not all(isinstance(word, str) for words in lists for word in words):
            raise ValueError(f"{path.name} : chaque entrée est un texte")
        return cls(*(frozenset(map(fold_word, words)) for words in lists))


def read_public_numbers(path: Path = PUBLIC_LINES) -> frozenset[str]:
    """Digits alone of every number that may be named, with and without the 1 of long distance."""
    resources = yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]
    written = [resource.get(key) for resource in resources for key in ("phone", "sms")]
    numbers = KNOWN_TO_ALL | {_digits(number.partition(",")[0]) for number in written if number}
    return numbers | {number[1:] for number in numbers if len(number) == 11}


def check_personal_data(lines: Sequence[LabelledLine], public: Collection[str], names: Names) -> list[Refusal]:
    """A refusal for each line and each sort of personal data; the data itself is not repeated."""
    return [
        Refusal(line.place, f"donnée personnelle : {sort}")
        for line in lines
        for sort in personal_data(line.sentence.text, public, names)
    ]


def personal_data(text: str, public: Collection[str], names: Names) -> list[str]:
    """The sorts of personal data that the text seems to hold."""
    found = [sort for sort, shape in _SHAPES.items() if shape.search(text)]
    for match in _NUMBER.finditer(text):
        found += _sort_of_number(match.group(), public)
    if _names_somebody(text, names):
        found.append("prénom et nom")
    return list(dict.fromkeys(found))


def _sort_of_number(written: str, public: Collection[str]) -> list[str]:
    if _digits(written) in public:
        return []
    if _PHONE.fullmatch(written):
        return ["numéro de téléphone"]
    return ["numéro d'assurance sociale"] if _SOCIAL_INSURANCE.fullmatch(written) else []


def _names_somebody(text: str, names: Names) -> bool:
    words = _WORD.findall(fold_word(text))
    for at, last in enumerate(words[1:]):
        before = words[max(at - WORDS_AFTER_A_PLACE, 0) : at]
        if words[at].split("-")[0] in names.first and last in names.last and names.places.isdisjoint(before):
            return True
    return False


def _digits(written: str) -> str:
    return "".join(sign for sign in written if sign.isdigit())
