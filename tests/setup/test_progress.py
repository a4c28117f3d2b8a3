"""A long step says where it is, in lines on a log and in one line on a terminal."""

from __future__ import annotations

import io

import pytest

from setup.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_log_gets_a_line_now_and_then() -> None:
    stream, time = io.StringIO(), Time()
    progress = Progress(2, stream, time)
    with progress.step("Une étape"):
        for _ in range(40):
            time.seconds += 1
            progress.tick()
    lines = stream.getvalue().splitlines()
    assert lines == [
        "[1/2] Une étape…",
        "[1/2] Une étape… 15 s",
        "[1/2] Une étape… 30 s",
        "[1/2] Une étape : fait en 40 s",
    ]


def test_a_terminal_keeps_one_line_a_step() -> None:
    stream, time = Terminal(), Time()
    progress = Progress(1, stream, time)
    with progress.step("Une étape"):
        time.seconds = 3
        progress.tick()
    assert stream.getvalue().count("\n") == 1
    assert "3 s" in stream.getvalue()


def test_a_failed_step_says_so() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="raison"), Progress(1, stream).step("Une étape"):
        raise ValueError("raison")
    assert "échec" in stream.getvalue().splitlines()[-1]
