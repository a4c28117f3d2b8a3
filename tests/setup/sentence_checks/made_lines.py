"""Lines as the checks read them, made for one test."""

from __future__ import annotations

from typing import Any

from setup.sentence_checks.lines import LabelledLine, Place
from triage.risk_gate.sentences import Sentence, Split
from triage.signals import RiskLevel

ORDINARY = Sentence("", False, RiskLevel.NONE, "ordinary", Split.TRAIN, "t1", "standard")


def made(texts: list[str], **labels: Any) -> list[LabelledLine]:
    """One line a text, from line 1 of t1.jsonl; ordinary training sentences unless `labels` say otherwise."""
    values = {field: getattr(ORDINARY, field) for field in Sentence.__slots__} | labels
    return [
        LabelledLine(Place("t1.jsonl", number), Sentence(**values | {"text": text}))
        for number, text in enumerate(texts, start=1)
    ]
