"""The service and Rasa, started for the bench on free ports and a fresh database, and stopped after it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from foundation.settings import DEMO_FALLBACK_NUMBERS, DEMO_LINES
from setup.commands import tool_environment
from setup.parts import complete, parts
from setup.places import BOT_ENVIRONMENT, MAIN_ENVIRONMENT, ROOT, VAR, program_of, python_of
from setup.settings_files import DRAWN
from triage.interventions.types import Line

START_SECONDS = 180.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.25
LAST_LINES = 15
DATABASE = "bench.db"


class BenchProblem(Exception):
    """The bench cannot be run; its text says why."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Where both sides listen, and what the callers need to know to be believed."""

    service_url: str
    rasa_url: str
    token: str
    called_number: str
    database: Path

    def handoffs_by_reason(self) -> dict[str, int]:
        """Why people were sent to a person, counted in the database of the bench."""
        found = "SELECT reason, count(*) FROM handoff GROUP BY reason ORDER BY reason"
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return dict(connection.execute(found).fetchall())
        finally:
            connection.close()

    def faults(self) -> dict[str, int]:
        """What the service counts of its own failures, which callers hear as « a person is called »."""
        counted = {"relais_phone_fault_total": 0, "relais_phone_static_answer_total": 0, "relais_gate_faults": 0}
        try:
            page = httpx.get(f"{self.service_url}/metrics", timeout=10, trust_env=False).text
        except httpx.HTTPError:
            # It fell: the requests before this one say so too, and what they measured is kept.
            return {"service_did_not_answer": 1}
        for line in page.splitlines():
            name, _, value = line.replace("{", " ", 1).partition(" ")
            if name in counted:
                counted[name] += int(float(value.rsplit(" ", 1)[-1]))
        return counted


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Both, answering, with the bot joined. Raises BenchProblem when one does not start."""
    settings = bench_settings(folder)
    kept = {name: value for name, value in tool_environment().items() if not name.startswith("RELAIS_")}
    environment = {**kept, **settings}
    by_name = {part.name: part for part in parts(settings)}
    web, bot = by_name["web"], by_name["bot"]
    _migrate(environment, folder / "migrations.log")
    rasa = [str(python_of(BOT_ENVIRONMENT)), "-m", "benchmarks.rasa_with_channel"]
    rasa_url, service_url = settings["RELAIS_RASA_URL"], settings["RELAIS_API_URL"]
    status = f"{rasa_url}/status?token={settings['RELAIS_RASA_TOKEN']}"
    with _running(rasa, bot.environment(environment), folder / "rasa.log") as rasa_process:
        _wait_for(rasa_process, folder / "rasa.log", lambda: bool(_asked(status).get("model_file")))
        with _running(web.command(settings), environment, folder / "service.log") as service_process:
            ready = f"{service_url}/readyz"
            _wait_for(service_process, folder / "service.log", lambda: _asked(ready).get("bot") == "ok")
            number = {line: number for number, line in DEMO_LINES.items()}[Line.INFO_SOCIAL.value]
            yield Servers(service_url, rasa_url, settings["RELAIS_TWILIO_AUTH_TOKEN"], number, folder / DATABASE)


def bench_settings(folder: Path) -> dict[str, str]:
    """A demonstration's, drawn for this run. What a `.env` could say otherwise is given too."""
    web, bot, actions = _free_ports(3)
    return complete(
        {
            **{name: draw() for name, draw in DRAWN.items()},
            "RELAIS_DATABASE_URL": f"sqlite+aiosqlite:///{folder / DATABASE}",
            "RELAIS_HOST": "127.0.0.1",
            "RELAIS_PORT": str(web),
            "RELAIS_PUBLIC_URL": f"http://127.0.0.1:{web}",
            "RELAIS_RASA_URL": f"http://127.0.0.1:{bot}",
            # Nobody listens there: no sentence of the bench asks the action server for anything.
            "RELAIS_ACTIONS_URL": f"http://127.0.0.1:{actions}/webhook",
            "RELAIS_LINES": json.dumps(DEMO_LINES),
            "RELAIS_FALLBACK_NUMBERS": json.dumps(DEMO_FALLBACK_NUMBERS),
            "RELAIS_VAR": str(VAR),
        }
    )


def _free_ports(count: int) -> list[int]:
    """Taken together, so that they differ."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _migrate(environment: Mapping[str, str], log: Path) -> None:
    command = [str(program_of(MAIN_ENVIRONMENT, "alembic")), "upgrade", "head"]
    with log.open("ab") as output:
        done = subprocess.run(command, cwd=ROOT, env=dict(environment), stdout=output, stderr=output, check=False)
    if done.returncode:
        raise BenchProblem(f"The database could not be made.\n{_last_lines(log)}")


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A session of its own: Ctrl-C reaches the bench alone, which stops what it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if is_ready():
            return
        time.sleep(POLL_SECONDS)
    raise BenchProblem(f"{log.stem} did not start.\n{_last_lines(log)}")


def _asked(url: str) -> dict[str, object]:
    """What a JSON page says, nothing when it does not answer yet."""
    try:
        said = httpx.get(url, timeout=5, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
