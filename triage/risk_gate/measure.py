"""Recall and false alarms of the frames, of the learnt head, and of both OR-ed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from triage.risk_gate.frames import FrameReader
from triage.risk_gate.learnt import LearntDetector
from triage.risk_gate.sentences import Sentence
from triage.signals import RiskKind, RiskLevel


def measure(rows: Sequence[Sentence], detector: LearntDetector, frames: FrameReader) -> dict[str, Any]:
    """Group to its count and the share found by each detector; shares are between 0 and 1.

    Groups: risk, imminent, each kind; hard negatives and ordinary sentences (there a share is alarms).
    """
    framed = [bool(frames.read(row.text)) for row in rows]
    learnt = [detector.read(row.text) for row in rows]
    hits = {
        "frames": framed,
        "learnt": [bool(found) for found in learnt],
        "gate": [by_frame or bool(found) for by_frame, found in zip(framed, learnt, strict=True)],
    }
    measures: dict[str, Any] = {
        name: {"count": len(places)} | {by: _share([found[at] for at in places]) for by, found in hits.items()}
        for name, places in _groups(rows).items()
        if places
    }
    raised = [
        bool(found) and found[0].level is RiskLevel.IMMINENT
        for row, found in zip(rows, learnt, strict=True)
        if row.level is RiskLevel.IMMINENT
    ]
    right_kind = [found[0].kind == row.kind for row, found in zip(rows, learnt, strict=True) if row.risk and found]
    measures["learnt_says_imminent"] = _share(raised)
    measures["learnt_says_the_kind"] = _share(right_kind)
    return measures


def _groups(rows: Sequence[Sentence]) -> dict[str, list[int]]:
    groups = {
        "risk": [at for at, row in enumerate(rows) if row.risk],
        "imminent": [at for at, row in enumerate(rows) if row.level is RiskLevel.IMMINENT],
        "hard_negatives": [at for at, row in enumerate(rows) if row.hard],
        "ordinary": [at for at, row in enumerate(rows) if not row.risk and not row.hard],
    }
    for kind in RiskKind:
        groups[f"risk:{kind}"] = [at for at, row in enumerate(rows) if row.risk and row.kind == kind]
    return groups


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 4) if found else 0.0
