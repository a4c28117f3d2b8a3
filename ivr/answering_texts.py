"""What those whom we call hear, from `answering_fr.yml` and `answering_en.yml`: read and checked once, at start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from triage.interventions.texts import TextFileError, read_yaml
from triage.interventions.types import Language
from triage.signals import RiskKind, RiskLevel

FOLDER = Path(__file__).parent
SAID = (
    "staff_ring",
    "staff_ring_again",
    "colleague_ring",
    "colleague_ring_again",
    "guest_ring",
    "guest_ring_again",
    "whisper_mute",
    "whisper_recall",
    "not_yours",
    "gone",
    "guest_over",
    "staff_trouble",
    "hold",
    "transferred",
    "recall_cut",
)
KEYS = ("1", "2", "other", "none")
REFUSALS = ("emergency", "short", "malformed", "own_line", "premium", "unknown")


@dataclass(frozen=True, slots=True)
class AnsweringTexts:
    """One language's sentences. `levels` and `kinds` are for the staff's ear only."""

    statut: str
    language: Language
    said: dict[str, str]
    levels: dict[str, str]
    kinds: dict[str, str]
    keys: dict[str, str]
    refusals: dict[str, str]

    def say(self, key: str) -> str:
        return self.said[key]

    def level(self, level: RiskLevel) -> str:
        return self.levels[level.value]

    def kinds_of(self, kinds: tuple[RiskKind, ...]) -> tuple[str, ...]:
        """One sentence that names them, or nothing."""
        words = ", ".join(dict.fromkeys(self.kinds[kind.value] for kind in kinds))
        return (f"{words[0].upper()}{words[1:]}.",) if words else ()

    def key(self, pressed: str) -> str:
        """How a key is written in the record."""
        return self.keys.get(pressed or "none") or self.keys["other"]


@cache
def answering_texts(language: Language = Language.FRENCH) -> AnsweringTexts:
    """The sentences of one language. Raises TextFileError, naming the file and what is missing."""
    path = FOLDER / f"answering_{language.value}.yml"
    content = read_yaml(path)
    return AnsweringTexts(
        str(content["statut"]),
        language,
        said=_sentences(path, content, "said", SAID),
        levels=_sentences(path, content, "levels", tuple(level.value for level in RiskLevel)),
        kinds=_sentences(path, content, "kinds", tuple(kind.value for kind in RiskKind)),
        keys=_sentences(path, content, "keys", KEYS),
        refusals=_sentences(path, content, "refusals", REFUSALS),
    )


def load_answering_texts() -> tuple[AnsweringTexts, ...]:
    """Every language, so that an unusable file stops the start. Raises TextFileError."""
    return tuple(answering_texts(language) for language in Language)


def _sentences(path: Path, content: dict[str, Any], part: str, expected: tuple[str, ...]) -> dict[str, str]:
    found = content.get(part)
    if not isinstance(found, dict):
        raise TextFileError(f"{path.name} : la partie « {part} » manque.")
    missing = [key for key in expected if not isinstance(found.get(key), str) or not found[key].strip()]
    if missing:
        raise TextFileError(f"{path.name}, « {part} » : il manque {', '.join(missing)}.")
    return {key: found[key].strip() for key in expected}
