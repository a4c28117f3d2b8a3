"""The adapter: what fine-tuning changed in the encoder, as pairs of thin matrices (LoRA, Hu et al. 2021).

`adapter.npz` holds, for each matrix `l<layer>.<tag>`, `down` (rank, inputs) and `up` (outputs, rank) in half
precision, and beside it `adapter.json` says how it was made and on what. `make train-encoder` makes both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from triage.risk_gate.encoder import Floats
from triage.risk_gate.sentences import Sentence, Split

ADAPTER = Path(__file__).with_name("adapter.npz")


class AdapterWrong(ValueError):
    """The adapter's files cannot be read, or do not belong together."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """Pairs by matrix, and the card: recipe, seed, authors, digest of the sentences."""

    pairs: dict[str, tuple[Floats, Floats]]
    card: dict[str, Any]
    digest: str

    def change(self, matrix: str) -> Floats:
        """What is added to a matrix: float32 of shape (outputs, inputs). Raises AdapterWrong."""
        if matrix not in self.pairs:
            raise AdapterWrong(f"the adapter has nothing for {matrix}")
        down, up = self.pairs[matrix]
        added: Floats = up @ down
        return added

    @classmethod
    def read(cls, path: Path) -> Adapter | None:
        """None when there is no adapter: the encoder is then used as published. Raises AdapterWrong."""
        if not path.exists():
            return None
        try:
            card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            with np.load(path, allow_pickle=False) as file:
                names = sorted({name.rsplit(":", 1)[0] for name in file.files})
                pairs = {name: (_single(file[f"{name}:down"]), _single(file[f"{name}:up"])) for name in names}
        except (OSError, ValueError, KeyError) as error:
            raise AdapterWrong(f"{path.name}: {type(error).__name__}") from error
        return cls(pairs, card, hashlib.sha256(path.read_bytes()).hexdigest())

    def is_stale(self, sentences: Iterable[Sentence]) -> bool:
        """Whether the training sentences have changed since."""
        return bool(self.card.get("sentences_digest") != sentences_digest(sentences))


def sentences_digest(sentences: Iterable[Sentence]) -> str:
    """SHA-256 of text and labels of the sentences of split `train`, in any order."""
    lines = sorted(
        f"{row.text}\t{row.risk}\t{row.level}\t{row.kind}\t{row.subtopic}"
        for row in sentences
        if row.split is Split.TRAIN
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _single(half: Any) -> Floats:
    single: Floats = np.asarray(half, dtype=np.float32)
    return single
