"""The risk gate: independent detectors on one text, OR-ed. Nothing after it may lower what it says.

When the gate cannot read a readable text in time, that is itself a signal: a person is reached.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from triage.risk_gate.answer import ANSWERS_FILE, AnswerReader
from triage.risk_gate.frames import DATA, FrameReader, shift
from triage.risk_gate.learnt import LearntDetector
from triage.signals import Question, Reading, RiskKind, RiskLevel, Signal

DETECTOR_FAULT = "gate"
DETECTOR_QUESTION = "question"
SECONDS = 1.0
WORKERS = 2
PLACES = 128
LONG_TEXT = 1_000
EARLIER_MESSAGES = 4
EARLIER_CHARACTERS = 600
SHORT_WORDS = 8

Detector = Callable[[str], Sequence[Signal]]


@dataclass(frozen=True, slots=True)
class _Underway:
    """`heard`: what the frames found, as soon as they are done, for a late reading to keep.

    `frames_clear` is called when they are done and found nothing.
    """

    frames_clear: Callable[[], None] = lambda: None
    heard: list[Signal] = field(default_factory=list)
    abandoned: threading.Event = field(default_factory=threading.Event)


class RiskGate:
    """Reads a text and the question it answers. `faults` counts the readings that failed."""

    def __init__(
        self,
        frames: FrameReader,
        answers: AnswerReader,
        learnt: Detector,
        workers: int = WORKERS,
        places: int = PLACES,
        *,
        is_plainly_harmless: Callable[[str], bool] = lambda _text: False,
    ) -> None:
        self._frames = frames
        self._answers = answers
        self._learnt = learnt
        self._is_plainly_harmless = is_plainly_harmless
        # Long texts wait for each other, never before somebody who writes a sentence.
        self._pools = {
            False: ThreadPoolExecutor(max_workers=workers, thread_name_prefix="risk-gate"),
            True: ThreadPoolExecutor(max_workers=1, thread_name_prefix="risk-gate-long"),
        }
        self._places = threading.BoundedSemaphore(places)
        self._counting = threading.Lock()
        self.faults = 0

    @classmethod
    def load(cls, model_folder: Path) -> RiskGate:
        """Raises RiskModelMissing without a usable model, LexiconError when a data file is wrong."""
        learnt = LearntDetector.load(model_folder)
        harmless = learnt.is_plainly_harmless
        return cls(FrameReader.load(), AnswerReader.load(DATA), learnt.read, is_plainly_harmless=harmless)

    def statuses(self) -> dict[str, str]:
        """Clinical status of the files of frames and of answers, for start-up to check."""
        return self._frames.statuses() | {ANSWERS_FILE: self._answers.statut}

    def read(self, text: str, question: Question = Question.OPEN, earlier: Sequence[str] = ()) -> Reading:
        """Every signal of the text. `earlier`: the last messages of the same person, oldest first.

        When only the learnt part fails, what the frames found is kept and the fault is a signal too.
        """
        return self._read(text, question, earlier, _Underway())

    def _read(self, text: str, question: Question, earlier: Sequence[str], underway: _Underway) -> Reading:
        """When nobody waits any more the detectors that are left are not begun: the next person needs the core."""
        signals = self._read_frames(text, earlier)
        underway.heard.extend(signals)
        if not signals:
            underway.frames_clear()
        if underway.abandoned.is_set():
            return Reading(tuple(signals))
        try:
            signals += self._read_learnt(text, earlier)
            if signals and self._is_ordinary_talk(signals, text, earlier):
                signals = []
        except Exception:  # any failure of a detector must reach a person
            signals.append(self._fault())
        if question is Question.DANGER_NOW and not self._answers.is_clear_no(text):
            signals.append(Signal(RiskKind.UNSPECIFIED, RiskLevel.RISK, DETECTOR_QUESTION, 1.0, text, 0, len(text)))
        return Reading(tuple(signals))

    def read_frames_only(self, text: str) -> Reading:
        """The frames alone: over the rate limit, and when the learnt part is down."""
        return Reading(tuple(self._frames.read(text)))

    async def read_within(
        self,
        text: str,
        question: Question = Question.OPEN,
        earlier: Sequence[str] = (),
        seconds: float = SECONDS,
        *,
        frames_clear: Callable[[], None] = lambda: None,
    ) -> Reading:
        """`read` off the event loop, never raising: an exception or the time gone is a signal of kind fault.

        `frames_clear` is called in the event loop when the frames are done and found nothing, before the rest.

        Readings wait for a worker inside their second; one that is late before it began is dropped, and one
        that is late while it runs keeps its place until it ends. When no place is left the answer is a fault
        at once, so late readings cannot pile up.
        """
        if not self._places.acquire(blocking=False):
            return Reading((self._fault(),))
        loop = asyncio.get_running_loop()

        def tell_frames_clear() -> None:
            loop.call_soon_threadsafe(frames_clear)

        underway = _Underway(tell_frames_clear)
        try:
            pool = self._pools[len(text) > LONG_TEXT]
            future = pool.submit(self._read, text, question, tuple(earlier), underway)
        except RuntimeError:
            self._places.release()
            return Reading((self._fault(),))
        future.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except Exception:  # time-outs included; cancellation of the caller goes through
            underway.abandoned.set()
            return Reading((*underway.heard, self._fault()))

    def close(self) -> None:
        """Give the threads back; readings not begun are dropped."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _read_frames(self, text: str, earlier: Sequence[str]) -> list[Signal]:
        signals = self._frames.read(text)
        joined = _joined(text, earlier)
        if joined is not None:
            known = {signal.detector for signal in signals}
            found = shift(self._frames.read(joined), text, len(joined) - len(text))
            signals += [signal for signal in found if signal.detector not in known]
        return signals

    def _read_learnt(self, text: str, earlier: Sequence[str]) -> list[Signal]:
        signals = list(self._learnt(text))
        joined = _joined(text, earlier)
        if not signals and joined is not None and len(text.split()) <= SHORT_WORDS:
            signals = shift(self._learnt(joined), text, len(joined) - len(text))
        return signals

    def _is_ordinary_talk(self, signals: Sequence[Signal], text: str, earlier: Sequence[str]) -> bool:
        """Only frames that ask to be confirmed, and the learnt detector finds what they were read in harmless."""
        if not all(signal.detector in self._frames.to_confirm for signal in signals):
            return False
        joined = _joined(text, earlier)
        return self._is_plainly_harmless(text) and (joined is None or self._is_plainly_harmless(joined))

    def _fault(self) -> Signal:
        with self._counting:
            self.faults += 1
        return Signal(RiskKind.FAULT, RiskLevel.RISK, DETECTOR_FAULT, 1.0)


def _joined(text: str, earlier: Sequence[str]) -> str | None:
    """The last messages and the text as one, so that words split over two messages meet."""
    before = " ".join(earlier[-EARLIER_MESSAGES:])[-EARLIER_CHARACTERS:]
    return f"{before} {text}" if before.strip() else None
