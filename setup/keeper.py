"""Keeps one part running: starts it again when it falls, and never outlives `make run`.

The bot falling leaves the doors open, in person-only mode; the doors falling are opened again at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import List, Mapping, Optional

from setup.parts import parts
from setup.places import ROOT
from setup.readiness import readiness
from setup.sentences import sentence

LONGEST_PAUSE = 30
SETTLED_SECONDS = 10.0
"""A part that lived this long had started well; one that fell before is slowed down."""

STOP_SECONDS = 8.0
DOORS_FIRST_SECONDS = 20.0
LOOK_SECONDS = 0.25
WATCH_SECONDS = 1.0
RUNNER = "RELAIS_RUN_PID"


class Keeper:
    """`give_up_early`: a part that never started well ends the whole run, so that the reason is seen."""

    def __init__(
        self, title: str, command: List[str], environment: Mapping[str, str], give_up_early: bool, runner: int
    ) -> None:
        self._title = title
        self._command = command
        self._environment = environment
        self._give_up_early = give_up_early
        self._runner = runner
        self._stopping = threading.Event()

    def keep(self) -> int:
        """Runs until told to stop; returns the exit code."""
        pause = 1
        settled_once = False
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._run_once()
            if self._stopping.is_set():
                break
            settled = time.monotonic() - started >= SETTLED_SECONDS
            settled_once = settled_once or settled
            if self._give_up_early and not settled_once:
                return code or 1
            pause = 1 if settled else min(pause * 2, LONGEST_PAUSE)
            print(sentence("child_stopped", part=self._title, code=code, seconds=pause), flush=True)
            self._stopping.wait(pause)
        return 0

    def wait_for_doors(self, base: str) -> None:
        """Let the doors open first, with the whole machine to themselves; after a while, start all the same."""
        deadline = time.monotonic() + DOORS_FIRST_SECONDS
        while time.monotonic() < deadline and not self._stopping.wait(LOOK_SECONDS):
            if readiness(base) is not None:
                return

    def stop(self) -> None:
        self._stopping.set()

    def _run_once(self) -> int:
        child = subprocess.Popen(self._command, cwd=str(ROOT), env=dict(self._environment))
        while not self._stopping.is_set():
            code = _wait(child, WATCH_SECONDS)
            if code is not None:
                return code
            if not _alive(self._runner):
                self.stop()
        # honcho gives each part a process group of its own: what the part started ends with it.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(os.getpgrp(), signal.SIGTERM)
        if _wait(child, STOP_SECONDS) is None:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        return child.wait()


def _wait(child: "subprocess.Popen[bytes]", seconds: float) -> Optional[int]:
    try:
        return child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(name: str) -> int:
    """Keep the part called `name`, with the settings that the environment holds."""
    part = next(part for part in parts(os.environ) if part.name == name)
    command = part.command(os.environ)
    runner = int(os.environ[RUNNER])
    keeper = Keeper(part.title, command, part.environment(os.environ), name == "web", runner)
    for received in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(received, lambda _signal, _frame: keeper.stop())
    if name != "web":
        keeper.wait_for_doors(os.environ["RELAIS_API_URL"])
    return keeper.keep()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
