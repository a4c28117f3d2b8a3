"""What each caller does, and when: drawn from a seed, so that two runs meet the same calls."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

SPOKEN = Path(__file__).with_name("spoken.yml")
THINKING_SECONDS = (4.0, 8.0)
# Shorter than the shortest thinking on both sides together: Rasa hears the sentences of a call in their order.
APART_SECONDS = 1.9
RISKY_CALLS = 0.4
PRESSES_TWO_FIRST = 0.5
SPEAKS_WHILE_WAITING = 0.3
HARMLESS_TURNS = (2, 4)
TURNS_BEFORE_RISK = (0, 1)
TURNS_IN_QUEUE = (4, 8)
INFO_SOCIAL_KEY = "2"


class Act(StrEnum):
    KEY = "key"
    SPEAK = "speak"
    STAY_SILENT = "stay_silent"


@dataclass(frozen=True, slots=True)
class Turn:
    """`thinking` seconds, then the act. `apart`: how much later (or earlier) Rasa's channel gets the same words."""

    act: Act
    words: str
    thinking: float
    apart: float = 0.0


@dataclass(frozen=True, slots=True)
class Sentences:
    harmless: tuple[str, ...]
    risky: tuple[str, ...]
    waiting: tuple[str, ...]


def read_sentences(path: Path = SPOKEN) -> Sentences:
    """Raises KeyError for a list that is missing."""
    lists = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Sentences(tuple(lists["harmless"]), tuple(lists["risky"]), tuple(lists["waiting"]))


def plan_call(seed: int, number: int, sentences: Sentences) -> tuple[Turn, ...]:
    """The turns of the call of this number, whoever makes it: harmless words, or a risk and then the queue."""
    draw = random.Random(f"{seed}:{number}")
    turns = [_turn(draw, Act.KEY, INFO_SOCIAL_KEY)] if draw.random() < PRESSES_TWO_FIRST else []
    if draw.random() >= RISKY_CALLS:
        words = draw.sample(sentences.harmless, draw.randint(*HARMLESS_TURNS))
        return (*turns, *(_turn(draw, Act.SPEAK, one) for one in words))
    before = draw.sample(sentences.harmless, draw.randint(*TURNS_BEFORE_RISK))
    turns += [_turn(draw, Act.SPEAK, one) for one in (*before, draw.choice(sentences.risky))]
    turns += [_waits(draw, sentences) for _ in range(draw.randint(*TURNS_IN_QUEUE))]
    return tuple(turns)


def _waits(draw: random.Random, sentences: Sentences) -> Turn:
    """In the queue most say nothing: the waiting document comes again."""
    if draw.random() < SPEAKS_WHILE_WAITING:
        return _turn(draw, Act.SPEAK, draw.choice(sentences.waiting))
    return _turn(draw, Act.STAY_SILENT)


def _turn(draw: random.Random, act: Act, words: str = "") -> Turn:
    apart = draw.uniform(-APART_SECONDS, APART_SECONDS) if act is Act.SPEAK else 0.0
    return Turn(act, words, draw.uniform(*THINKING_SECONDS), apart)
