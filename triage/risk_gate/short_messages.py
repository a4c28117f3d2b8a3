"""The short plain messages of `short_messages.yml`, used in training beside the authors' sentences."""

from __future__ import annotations

from pathlib import Path

import yaml

from triage.risk_gate.sentences import Sentence, Split
from triage.signals import RiskKind, RiskLevel

SHORT_MESSAGES = Path(__file__).parent / "short_messages.yml"


def read_short_messages(path: Path = SHORT_MESSAGES) -> list[Sentence]:
    """Every short message as a training sentence. Raises ValueError on an unknown kind of danger."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    messages = []
    for kind, texts in data["danger"].items():
        messages += [_message(text, RiskLevel.RISK, str(RiskKind(kind))) for text in texts]
    for kind, texts in data["sans_danger"].items():
        messages += [_message(text, RiskLevel.NONE, str(kind)) for text in texts]
    return messages


def _message(text: object, level: RiskLevel, kind: str) -> Sentence:
    risk = level is not RiskLevel.NONE
    return Sentence(str(text), risk, level, kind, Split.TRAIN, "short", "standard")
