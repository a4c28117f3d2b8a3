"""The labelled sentences as the measures need them: every field, those that are still being filled in included."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.commands.failures import CommandError
from triage.interventions.types import InterventionType
from triage.nlu_route.rasa_client import CONVERSATION, type_of
from triage.risk_gate.sentences import Split
from triage.signals import RiskLevel


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence and its labels. `about`, `wording` and `sample` are None when nobody has said.

    `kind` is a RiskKind value when `risk`, else a kind of sentence without danger.
    """

    text: str
    risk: bool
    level: RiskLevel
    kind: str
    type: InterventionType
    subtopic: str
    author: str
    register: str
    split: Split
    about: str | None = None
    wording: str | None = None
    sample: str | None = None

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def is_conversation(self) -> bool:
        """Small talk: its type is information, and it is counted apart where that matters."""
        return self.subtopic.split("/")[0] == CONVERSATION


def sentence_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def read_rows(folder: Path) -> list[Row]:
    """Every line of every *.jsonl, in file order. Raises CommandError, which names the file and the line."""
    rows = []
    for path in sentence_files(folder):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                rows.append(_row(line, f"{path.name}, ligne {number}"))
    if not rows:
        raise CommandError(f"aucune phrase dans {folder}.")
    return rows


def _row(line: str, place: str) -> Row:
    try:
        data = json.loads(line)
        return Row(
            text=str(data["text"]),
            risk=bool(data["risk"]),
            level=RiskLevel(data["level"]),
            kind=str(data["kind"]),
            type=_type(data),
            subtopic=str(data["subtopic"]),
            author=str(data["author"]),
            register=str(data["register"]),
            split=Split(data["split"]),
            about=_known(data, "about"),
            wording=_known(data, "wording"),
            sample=_known(data, "sample"),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{place} : ce n'est pas une phrase étiquetée ({type(error).__name__}).") from None


def _type(data: Mapping[str, object]) -> InterventionType:
    subtopic = str(data["subtopic"])
    return type_of(subtopic) if subtopic.startswith(f"{CONVERSATION}/") else InterventionType(str(data["type"]))


def _known(data: Mapping[str, object], name: str) -> str | None:
    value = data.get(name)
    return None if value is None else str(value)
