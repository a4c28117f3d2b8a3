"""The words that the staff read, from files that people can edit; checked once at start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from triage.handoff.states import HandoffReason, PresenceState, QueueClass, Role
from triage.interventions.texts import TextFileError, read_yaml
from triage.interventions.types import Channel, InterventionType, Language, Line, Stage
from triage.record.tables import Author
from triage.signals import RiskKind, RiskLevel

FOLDER = Path(__file__).parent
LONGEST_DISPOSITION = 64
ENUMS: dict[str, type[StrEnum]] = {
    "classes": QueueClass,
    "levels": RiskLevel,
    "reasons": HandoffReason,
    "types": InterventionType,
    "stages": Stage,
    "lines": Line,
    "channels": Channel,
    "languages": Language,
    "authors": Author,
    "roles": Role,
    "presence": PresenceState,
}
SECTIONS = ("page", "queue", "contact", "said", "script")
PHONE_SECTIONS = (
    "call",
    "bring_in",
    "transfer",
    "recall",
    "attempts",
    "invitation",
    "my_phone",
    "phone_said",
    "phone_script",
)


@dataclass(frozen=True, slots=True)
class Words:
    """`sections["queue"]["title"]`, `kinds["suicide"]`, `dispositions["entretien_termine"]`."""

    sections: Mapping[str, Mapping[str, str]]
    kinds: Mapping[str, str]
    dispositions: Mapping[str, str]
    demo: str

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Words:
        """Raises TextFileError: a missing word is seen at start, not by an intervenant at night."""
        names = ("console_fr.yml", "phone_fr.yml", "kinds_fr.yml", "dispositions_fr.yml")
        pages, phone, kinds, ends = (folder / name for name in names)
        content, by_phone = read_yaml(pages), read_yaml(phone)
        sections = {name: _texts(pages, content, name) for name in (*ENUMS, *SECTIONS)}
        sections |= {name: _texts(phone, by_phone, name) for name in PHONE_SECTIONS}
        for name, members in ENUMS.items():
            _complete(pages, sections[name], members)
        kinds_texts = _texts(kinds, read_yaml(kinds), "kinds")
        _complete(kinds, kinds_texts, RiskKind)
        dispositions = _texts(ends, read_yaml(ends), "dispositions")
        for key in dispositions:
            if len(key) > LONGEST_DISPOSITION:
                raise TextFileError(f"{ends.name} : l'identifiant « {key} » est trop long.")
        demo = content.get("demo")
        if not isinstance(demo, str) or not demo.strip():
            raise TextFileError(f"{pages.name} : « demo » doit avoir un texte.")
        return cls(sections, kinds_texts, dispositions, demo)

    def say(self, section: str, key: str) -> str:
        return self.sections[section][key]


def _texts(path: Path, content: Mapping[str, Any], section: str) -> dict[str, str]:
    texts = content.get(section)
    if not isinstance(texts, Mapping) or not texts:
        raise TextFileError(f"{path.name} : « {section} » est attendu.")
    for key, text in texts.items():
        if not isinstance(key, str) or not isinstance(text, str) or not text.strip():
            raise TextFileError(f"{path.name} : « {section}.{key} » doit avoir un texte.")
    return dict(texts)


def _complete(path: Path, texts: Mapping[str, str], members: Iterable[StrEnum]) -> None:
    for member in members:
        if member.value not in texts:
            raise TextFileError(f"{path.name} : « {member.value} » n'a pas son texte.")
