"""Every author is known, and is in one split and one sample only.

A measure is worth something when it is taken on voices that were not learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from setup.sentence_checks.lines import LabelledLine, Refusal
from triage.risk_gate.sentences import Sample, Split

FIELDS = frozenset({"split", "sample", "voices"})


class AuthorsWrong(ValueError):
    """The list of authors cannot be read; the message names the author."""


@dataclass(frozen=True)
class Author:
    """`voices` says whose voices they are, in a line."""

    split: Split
    sample: Sample
    voices: str


def read_authors(path: Path) -> dict[str, Author]:
    """`author: {split: ..., sample: ..., voices: ...}`, by author. Raises AuthorsWrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AuthorsWrong(f"{path.name} : absent") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise AuthorsWrong(f"{path.name} : illisible ({type(error).__name__})") from error
    if not isinstance(data, dict):
        raise AuthorsWrong(f"{path.name} : une fiche par auteur est attendue")
    return {str(name): _author(entry, f"{path.name} : {name}") for name, entry in data.items()}


def _author(entry: object, place: str) -> Author:
    if not isinstance(entry, Mapping) or set(entry) != FIELDS:
        raise AuthorsWrong(f"{place} : les champs sont {', '.join(sorted(FIELDS))}")
    voices = entry["voices"]
    if not isinstance(voices, str) or not voices.strip():
        raise AuthorsWrong(f"{place} : « voices » est un texte, non vide")
    try:
        return Author(Split(entry["split"]), Sample(entry["sample"]), voices)
    except ValueError as error:
        raise AuthorsWrong(f"{place} : « split » ou « sample » n'est pas de la liste") from error


def check_authors(lines: Sequence[LabelledLine], authors: Mapping[str, Author]) -> list[Refusal]:
    """One refusal a line whose author is unknown, or is said to be in another split or sample."""
    refusals = []
    for line in lines:
        sentence = line.sentence
        author = authors.get(sentence.author)
        if author is None:
            refusals.append(Refusal(line.place, f"l'auteur {sentence.author} n'est pas dans authors.yml"))
            continue
        if sentence.split is not author.split:
            refusals.append(Refusal(line.place, f"l'auteur {sentence.author} est dans {author.split}"))
        if sentence.sample is not None and sentence.sample is not author.sample:
            refusals.append(Refusal(line.place, f"l'auteur {sentence.author} est de l'échantillon {author.sample}"))
    return refusals
