"""Tells how far a long set-up is: the step, out of how many, and the time it takes."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import Callable, Iterator, TextIO

from setup.sentences import sentence

QUIET_BETWEEN_LINES = 15.0
"""Seconds between two lines about the same step where the output is not a terminal."""

WIDEST_LINE = 100


class Progress:
    """One line a step; on a terminal the line is rewritten as time goes."""

    def __init__(self, total: int, stream: TextIO = sys.stdout, now: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._number = 0
        self._stream = stream
        self._now = now
        self._started = now()
        self._title = ""
        self._step_started = 0.0
        self._last_line = 0.0

    @property
    def elapsed(self) -> int:
        """Whole seconds since the beginning."""
        return int(self._now() - self._started)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self._number += 1
        self._title = title
        self._step_started = self._last_line = self._now()
        self._write("step_working", rewritten=True)
        try:
            yield
        except BaseException:
            self._write("step_broken")
            raise
        self._write("step_done")

    def tick(self) -> None:
        """Called often while a step works."""
        on_terminal = self._stream.isatty()
        if self._now() - self._last_line >= (1.0 if on_terminal else QUIET_BETWEEN_LINES):
            self._last_line = self._now()
            self._write("step_still", rewritten=True)

    def _write(self, key: str, rewritten: bool = False) -> None:
        line = sentence(
            key,
            number=self._number,
            total=self._total,
            title=self._title,
            seconds=int(self._now() - self._step_started),
        )
        if self._stream.isatty():
            line = "\r" + line[:WIDEST_LINE].ljust(WIDEST_LINE)
            self._stream.write(line if rewritten else line.rstrip() + "\n")
        else:
            self._stream.write(line + "\n")
        self._stream.flush()
