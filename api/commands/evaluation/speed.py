"""How long one reading of the gate takes, one at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from api.commands.evaluation.observations import ReadsRisk

SHORT_WORDS = 30
LONG_CHARACTERS = 4_000
LONG_TEXTS = 50
WARMING = 5


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of `count` readings; None when there was nothing to read."""

    count: int
    median: float | None
    percentile_99: float | None


@dataclass(frozen=True, slots=True)
class Speed:
    """`short`: messages of 30 words at most. `long`: texts of exactly 4,000 characters."""

    short: Times
    long: Times


def measure_speed(gate: ReadsRisk, texts: Sequence[str], timer: Callable[[], float] = time.perf_counter) -> Speed:
    """`timer` gives seconds."""
    short = [text for text in texts if len(text.split()) <= SHORT_WORDS]
    # The first passes fill caches: they are the start of a process, not the time of a message.
    for text in short[:WARMING]:
        gate.read(text)
    return Speed(_times(gate, short, timer), _times(gate, long_texts(texts), timer))


def long_texts(texts: Sequence[str], length: int = LONG_CHARACTERS, count: int = LONG_TEXTS) -> list[str]:
    """At most `count` texts of `length` characters: the sentences joined, each text beginning further on, round
    and round when there are too few."""
    if not any(texts):
        return []
    step = max(len(texts) // count, 1)
    return [_joined(texts, start, length) for start in range(0, len(texts), step)][:count]


def _joined(texts: Sequence[str], start: int, length: int) -> str:
    joined: list[str] = []
    missing = length
    for text in islice(cycle(texts), start, None):
        joined.append(text)
        missing -= len(text) + 1
        if missing < 0:
            break
    return " ".join(joined)[:length]


def _times(gate: ReadsRisk, texts: Sequence[str], timer: Callable[[], float]) -> Times:
    taken = []
    for text in texts:
        started = timer()
        gate.read(text)
        taken.append((timer() - started) * 1000)
    if not taken:
        return Times(0, None, None)
    return Times(len(taken), float(np.median(taken)), float(np.percentile(taken, 99)))
