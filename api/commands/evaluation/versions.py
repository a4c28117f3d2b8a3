"""What exactly was measured: models, thresholds, data files, authors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from api.commands.evaluation.rows import Row, sentence_files
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.risk_gate.head import HEAD_FILE, Head


@dataclass(frozen=True, slots=True)
class ModelVersions:
    """`risk_head` is the fingerprint of the features; the others are SHA-256 of files, None when there is none.

    The Rasa model is the one of this folder: a Rasa that was already running may have loaded another.
    """

    risk_head: str
    risk_head_sha256: str
    rasa_model_sha256: str | None


@dataclass(frozen=True, slots=True)
class DataFile:
    sha256: str
    sentences: int


@dataclass(frozen=True, slots=True)
class Versions:
    """`thresholds`: of the learnt detector (`risk`, `imminent`), and of the route by type and for the subtopic.
    `authors`: sentences by author, of the whole data; `measured_authors`: of the split that is measured."""

    models: ModelVersions
    thresholds: dict[str, float]
    data: dict[str, DataFile]
    authors: dict[str, int]
    measured_authors: dict[str, int]


def versions_of(
    risk_model: Path, rasa_model: Path | None, sentences: Path, rows: Sequence[Row], measured: Sequence[Row]
) -> Versions:
    """`rasa_model` is None when the route is not measured. Raises what Head.read and ConfidenceThresholds.load do."""
    head = Head.read(risk_model / HEAD_FILE)
    thresholds = {"risk": head.thresholds.risk, "imminent": head.thresholds.imminent}
    if rasa_model is not None:
        confidence = ConfidenceThresholds.load()
        thresholds |= {f"route.{type_.value}": value for type_, value in confidence.types.items()}
        thresholds["route.subtopic"] = confidence.subtopic
    return Versions(
        models=ModelVersions(
            risk_head=head.fingerprint,
            risk_head_sha256=_digest(risk_model / HEAD_FILE),
            rasa_model_sha256=_digest(rasa_model) if rasa_model is not None and rasa_model.exists() else None,
        ),
        thresholds=thresholds,
        data={path.name: data_file(path) for path in sentence_files(sentences)},
        authors=dict(sorted(Counter(row.author for row in rows).items())),
        measured_authors=dict(sorted(Counter(row.author for row in measured).items())),
    )


def data_file(path: Path) -> DataFile:
    lines = path.read_text(encoding="utf-8").splitlines()
    return DataFile(_digest(path), sum(bool(line.strip()) for line in lines))


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
