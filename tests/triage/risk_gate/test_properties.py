"""What must hold for any text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage.risk_gate.folding import is_readable
from triage.risk_gate.frames import FrameReader
from triage.risk_gate.gate import RiskGate

PIECES = st.sampled_from(
    [
        "je veux",
        "mourir",
        "pas",
        "mais",
        "s u i",
        "c i d e",
        "m'",
        "\u200b",
        "é",
        "🔫",
        "0",
        "@",
        "*",
        ".",
        "\n",
        "ça",
        "œ",
        "ﬁ",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=120), st.lists(PIECES, max_size=25).map(" ".join), st.lists(PIECES, max_size=25).map("".join)
)
RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(text=TEXTS)
def test_the_frames_never_raise_and_quote_what_is_there(frames: FrameReader, text: str) -> None:
    for signal in frames.read(text):
        assert 0 <= signal.start < signal.end <= len(text)
        assert text[signal.start : signal.end] == signal.quote


@RELAXED
@given(text=TEXTS)
def test_a_danger_after_any_text_is_still_heard(frames: FrameReader, text: str) -> None:
    assert frames.read(text + "\n. J'ai avalé toutes mes pilules hier soir.")


@settings(RELAXED, max_examples=40)
@given(text=TEXTS, earlier=st.lists(TEXTS, max_size=3))
def test_the_whole_gate_never_raises(gate: RiskGate, text: str, earlier: list[str]) -> None:
    before = gate.faults
    for signal in gate.read(text, earlier=earlier).signals:
        assert text[signal.start : signal.end] == signal.quote
    assert gate.faults == before


@pytest.mark.parametrize(("text", "readable"), [
    ("allo", True), ("مرحبا", True), ("🙂", True), ("7", True),
    ("", False), (" \t\n", False), ("...", False), ("\u200b\u200d", False),
    ("\ufffd\ufffd\ufffda", False), ("d\ufffdtresse", True), ("\x00\x01", False),
])  # fmt: skip
def test_what_can_be_read(text: str, readable: bool) -> None:
    assert is_readable(text) is readable
