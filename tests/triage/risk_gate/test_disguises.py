"""Disguises that must change nothing: what the frames found is found again, whatever is done to the letters.

Read on the training sentences that a frame finds; none of the disguises needs a model.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from triage.risk_gate.folding import fold_word
from triage.risk_gate.frames import DATA, WORDS_FILE, FrameReader
from triage.risk_gate.gate import RiskGate
from triage.risk_gate.learnt import DETECTOR
from triage.risk_gate.sentences import Split, read_sentences
from triage.risk_gate.short_messages import read_short_messages
from triage.signals import RiskKind, RiskLevel, Signal

SENTENCES = Path("nlu_data/sentences")
KEY_WORDS = frozenset(yaml.safe_load((DATA / WORDS_FILE).read_text(encoding="utf-8"))["lemmes_masques"])
# Pieces of ordinary talk said before: none holds a word that makes a frame yield.
ORDINARY = (
    "Bonjour, j'espère que je ne dérange pas. ",
    "fait que là euh j'suis sorti du bus pis il mouillait, ",
    "On a mangé du pâté chinois hier avec les enfants. ",
)
LEET = str.maketrans({"i": "1", "e": "3", "a": "@", "o": "0", "s": "5"})
# Of what the learnt detector found, what a disguise may hide from it; the frames and the fuzzy views hear the rest.
LEARNT_MAY_LOSE = 0.15

Disguise = Callable[[str, Signal, random.Random], str | None]


def with_zero_width(text: str, signal: Signal, chance: random.Random) -> str:
    place = chance.randrange(signal.start, signal.end)
    return text[:place] + "\u200b" + text[place:]


def without_accents(text: str, signal: Signal, chance: random.Random) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")


def in_capitals(text: str, signal: Signal, chance: random.Random) -> str:
    return text.upper()


def after_ordinary_talk(text: str, signal: Signal, chance: random.Random) -> str:
    return chance.choice(ORDINARY) + text


def key_word(signal: Signal) -> str | None:
    """The first word of the quote that the lists call a key word, as it is written."""
    words = "".join(sign if sign.isalnum() else " " for sign in signal.quote).split()
    return next((word for word in words if fold_word(word) in KEY_WORDS and len(word) >= 4), None)


def in_leet(text: str, signal: Signal, chance: random.Random) -> str | None:
    word = key_word(signal)
    return text.replace(word, fold_word(word).translate(LEET)) if word else None


def spaced(text: str, signal: Signal, chance: random.Random) -> str | None:
    word = key_word(signal)
    return text.replace(word, chance.choice((" ", ".", "-")).join(fold_word(word))) if word else None


DISGUISES: tuple[Disguise, ...] = (
    with_zero_width, without_accents, in_capitals, after_ordinary_talk, in_leet, spaced,
)  # fmt: skip


@pytest.fixture(scope="module")
def found(frames: FrameReader) -> list[tuple[str, Signal]]:
    """Dangers that a frame hears, with the first frame's signal."""
    rows = [row for row in read_sentences(SENTENCES) if row.split is Split.TRAIN] + read_short_messages()
    heard = [(row.text, frames.read(row.text)) for row in rows if row.risk]
    return [(text, signals[0]) for text, signals in heard if signals]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguise_hides_nothing_from_the_frames(
    frames: FrameReader, found: list[tuple[str, Signal]], disguise: Disguise
) -> None:
    chance = random.Random(811)
    changed = [(text, disguise(text, signal, chance)) for text, signal in found]
    disguised = [(text, other) for text, other in changed if other is not None and other != text]
    assert len(disguised) >= 30
    assert [text for text, other in disguised if not frames.read(other)] == []


@pytest.mark.parametrize("disguise", DISGUISES)
def test_every_quote_is_the_original_text_at_its_place(
    frames: FrameReader, found: list[tuple[str, Signal]], disguise: Disguise
) -> None:
    chance = random.Random(988)
    for text, signal in found[:200]:
        other = disguise(text, signal, chance) or text
        for read in frames.read(other):
            assert other[read.start : read.end] == read.quote != ""


def test_disguises_hide_little_from_the_learnt_detector(gate: RiskGate) -> None:
    """With the small model of the tests, on the dangers that it finds."""
    chance = random.Random(211)
    rows = [row for row in read_sentences(SENTENCES) if row.split is Split.TRAIN and row.risk][:400]
    heard = [text for text in (row.text for row in rows) if is_learnt(gate, text)][:60]
    assert len(heard) >= 20
    for disguise in (with_zero_width, without_accents, in_capitals, after_ordinary_talk):
        disguised = [disguise(text, whole(text), chance) or text for text in heard]
        lost = [text for text in disguised if not gate.read(text).is_risk]
        assert len(lost) <= LEARNT_MAY_LOSE * len(heard), disguise.__name__


def is_learnt(gate: RiskGate, text: str) -> bool:
    return any(signal.detector == DETECTOR for signal in gate.read(text).signals)


def whole(text: str) -> Signal:
    return Signal(RiskKind.UNSPECIFIED, RiskLevel.RISK, DETECTOR, 1.0, text, 0, len(text))
