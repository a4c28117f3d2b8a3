"""Patterns take a time in proportion to the text, whatever the text: the words of the patterns themselves, repeated."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator

import pytest

from triage.risk_gate.frames import DATA, FRAME_FILES
from triage.risk_gate.lexicon import Lexicon, load_lexicon

SHORT, LONG = 400, 3_200
# Eight times the words: 8 in proportion, 64 if every place were tried with every other.
MOST = 24.0
LEAST_SECONDS = 0.002


def patterns(lexicon: Lexicon) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield from ((frame.identifier, frame.pattern) for frame in lexicon.frames)
    yield from lexicon.clues.items()
    yield from lexicon.contexts.items()
    for name in ("idioms", "denials", "reservations"):
        pattern = getattr(lexicon, name)
        if pattern is not None:
            yield name, pattern


def texts(pattern: re.Pattern[str], chance: random.Random) -> Iterator[list[str]]:
    """Words that lead the pattern on: one word for ever, a pair, a few, and any of its words in any order."""
    words = sorted(set(re.findall(r"[a-z]{2,}", pattern.pattern))) or ["mot"]
    yield [chance.choice(words)]
    yield chance.sample(words, min(2, len(words)))
    yield chance.sample(words, min(5, len(words)))
    yield [chance.choice(words) for _ in range(LONG)]


def quickest(pattern: re.Pattern[str], text: str) -> float:
    """Of three readings: another work on the machine must not count."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        for _found in pattern.finditer(text):
            pass
        times.append(time.perf_counter() - begun)
    return min(times)


def repeated(words: list[str], count: int) -> str:
    return " " + " ".join((words * (count // len(words) + 1))[:count]) + " "


@pytest.mark.parametrize("name", FRAME_FILES)
def test_a_longer_text_takes_a_time_in_proportion(name: str) -> None:
    chance = random.Random(20261122)
    slow = []
    for identifier, pattern in patterns(load_lexicon(DATA / name)):
        for words in texts(pattern, chance):
            short, long = (quickest(pattern, repeated(words, count)) for count in (SHORT, LONG))
            if long > LEAST_SECONDS and long / short > MOST:
                slow.append((identifier, words[:5], round(long / short, 1)))
    assert not slow


def test_an_unbounded_pattern_is_caught() -> None:
    unbounded = re.compile(r"(?<= )je (?:[^ ]+ )*?veux mourir(?= )")
    short, long = (quickest(unbounded, repeated(["je"], count)) for count in (SHORT, LONG))
    assert long / short > MOST
