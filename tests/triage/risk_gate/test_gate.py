"""The gate as its callers see it: OR of detectors, question, earlier messages, faults."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest

from triage.risk_gate.answer import AnswerReader
from triage.risk_gate.frames import DATA, FrameReader
from triage.risk_gate.gate import Detector, RiskGate
from triage.risk_gate.head import HEAD_FILE
from triage.risk_gate.learnt import RiskModelMissing
from triage.signals import Question, RiskKind, RiskLevel, Signal


def silent(_text: str) -> Sequence[Signal]:
    return ()


def broken(_text: str) -> Sequence[Signal]:
    raise RuntimeError("the model is gone")


class Held:
    """A detector that waits until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def __call__(self, _text: str) -> Sequence[Signal]:
        self.begun.release()
        self.go.wait(timeout=30)
        return ()


@pytest.fixture
def held() -> Iterator[Held]:
    detector = Held()
    yield detector
    detector.go.set()


def gate_with(frames: FrameReader, learnt: object, workers: int = 2, places: int = 4) -> RiskGate:
    return RiskGate(frames, AnswerReader.load(DATA), learnt, workers, places)  # type: ignore[arg-type]


def test_an_ordinary_message_says_nothing(frames: FrameReader) -> None:
    reading = gate_with(frames, silent).read("Quelles sont vos heures?")
    assert not reading.is_risk
    assert reading.level is RiskLevel.NONE


def test_yes_to_the_question_of_danger_is_a_risk_and_no_is_not(frames: FrameReader) -> None:
    gate = gate_with(frames, silent)
    (signal,) = gate.read("oui", Question.DANGER_NOW).signals
    assert (signal.kind, signal.level, signal.detector) == (RiskKind.UNSPECIFIED, RiskLevel.RISK, "question")
    assert not gate.read("oui").is_risk
    assert not gate.read("non", Question.DANGER_NOW).is_risk


def test_a_clear_no_does_not_hide_what_follows(frames: FrameReader) -> None:
    assert gate_with(frames, silent).read("non. je veux mourir", Question.DANGER_NOW).is_risk


def test_words_split_over_two_messages_meet_and_quote_the_last(frames: FrameReader) -> None:
    reading = gate_with(frames, silent).read("mourir", earlier=["bonjour", "je veux"])
    assert {signal.kind for signal in reading.signals} == {RiskKind.SUICIDE}
    assert all(signal.quote == "mourir"[signal.start : signal.end] != "" for signal in reading.signals)


def test_an_earlier_danger_alone_does_not_make_the_next_message_one(frames: FrameReader) -> None:
    assert not gate_with(frames, silent).read("merci, bonne journée", earlier=["je veux mourir"]).is_risk


def test_a_failing_detector_is_a_fault_and_what_the_frames_heard_is_kept(frames: FrameReader) -> None:
    gate = gate_with(frames, broken)
    kinds = {signal.kind for signal in gate.read("je veux mourir").signals}
    assert kinds == {RiskKind.SUICIDE, RiskKind.FAULT}
    assert gate.faults == 1


async def test_an_exception_reaches_a_person(frames: FrameReader) -> None:
    gate = gate_with(frames, broken)
    reading = await gate.read_within("bonjour", Question.OPEN, ())
    (signal,) = reading.signals
    assert (signal.kind, signal.level, signal.detector, signal.score) == (RiskKind.FAULT, RiskLevel.RISK, "gate", 1.0)
    assert (signal.quote, signal.start, signal.end) == ("", 0, 0)
    assert reading.is_fault
    gate.close()


async def test_the_time_gone_reaches_a_person(frames: FrameReader, held: Held) -> None:
    gate = gate_with(frames, held)
    reading = await gate.read_within("bonjour", Question.OPEN, (), seconds=0.02)
    assert reading.is_fault
    assert gate.faults == 1
    gate.close()


async def test_a_late_reading_keeps_what_the_frames_found(frames: FrameReader, held: Held) -> None:
    gate = gate_with(frames, held)
    late = asyncio.create_task(gate.read_within("je veux mourir", seconds=2))
    await asyncio.to_thread(held.begun.acquire)
    reading = await late
    assert reading.is_fault
    assert RiskKind.SUICIDE in {signal.kind for signal in reading.signals}
    gate.close()


async def test_nobody_waits_any_more_so_the_next_detector_is_not_begun(held: Held) -> None:
    """The frames come back after the second is gone: the learnt part, slow too, is left out."""
    begun: list[str] = []

    def learnt(text: str) -> list[Signal]:
        begun.append(text)
        return []

    class SlowFrames:
        def read(self, text: str) -> list[Signal]:
            return list(held(text))

    gate = RiskGate(cast(FrameReader, SlowFrames()), AnswerReader.load(DATA), learnt, workers=1)
    assert (await gate.read_within("bonjour", seconds=0.02)).is_fault
    held.go.set()
    assert not (await gate.read_within("bonsoir", seconds=30)).is_fault
    assert begun == ["bonsoir"]
    gate.close()


async def test_long_texts_do_not_hold_back_a_sentence(frames: FrameReader, held: Held) -> None:
    def slow_when_long(text: str) -> list[Signal]:
        return held(text) if len(text) > 1000 else []

    gate = gate_with(frames, slow_when_long, places=64)
    long_ones = [asyncio.create_task(gate.read_within("a " * 3000, seconds=30)) for _ in range(6)]
    await asyncio.to_thread(held.begun.acquire)
    assert gate.faults == 0
    assert not (await gate.read_within("quelles sont vos heures", seconds=30)).is_risk
    held.go.set()
    assert not any(reading.is_fault for reading in await asyncio.gather(*long_ones))
    gate.close()


