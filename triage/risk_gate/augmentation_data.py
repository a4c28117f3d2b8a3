"""Load and check `augmentation_fr.yml`: every mistake is told with the list and the entry.

What a replacement must keep is checked here, once: the negations of its source, and its charged words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.risk_gate.folding import fold_word

AUGMENTATION = Path(__file__).with_name("augmentation_fr.yml")

_LISTS = ("mots_charges", "petits_mots", "collables")
_REPLACEMENTS = ("texto", "joual", "homophones")
_KEYS = frozenset({"statut", "negations", "lettres", *_LISTS, *_REPLACEMENTS})
_PART = re.compile(r"[^\W_]+")
_ENGLISH_NEGATION = re.compile(r"n't\b")


class AugmentationWrong(ValueError):
    """The data of the variants is wrong; the message names the list and the entry."""


@dataclass(frozen=True, slots=True)
class MeaningWords:
    """What no variant may lose: `negations`, each spelling to its word, and `charged` words, all folded."""

    negations: Mapping[str, str]
    charged: frozenset[str]

    def negations_in(self, text: str) -> list[str]:
        """In order, whatever their spelling."""
        return [self.negations[part] for part in parts(text) if part in self.negations]

    def charged_in(self, text: str) -> list[str]:
        """In order, folded."""
        return [part for part in parts(text) if part in self.charged]

    def holds(self, word: str) -> bool:
        """Whether a written word ("d'mourir") is, or holds, one of them."""
        return any(part in self.negations or part in self.charged for part in parts(word))


def parts(text: str) -> list[str]:
    """The folded words, cut at apostrophes and hyphens; "don't" is one."""
    return _PART.findall(_ENGLISH_NEGATION.sub("nt", fold_word(text)))


@dataclass(frozen=True, slots=True)
class Replacements:
    """Written forms to those that may stand for them."""

    pattern: re.Pattern[str]
    targets: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, targets: Mapping[str, tuple[str, ...]]) -> Replacements:
        # Longest first: "je sais pas" before "je sais". In what is cut by an apostrophe or a hyphen, only whole.
        sources = sorted(targets, key=len, reverse=True)
        either = "|".join(re.escape(source).replace(r"\ ", r"\s+").replace("'", "['’]") for source in sources)
        known = {_plain(source): forms for source, forms in targets.items()}
        return cls(re.compile(rf"(?<![\w'’-])(?:{either})(?![\w'’-])", re.IGNORECASE), known)

    def forms_of(self, found: str) -> tuple[str, ...]:
        """Of what `pattern` found."""
        return self.targets[_plain(found)]


def _plain(form: str) -> str:
    return " ".join(form.lower().replace("’", "'").split())


@dataclass(frozen=True, slots=True)
class AugmentationData:
    """Everything that the file says; the small words `lost` and `glued` are in lower case, with their accents."""

    meaning: MeaningWords
    texting: Replacements
    joual: Replacements
    homophones: Replacements
    lost: frozenset[str]
    glued: frozenset[str]
    letters: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, path: Path = AUGMENTATION) -> AugmentationData:
        """Raises AugmentationWrong."""
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise AugmentationWrong(f"{path.name} : illisible ({type(error).__name__})") from error
        if not isinstance(data, dict) or set(data) != _KEYS:
            raise AugmentationWrong(f"{path.name} : les clés sont {', '.join(sorted(_KEYS))}")
        reader = _Reader(path.name, data)
        meaning = reader.meaning()
        texting, joual, homophones = (reader.replacements(key, meaning) for key in _REPLACEMENTS)
        lost, glued = (reader.small_words(key, meaning) for key in ("petits_mots", "collables"))
        return cls(meaning, texting, joual, homophones, lost, glued, reader.letters())


@dataclass(frozen=True, slots=True)
class _Reader:
    name: str
    data: Mapping[str, Any]

    def meaning(self) -> MeaningWords:
        spellings = self._forms("negations", may_be_empty=True)
        negations = {fold_word(form): fold_word(word) for word, forms in spellings.items() for form in (word, *forms)}
        charged = frozenset(fold_word(word) for word in self._words("mots_charges"))
        both = charged & set(negations)
        if both or not negations or not charged:
            raise self._wrong("mots_charges", ", ".join(sorted(both)) or "vide", "une négation n'est pas un mot chargé")
        return MeaningWords(negations, charged)

    def replacements(self, key: str, meaning: MeaningWords) -> Replacements:
        forms = self._forms(key)
        for source, targets in forms.items():
            for target in targets:
                if meaning.negations_in(source) != meaning.negations_in(target):
                    raise self._wrong(key, f"{source} : {target}", "les négations changent")
                if meaning.charged_in(source) != meaning.charged_in(target):
                    raise self._wrong(key, f"{source} : {target}", "les mots chargés changent")
        return Replacements.of(forms)

    def small_words(self, key: str, meaning: MeaningWords) -> frozenset[str]:
        words = self._words(key)
        for word in words:
            if meaning.holds(word) or word != word.lower():
                raise self._wrong(key, word, "négation, mot chargé ou majuscule")
        return frozenset(words)

    def letters(self) -> Mapping[str, tuple[str, ...]]:
        letters = self._forms("lettres")
        for letter, signs in letters.items():
            if len(letter) != 1 or any(len(sign) != 1 or sign.isalpha() for sign in signs):
                raise self._wrong("lettres", letter, "une lettre, et des signes qui n'en sont pas")
        return letters

    def _words(self, key: str) -> list[str]:
        words = self.data[key]
        if not isinstance(words, list):
            raise self._wrong(key, "", "une liste est attendue")
        self._check_texts(key, key, words)
        return words

    def _forms(self, key: str, may_be_empty: bool = False) -> dict[str, tuple[str, ...]]:
        entries = self.data[key]
        if not isinstance(entries, dict) or not entries:
            raise self._wrong(key, "", "des formes par mot sont attendues")
        for source, forms in entries.items():
            if not isinstance(forms, list) or not (forms or may_be_empty):
                raise self._wrong(key, str(source), "une liste de formes est attendue")
            self._check_texts(key, str(source), [source, *forms])
        return {source: tuple(forms) for source, forms in entries.items()}

    def _check_texts(self, key: str, entry: str, values: Collection[object]) -> None:
        # YAML reads a bare `on` or `no` as true or false.
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise self._wrong(key, entry, "un texte est attendu, entre guillemets si YAML y lit autre chose")

    def _wrong(self, key: str, entry: str, reason: str) -> AugmentationWrong:
        return AugmentationWrong(f"{self.name}, {key}, « {entry} » : {reason}")
