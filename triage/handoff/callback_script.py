"""« Puis-je parler à … ? »: what an intervenant says when calling somebody back, and what they never say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from triage.interventions.texts import TextFileError, read_yaml
from triage.interventions.types import Language

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class CallbackScript:
    """For the intervenant's eyes only: `to_say` in its order, `never` to whoever answers."""

    statut: str
    before: str
    to_say: tuple[str, ...]
    never: tuple[str, ...]
    somebody_else: str
    mailbox: str

    @classmethod
    def load(cls, language: Language, folder: Path = FOLDER) -> CallbackScript:
        """Raises TextFileError, naming the file and what is missing."""
        path = folder / f"callback_script_{language.value}.yml"
        content = read_yaml(path)
        return cls(
            statut=str(content["statut"]),
            before=_sentence(path, content, "avant"),
            to_say=_sentences(path, content, "dire"),
            never=_sentences(path, content, "jamais"),
            somebody_else=_sentence(path, content, "quelqu_un_d_autre"),
            mailbox=_sentence(path, content, "boite_vocale"),
        )


@cache
def callback_script(language: Language) -> CallbackScript:
    """The script in the intervenant's language. Raises TextFileError."""
    return CallbackScript.load(language)


def load_callback_scripts() -> tuple[CallbackScript, ...]:
    """Every language, so that an unusable file stops the start. Raises TextFileError."""
    return tuple(callback_script(language) for language in Language)


def _sentence(path: Path, content: dict[str, Any], key: str) -> str:
    found = content.get(key)
    if not isinstance(found, str) or not found.strip():
        raise TextFileError(f"{path.name} : « {key} » doit avoir un texte.")
    return found.strip()


def _sentences(path: Path, content: dict[str, Any], key: str) -> tuple[str, ...]:
    found = content.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) and one.strip() for one in found):
        raise TextFileError(f"{path.name} : « {key} » doit avoir des phrases.")
    return tuple(one.strip() for one in found)