async def test_late_readings_do_not_pile_up(frames: FrameReader, held: Held) -> None:
    gate = gate_with(frames, held, workers=1, places=2)
    late = [asyncio.create_task(gate.read_within("bonjour", seconds=30)) for _ in range(2)]
    await asyncio.to_thread(held.begun.acquire)
    refused = await asyncio.wait_for(gate.read_within("bonjour", seconds=30), timeout=10)
    assert refused.is_fault
    held.go.set()
    assert not any(reading.is_fault for reading in await asyncio.gather(*late))
    assert not (await gate.read_within("bonjour", seconds=30)).is_fault
    gate.close()


async def test_a_closed_gate_is_a_fault_and_not_an_error(frames: FrameReader) -> None:
    gate = gate_with(frames, silent)
    gate.close()
    assert (await gate.read_within("bonjour")).is_fault


def test_frames_alone_need_no_model(frames: FrameReader) -> None:
    gate = gate_with(frames, broken)
    assert gate.read_frames_only("je veux mourir").is_risk
    assert not gate.read_frames_only("bonjour").is_risk
    assert gate.faults == 0


def test_a_missing_model_is_refused_with_a_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(RiskModelMissing, match="train"):
        RiskGate.load(tmp_path / "nowhere")


def test_a_missing_or_damaged_head_is_refused(model_folder: Path, tmp_path: Path) -> None:
    for name in ("encoder.onnx", "encoder.json", "tokenizer.json"):
        (tmp_path / name).symlink_to(model_folder / name)
    with pytest.raises(RiskModelMissing, match=HEAD_FILE):
        RiskGate.load(tmp_path)
    (tmp_path / HEAD_FILE).write_bytes(b"not a head")
    with pytest.raises(RiskModelMissing):
        RiskGate.load(tmp_path)


def test_the_whole_gate_hears_frames_and_learnt(gate: RiskGate) -> None:
    signals = gate.read("Mon mari me serre à la gorge quand il boit.").signals
    assert {"learnt"} < {signal.detector for signal in signals}


def test_a_danger_at_the_end_of_64_kb_is_heard(gate: RiskGate) -> None:
    text = "Je cherche un médecin de famille. " * 1_900 + "Je veux mourir."
    found = [signal for signal in gate.read(text).signals if signal.kind is RiskKind.SUICIDE]
    assert any(text[signal.start : signal.end] == signal.quote and signal.start > 60_000 for signal in found)


TO_CONFIRM = "mon patron répond pas"
OUTRIGHT = "je veux mourir"


def gate_that_finds_harmless(frames: FrameReader, learnt: Detector = silent, *, harmless: bool = True) -> RiskGate:
    return RiskGate(frames, AnswerReader.load(DATA), learnt, is_plainly_harmless=lambda _text: harmless)


def test_a_frame_of_ordinary_words_alone_asks_to_be_confirmed(frames: FrameReader) -> None:
    assert {signal.detector for signal in frames.read(TO_CONFIRM)} <= frames.to_confirm
    assert not gate_that_finds_harmless(frames).read(TO_CONFIRM).is_risk
    assert gate_that_finds_harmless(frames, harmless=False).read(TO_CONFIRM).is_risk


def test_a_danger_said_outright_needs_nobody_s_agreement(frames: FrameReader) -> None:
    assert gate_that_finds_harmless(frames).read(OUTRIGHT).is_risk
    assert gate_that_finds_harmless(frames).read(f"{TO_CONFIRM} {OUTRIGHT}").is_risk


def test_what_is_disguised_needs_nobody_s_agreement(frames: FrameReader) -> None:
    disguised = "mon mari r3p0nd pas"
    found = {signal.detector.split(":")[0] for signal in frames.read(disguised)}
    assert found == {"hidden"}
    assert gate_that_finds_harmless(frames).read(disguised).is_risk


def test_a_frame_to_confirm_counts_when_the_learnt_part_is_down(frames: FrameReader) -> None:
    kinds = {signal.kind for signal in gate_that_finds_harmless(frames, broken).read(TO_CONFIRM).signals}
    assert kinds == {RiskKind.MEDICAL, RiskKind.FAULT}


def test_the_frames_alone_keep_every_frame(frames: FrameReader) -> None:
    assert gate_that_finds_harmless(frames).read_frames_only(TO_CONFIRM).is_risk


async def test_frames_that_find_nothing_say_so_before_the_rest_has_read(frames: FrameReader, held: Held) -> None:
    said = asyncio.Event()
    reading = asyncio.create_task(
        gate_with(frames, held).read_within("Quelles sont vos heures?", seconds=30, frames_clear=said.set)
    )
    async with asyncio.timeout(30):
        await said.wait()
    assert not reading.done()
    held.go.set()
    assert not (await reading).is_risk


async def test_frames_that_find_something_say_nothing_ahead(frames: FrameReader) -> None:
    said = asyncio.Event()
    reading = await gate_with(frames, silent).read_within("je veux mourir", seconds=30, frames_clear=said.set)
    await asyncio.sleep(0)
    assert reading.is_risk
    assert not said.is_set()
