"""Read the labelled sentences that the risk head is trained, calibrated and measured on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from triage.signals import RiskKind, RiskLevel


class Split(StrEnum):
    TRAIN = "train"
    CALIBRATION = "calibration"
    HELD_OUT = "held_out"


class SentencesWrong(ValueError):
    """A line is not a labelled sentence; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line. `kind` is a RiskKind value when `risk`, else a kind of sentence without danger."""

    text: str
    risk: bool
    level: RiskLevel
    kind: str
    split: Split
    author: str
    register: str

    @property
    def hard(self) -> bool:
        """Charged words or strong emotion, without danger."""
        return not self.risk and self.kind != "ordinary"


def read_sentences(folder: Path) -> list[Sentence]:
    """Every line of every *.jsonl, in file order. Raises SentencesWrong."""
    sentences = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                sentences.append(_sentence(line, f"{path.name}, line {number}"))
    if not sentences:
        raise SentencesWrong(f"no sentence in {folder}")
    return sentences


def _sentence(line: str, place: str) -> Sentence:
    try:
        data = json.loads(line)
        kind = str(data["kind"])
        if data["risk"]:
            RiskKind(kind)
        return Sentence(
            str(data["text"]), bool(data["risk"]), RiskLevel(data["level"]), kind, Split(data["split"]),
            str(data["author"]), str(data["register"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise SentencesWrong(f"{place}: {type(error).__name__}") from error
