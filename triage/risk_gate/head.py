"""The learnt head, in numpy: risk by a kernel machine, kind and imminence by logistic layers.

All read the layer means of the encoder and the hashed n-grams. One file, `head.npz`, holds the
weights, the thresholds found on the calibration authors, and the fingerprint of the features.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triage.risk_gate.encoder import Floats
from triage.risk_gate.ngrams import BUCKETS, NGRAM_VERSION
from triage.signals import RiskKind

HEAD_FILE = "head.npz"
HEAD_VERSION = "5"


def feature_fingerprint(encoder: str) -> str:
    """What a head depends on: encoder, n-grams, and the shape of the head itself."""
    return f"{HEAD_VERSION}|{encoder}|{NGRAM_VERSION}|{BUCKETS}"


@dataclass(frozen=True, slots=True)
class Features:
    """One window: `vector` float32 (1536,), `buckets` and `weights` of its n-grams."""

    vector: Floats
    buckets: NDArray[np.int64]
    weights: Floats


# On the calibration author, kinds at least this likely were right 91 times in 100; below, 46.
SURE_OF_KIND = 0.5


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the head says of one window: score of risk, its kind, score of imminence; both 0 to 1."""

    risk: float
    kind: RiskKind
    imminent: float


@dataclass(frozen=True, slots=True)
class Standard:
    """Centres and scales vectors so that each dimension weighs the same, then keeps their main directions.

    `centre` and `scale` float32 (1536,), `directions` float32 (1536, kept). A vector comes out about 10 long.
    """

    centre: Floats
    scale: Floats
    directions: Floats

    def apply(self, vectors: Floats) -> Floats:
        kept: Floats = (((vectors - self.centre) * self.scale) @ self.directions).astype(np.float32)
        return kept


@dataclass(frozen=True, slots=True)
class Kernel:
    """Support vectors of the risk machine: RBF on the vector, plus a linear part on the n-grams.

    `supports` float32 (found, kept), `duals` (found,), `grams` (buckets,) already summed over supports.
    """

    supports: Floats
    squares: Floats
    duals: Floats
    gamma: float
    grams: Floats
    bias: float

    def decide(self, vector: Floats, buckets: NDArray[np.int64], weights: Floats) -> float:
        distances = self.squares + float(vector @ vector) - 2.0 * (self.supports @ vector)
        near = float(self.duals @ np.exp(-self.gamma * np.maximum(distances, 0.0)))
        return near + self.suspicion(buckets, weights) + self.bias

    def suspicion(self, buckets: NDArray[np.int64], weights: Floats) -> float:
        """What the n-grams alone say: cheap, so that the windows of a long text can be chosen by it."""
        return float(self.grams[buckets] @ weights)


@dataclass(frozen=True, slots=True)
class Layers:
    """Logistic layers: row 0 is imminence, then one row a kind; columns are the vector then the n-grams."""

    dense: Floats
    sparse: Floats
    bias: Floats

    def logits(self, vector: Floats, buckets: NDArray[np.int64], weights: Floats) -> Floats:
        logits: Floats = self.dense @ vector + self.sparse[:, buckets] @ weights + self.bias
        return logits


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From the calibration authors; a score that reaches `risk` or `imminent` is a hit.

    Below `harmless`, the lowest of the three, a frame that asks to be confirmed is not.
    """

    risk: float
    imminent: float
    harmless: float


@dataclass(frozen=True, slots=True)
class Head:
    """Everything that training gives."""

    fingerprint: str
    kinds: tuple[RiskKind, ...]
    standard: Standard
    kernel: Kernel
    layers: Layers
    thresholds: Thresholds

    def judge(self, features: Features) -> Judgement:
        vector = self.standard.apply(features.vector)
        logits = self.layers.logits(vector, features.buckets, features.weights)
        return Judgement(
            risk=_score(self.kernel.decide(vector, features.buckets, features.weights)),
            kind=self._kind(logits[1:]),
            imminent=_score(float(logits[0])),
        )

    def _kind(self, logits: Floats) -> RiskKind:
        """The likeliest kind, or that none is sure: a wrong kind would announce the wrong numbers."""
        likely = np.exp(logits - logits.max())
        likely /= likely.sum()
        return self.kinds[int(np.argmax(likely))] if likely.max() >= SURE_OF_KIND else RiskKind.UNSPECIFIED

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path,
            fingerprint=self.fingerprint,
            kinds=list(map(str, self.kinds)),
            centre=self.standard.centre,
            scale=self.standard.scale,
            directions=self.standard.directions,
            supports=self.kernel.supports.astype(np.float16),
            duals=self.kernel.duals,
            grams=self.kernel.grams,
            numbers=np.array([self.kernel.gamma, self.kernel.bias]),
            thresholds=np.array([self.thresholds.risk, self.thresholds.imminent, self.thresholds.harmless]),
            dense=self.layers.dense,
            sparse=self.layers.sparse,
            bias=self.layers.bias,
        )

    @classmethod
    def read(cls, path: Path) -> Head:
        """Raises FileNotFoundError, or ValueError / KeyError when the file is not a head."""
        with np.load(path, allow_pickle=False) as file:
            gamma, bias = map(float, file["numbers"])
            risk, imminent, harmless = map(float, file["thresholds"])
            return cls(
                fingerprint=str(file["fingerprint"]),
                kinds=tuple(RiskKind(str(kind)) for kind in file["kinds"]),
                standard=Standard(file["centre"], file["scale"], file["directions"]),
                kernel=make_kernel(file["supports"], file["duals"], gamma, file["grams"], bias),
                layers=Layers(file["dense"], file["sparse"], file["bias"]),
                thresholds=Thresholds(risk, imminent, harmless),
            )


def make_kernel(supports: NDArray[np.floating], duals: Floats, gamma: float, grams: Floats, bias: float) -> Kernel:
    """A kernel machine from its parts; supports are rounded to half precision as in the file."""
    rounded = supports.astype(np.float16).astype(np.float32)
    return Kernel(rounded, np.einsum("ij,ij->i", rounded, rounded), duals.astype(np.float32), gamma, grams, bias)


def _score(logit: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(logit, -60.0, 60.0))))
