"""Fit the head on windows of training sentences: what scikit-learn finds, as plain arrays.

Chosen on the calibration authors, who are never trained on: on the tuned encoder an RBF kernel leaves fewer false
alarms than a logistic layer, 256 main directions as few as all 1,536, and the n-grams take a few more away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from triage.risk_gate.encoder import Floats
from triage.risk_gate.head import Features, Head, Kernel, Layers, Standard, Thresholds, make_kernel
from triage.risk_gate.ngrams import BUCKETS
from triage.signals import RiskKind, RiskLevel

SEED = 20261122
LENGTH = 10.0
DIRECTIONS = 256
GAMMA = 0.03
ROWS_AT_ONCE = 1_000
GRAM_SHARE = 0.3
STRENGTH_RISK = 2.0
STRENGTH_LAYERS = 0.05
POSITIVE_WEIGHT = 2.0


@dataclass(frozen=True, slots=True)
class Example:
    """One window of a training sentence with its labels; `kind` is None without risk."""

    features: Features
    risk: bool
    level: RiskLevel
    kind: RiskKind | None


def fit_head(examples: Sequence[Example], fingerprint: str) -> Head:
    """A head whose thresholds are still 0. Raises ValueError with fewer than three kinds of danger."""
    vectors = np.vstack([example.features.vector for example in examples])
    standard = _standard(vectors)
    dense = standard.apply(vectors)
    grams = _gram_matrix([example.features for example in examples])
    kinds = tuple(sorted({example.kind for example in examples if example.kind is not None}))
    if len(kinds) < 3:
        raise ValueError("sentences of at least three kinds of danger are needed to train")
    return Head(
        fingerprint=fingerprint,
        kinds=kinds,
        standard=standard,
        kernel=_kernel(dense, grams, np.array([example.risk for example in examples])),
        layers=_layers(dense, grams, examples, kinds),
        thresholds=Thresholds(0.0, 0.0, 0.0),
    )


def _standard(vectors: Floats) -> Standard:
    centre = vectors.mean(axis=0)
    scale = LENGTH / ((vectors.std(axis=0) + 1e-6) * np.sqrt(vectors.shape[1]))
    scaled = ((vectors - centre) * scale).astype(np.float64)
    _, directions = np.linalg.eigh(scaled.T @ scaled)
    main = directions[:, ::-1][:, :DIRECTIONS]
    # An eigenvector may come out either way round: the same way on every machine.
    main = main * np.sign(main[np.abs(main).argmax(axis=0), np.arange(main.shape[1])])
    return Standard(centre.astype(np.float32), scale.astype(np.float32), main.astype(np.float32))


def _gram_matrix(features: Sequence[Features]) -> Any:
    columns = np.concatenate([item.buckets for item in features])
    values = np.concatenate([item.weights for item in features])
    starts = np.cumsum([0] + [len(item.buckets) for item in features])
    return csr_matrix((values, columns, starts), shape=(len(features), BUCKETS))


def _kernel(dense: Floats, grams: Any, risk: NDArray[np.bool_]) -> Kernel:
    machine = SVC(
        C=STRENGTH_RISK, kernel="precomputed", class_weight={True: POSITIVE_WEIGHT, False: 1.0}, cache_size=500
    ).fit(_together(dense, grams), risk)
    duals = machine.dual_coef_[0].astype(np.float32)
    summed = GRAM_SHARE * np.asarray(duals @ grams[machine.support_]).reshape(-1)
    return make_kernel(dense[machine.support_], duals, GAMMA, summed.astype(np.float32), float(machine.intercept_[0]))


def _together(dense: Floats, grams: Any) -> NDArray[np.float64]:
    """The kernel of every pair of examples, (examples, examples), filled a block of rows at a time."""
    squares = np.einsum("ij,ij->i", dense, dense)
    together = np.empty((len(dense), len(dense)))
    for start in range(0, len(dense), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        distances = squares[rows, None] + squares[None, :] - 2.0 * (dense[rows] @ dense.T)
        together[rows] = np.exp(-GAMMA * np.maximum(distances, 0.0))
        together[rows] += GRAM_SHARE * (grams[rows] @ grams.T).toarray()
    return together


def _layers(dense: Floats, grams: Any, examples: Sequence[Example], kinds: Sequence[RiskKind]) -> Layers:
    matrix = hstack([csr_matrix(dense), grams], format="csr")
    imminent = _logistic().fit(matrix, np.array([example.level is RiskLevel.IMMINENT for example in examples]))
    danger = [at for at, example in enumerate(examples) if example.kind is not None]
    found = np.array([kinds.index(kind) for example in examples if (kind := example.kind) is not None])
    by_kind = _logistic().fit(matrix[danger], found)
    weights = np.vstack([imminent.coef_, by_kind.coef_]).astype(np.float32)
    bias = np.concatenate([imminent.intercept_, by_kind.intercept_]).astype(np.float32)
    size = dense.shape[1]
    return Layers(weights[:, :size], weights[:, size:], bias)


def _logistic() -> Any:
    return LogisticRegression(C=STRENGTH_LAYERS, class_weight="balanced", max_iter=400, random_state=SEED)
