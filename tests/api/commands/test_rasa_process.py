"""A Rasa of our own: waited for, and never left behind. A small program stands where Rasa would."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.commands import rasa_process
from api.commands.failures import CommandError
from api.commands.rasa_process import RasaProcess

ROOT = Path(__file__).resolve().parents[3]
PYTHON = """#!/bin/sh
PYTHONPATH={folder}:$PYTHONPATH exec {python} "$@"
"""
ENGINE = """
import http.server, json, os, signal, sys
arguments = sys.argv[1:]
{more}
class Status(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({{"arguments": arguments, "settings": sorted(os.environ)}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
port = int(arguments[arguments.index("-p") + 1])
def main():
    http.server.HTTPServer(("127.0.0.1", port), Status).serve_forever()
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.touch()
    return path


def engine(folder: Path, more: str = "") -> Path:
    """A Python that finds this engine under Rasa's name, and beside it Rasa's program."""
    package = folder / "engine" / "rasa"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(ENGINE.format(more=more), encoding="utf-8")
    python = folder / "python"
    python.write_text(PYTHON.format(folder=package.parent, python=sys.executable), encoding="utf-8")
    python.chmod(0o755)
    program = folder / "rasa"
    program.touch()
    return program


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa_process, "POLL_SECONDS", 0.05)


async def answers(rasa: RasaProcess) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await http.get(rasa.url)).status_code == 200
    except httpx.HTTPError:
        return False


async def test_it_is_waited_for_and_stopped(tmp_path: Path, model: Path) -> None:
    with RasaProcess.started(engine(tmp_path), model) as rasa:
        await rasa.until_ready(lambda: answers(rasa))
        async with httpx.AsyncClient(trust_env=False) as http:
            told = (await http.get(rasa.url)).json()
    assert not await answers(rasa)
    assert told["arguments"][:3] == ["run", "-i", "127.0.0.1"]
    assert told["arguments"][-2:] == ["--auth-token", rasa.token]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the list of processes where Linux keeps it")
async def test_its_token_is_not_in_the_list_of_processes(tmp_path: Path, model: Path) -> None:
    with RasaProcess.started(engine(tmp_path), model) as rasa:
        await rasa.until_ready(lambda: answers(rasa))
        listed = listed_as(rasa._process.pid)
    assert "127.0.0.1" in listed
    assert rasa.token not in listed


async def test_it_gets_none_of_our_secrets(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_SECRET_KEYS", "k1:secret")
    with RasaProcess.started(engine(tmp_path), model) as rasa:
        await rasa.until_ready(lambda: answers(rasa))
        async with httpx.AsyncClient(trust_env=False) as http:
            settings = (await http.get(rasa.url)).json()["settings"]
    assert [name for name in settings if name.startswith("RELAIS_")] == ["RELAIS_ACTIONS_URL"]


async def test_it_is_stopped_when_the_command_fails(tmp_path: Path, model: Path) -> None:
    async def fails_once_ready() -> RasaProcess:
        with RasaProcess.started(engine(tmp_path), model) as rasa:
            kept.append(rasa)
            await rasa.until_ready(lambda: answers(rasa))
            raise ZeroDivisionError

    kept: list[RasaProcess] = []
    with pytest.raises(ZeroDivisionError):
        await fails_once_ready()
    assert not await answers(kept[0])


async def test_one_that_does_not_listen_to_reason_is_stopped_too(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasa_process, "STOP_SECONDS", 0.3)
    deaf = engine(tmp_path, "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    with RasaProcess.started(deaf, model) as rasa:
        await rasa.until_ready(lambda: answers(rasa))
    assert not await answers(rasa)


async def test_one_that_ends_too_early_says_its_last_words(tmp_path: Path, model: Path) -> None:
    early = engine(tmp_path, "sys.exit('no such model')")
    with RasaProcess.started(early, model) as rasa, pytest.raises(CommandError, match="no such model"):
        await rasa.until_ready(lambda: answers(rasa))


async def test_one_that_is_never_ready_is_given_up(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never() -> bool:
        return False

    monkeypatch.setattr(rasa_process, "READY_SECONDS", 0.2)
    with RasaProcess.started(engine(tmp_path), model) as rasa, pytest.raises(CommandError, match="pas prêt"):
        await rasa.until_ready(never)


def test_what_is_missing_is_said_before_anything_starts(tmp_path: Path, model: Path) -> None:
    with pytest.raises(CommandError, match="make setup"), RasaProcess.started(tmp_path / "none", model):
        pass
    with pytest.raises(CommandError, match="make train"), RasaProcess.started(engine(tmp_path), tmp_path / "none"):
        pass


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells the child of its parent's death on Linux only")
def test_it_never_outlives_the_command(tmp_path: Path, model: Path, wish: signal.Signals) -> None:
    program = (
        "import signal, sys, time; from pathlib import Path; from api.commands import main\n"
        "from api.commands.rasa_process import RasaProcess\n"
        "signal.signal(signal.SIGTERM, main._leave)\n"
        f"with RasaProcess.started(Path({str(engine(tmp_path))!r}), Path({str(model)!r})) as rasa:\n"
        "    print(rasa._process.pid, flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        child = os.pidfd_open(int((parent.stdout or sys.stdin).readline()))
        assert not has_ended(child, within=0)
        parent.send_signal(wish)
        parent.wait(timeout=20)
    assert has_ended(child, within=20)
    os.close(child)


def has_ended(process: int, within: float) -> bool:
    """A process's own descriptor becomes readable when it ends."""
    return bool(select.select([process], [], [], within)[0])


def listed_as(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")
