"""A Rasa of our own: started on a free loopback port, waited for, and stopped whatever happens.

Rasa takes its token as an argument; it is added inside Rasa's process, so that no other user of the machine
reads it in the list of processes.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from api.commands.failures import CommandError

ROOT = Path(__file__).resolve().parents[2]
RASA = ROOT / "bot" / ".venv" / "bin" / "rasa"
MODEL = ROOT / "var" / "models" / "rasa" / "relais.tar.gz"
READY_SECONDS = 180
POLL_SECONDS = 0.5
STOP_SECONDS = 10
TOKEN = "RELAIS_RASA_TOKEN"  # noqa: S105 - the name of a setting
# Run by Rasa's Python, where nothing of ours is imported; the token is then taken out of what Rasa's children inherit.
LAUNCHER = f"""
import os, sys
sys.argv[:1] = ["rasa"]
sys.argv += ["--auth-token", os.environ.pop("{TOKEN}")]
from rasa.__main__ import main
main()
"""
_PR_SET_PDEATHSIG = 1


class RasaProcess:
    """One process, its address and its token."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, token: str, log: IO[bytes]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.token = token
        self._process = process
        self._log = log

    @classmethod
    @contextmanager
    def started(cls, program: Path = RASA, model: Path = MODEL) -> Iterator[Self]:
        """Start it, without waiting; stopped at the end of the block. `program` stands beside its Python.
        Raises CommandError."""
        if not program.exists():
            raise CommandError("Rasa n'est pas installé; « make setup » l'installe. Sinon : --risk-only.")
        if not model.exists():
            raise CommandError("le modèle de langue n'est pas entraîné; « make train » le fait. Sinon : --risk-only.")
        port, token = _free_port(), secrets.token_hex(24)
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(
                _command(program, model, port),
                cwd=ROOT,
                env=_environment() | {TOKEN: token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
            try:
                yield cls(process, port, token, log)
            finally:
                _stop(process)

    async def until_ready(self, is_ready: Callable[[], Awaitable[bool]]) -> None:
        """Wait for the model to be loaded. Raises CommandError when it ends or takes too long."""
        for _ in range(int(READY_SECONDS / POLL_SECONDS)):
            if self._process.poll() is not None:
                raise CommandError(f"Rasa s'est arrêté avant d'être prêt : {self._last_words()}")
            if await is_ready():
                return
            await asyncio.sleep(POLL_SECONDS)
        raise CommandError(f"Rasa n'est pas prêt après {READY_SECONDS} secondes.")

    def _last_words(self) -> str:
        """The last line that it wrote; it has read nobody's words yet."""
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "sans un mot.")


def _command(program: Path, model: Path, port: int) -> list[str]:
    return [
        *(str(program.with_name("python")), "-c", LAUNCHER),
        "run",
        *("-i", "127.0.0.1", "-p", str(port)),
        "--enable-api",
        *("--model", str(model)),
        *("--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"),
    ]


def _environment() -> dict[str, str]:
    """What Rasa needs, and none of our secrets."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RELAIS_")}
    return ours | {
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "RELAIS_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }


def _end_with_parent() -> None:
    """On Linux, even a parent that is killed outright takes Rasa with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """The whole group, gently and then not."""
    for wish in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, wish)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
