"""`make run`: starts the parts under honcho, says when and where they answer, and stops them all."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Dict, List, Mapping

from setup.commands import tool_environment
from setup.keeper import RUNNER
from setup.parts import parts
from setup.places import MAIN_ENVIRONMENT, ROOT, program_of
from setup.ports import refuse_busy
from setup.readiness import readiness
from setup.sentences import sentence
from setup.settings_files import DOT_ENV, is_demo

LOOK_SECONDS = 0.25
STOP_SECONDS = 15.0
SLOW_START_SECONDS = 30
SLOW_BOT_SECONDS = 180


def start(settings: Dict[str, str]) -> int:
    """Run with these (complete) settings until Ctrl-C; returns the exit code. Raises SetupProblem."""
    refuse_busy_ports(settings)
    environment = {**tool_environment(), **settings, RUNNER: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
    honcho = [program_of(MAIN_ENVIRONMENT, "honcho"), "start", "--env", os.devnull, "--procfile", "Procfile"]
    return Supervision(settings, [str(word) for word in honcho], environment).run()


def refuse_busy_ports(settings: Mapping[str, str]) -> None:
    """Raises SetupProblem when one of the parts could not listen where it is told to."""
    for part in parts(settings):
        refuse_busy(part.host, part.port, part.title, part.port_setting)


class Supervision:
    """The parts while they run, seen from the terminal."""

    def __init__(self, settings: Dict[str, str], command: List[str], environment: Dict[str, str]) -> None:
        self._settings = settings
        self._command = command
        self._environment = environment
        self._asked_to_stop = False
        self._started = time.monotonic()
        self._announcements = Announcements(settings)

    def run(self) -> int:
        """Starts, watches, and stops everything when a signal asks for it."""
        for received in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(received, self._stop)
        print(sentence("starting"), flush=True)
        # A session of its own: Ctrl-C reaches this process alone, which passes it on once.
        child = subprocess.Popen(
            self._command,
            cwd=str(ROOT),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        while child.poll() is None and not self._asked_to_stop:
            self._announcements.look(int(time.monotonic() - self._started))
            _pause(child)
        if not self._asked_to_stop:
            print(sentence("parts_died"), flush=True)
            return child.returncode or 1
        self._end(child)
        print(sentence("stopped"), flush=True)
        return 0

    def _stop(self, _signal: int, _frame: object) -> None:
        self._asked_to_stop = True

    def _end(self, child: "subprocess.Popen[bytes]") -> None:
        print(sentence("stopping"), flush=True)
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # The keepers see this process end, and stop their parts by themselves.
            child.kill()
            child.wait()


def _pause(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(timeout=LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return


class Announcements:
    """Says each thing once: the doors answer, they are slow, the bot is there, the bot is late."""

    def __init__(self, settings: Dict[str, str]) -> None:
        self._settings = settings
        self._said: "set[str]" = set()

    def look(self, seconds: int) -> None:
        """Ask the service how it is; `seconds` since the start."""
        if "bot_joined" in self._said:
            return
        ready = readiness(self._settings["RELAIS_API_URL"])
        if ready is None:
            if seconds >= SLOW_START_SECONDS and "ready" not in self._said:
                self._say("not_ready_yet", seconds=seconds)
            return
        self._say_ready(seconds)
        if ready.get("bot") not in (None, "down"):
            self._say("bot_joined", seconds=seconds)
        elif seconds >= SLOW_BOT_SECONDS:
            self._say("bot_late", seconds=seconds)

    def _say_ready(self, seconds: int) -> None:
        if "ready" in self._said:
            return
        self._said.add("ready")
        base = self._settings["RELAIS_PUBLIC_URL"].rstrip("/")
        demo = is_demo(self._settings, DOT_ENV.exists())
        print("\n" + sentence("ready" if demo else "ready_live", seconds=seconds, base=base), flush=True)
        if demo:
            print(sentence("accounts", password=self._password()), flush=True)
        self._say("bot_waiting")

    def _password(self) -> str:
        if os.environ.get("RELAIS_DEMO_PASSWORD"):
            return sentence("password_given")
        return self._settings["RELAIS_DEMO_PASSWORD"]

    def _say(self, key: str, **fields: object) -> None:
        if key not in self._said:
            self._said.add(key)
            print(sentence(key, **fields), flush=True)
