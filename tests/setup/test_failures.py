"""Each thing that can go wrong gives one sentence that says what to do, and no traceback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from setup import plan, uv_tool
from setup.commands import failure, run_logged
from setup.interpreters import BOT, MAIN
from setup.parts import complete, parts
from setup.places import ROOT
from setup.ports import refuse_busy
from setup.sentences import SetupProblem
from tests.setup.fake_python import fake_program


def no_tick() -> None:
    """Nobody looks at the time here."""


@pytest.mark.parametrize(
    ("output", "key"),
    [
        ("error: Failed to fetch: `https://example.test/simple/x/`\n  dns error", "no_network"),
        ("pip: NewConnectionError: failed to establish a new connection", "no_network"),
        ("npm error code ENOTFOUND", "no_network"),
        ("error: command 'gcc' failed: No such file or directory", "no_compiler"),
        ("fatal error: Python.h: No such file or directory", "no_compiler"),
        ("error: x==1 has no wheels with a matching platform tag", "no_wheel"),
        ("ERROR: No matching distribution found for uv==0.13.9", "no_wheel"),
        ("OSError: [Errno 28] No space left on device\nerror: command 'gcc' failed", "disk_full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "wrong_hash"),
        ("error: Hash mismatch for `x==1`", "wrong_hash"),
        ("something else", "step_failed"),
    ],
)
def test_what_a_tool_complains_of_becomes_a_sentence(output: str, key: str) -> None:
    problem = failure("Bibliothèques", 1, output, ROOT / "var" / "setup" / "logs" / "main.log")
    assert problem.key == key
    assert "var/setup/logs/main.log" in str(problem)
    assert str(ROOT) not in str(problem)
    assert "\n" not in str(problem)


def test_a_failing_command_gives_its_last_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("setup.commands.LOGS", tmp_path)
    script = "print('first'); import sys; sys.exit('la raison')"
    with pytest.raises(SetupProblem, match="la raison"):
        run_logged([sys.executable, "-c", script], "Essai", "trial", no_tick)
    assert "first" in (tmp_path / "trial.log").read_text(encoding="utf-8")


def test_a_missing_program_is_a_sentence_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("setup.commands.LOGS", tmp_path)
    with pytest.raises(SetupProblem) as refused:
        run_logged([tmp_path / "nowhere"], "Essai", "trial", no_tick)
    assert refused.value.key == "step_failed"


@pytest.mark.parametrize(("wanted", "key"), [(MAIN, "no_python_main"), (BOT, "no_python_bot")])
def test_no_python_and_no_download(wanted: object, key: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("setup.commands.LOGS", tmp_path)
    monkeypatch.setattr(uv_tool, "PYTHONS", tmp_path / "pythons")
    monkeypatch.setattr(uv_tool, "find_python", lambda *_: None)
    uv = fake_program(tmp_path / "uv", "echo 'dns error' >&2; exit 2")
    with pytest.raises(SetupProblem) as refused:
        uv_tool.obtain_python(wanted, key, uv, no_tick)  # type: ignore[arg-type]
    assert refused.value.key == key
    assert "installez-le" in str(refused.value)


def test_a_python_that_uv_downloaded_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("setup.commands.LOGS", tmp_path / "logs")
    monkeypatch.setattr(uv_tool, "PYTHONS", tmp_path / "pythons")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    folder = tmp_path / "pythons" / "cpython-3.10.19-linux" / "bin"
    python = folder / "python3.10"
    make = f"mkdir -p {folder} && printf '#!/bin/sh\\necho 3.10\\n' > {python} && chmod +x {python}"
    uv = fake_program(tmp_path / "uv", make)
    assert uv_tool.obtain_python(BOT, "no_python_bot", uv, no_tick) == python


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupProblem) as refused:
            refuse_busy("127.0.0.1", port, "robot", "RELAIS_RASA_URL")
    assert str(port) in str(refused.value)
    assert "RELAIS_RASA_URL" in str(refused.value)
    refuse_busy("127.0.0.1", port, "robot", "RELAIS_RASA_URL")


def test_an_address_that_is_not_this_machines() -> None:
    with pytest.raises(SetupProblem) as refused:
        refuse_busy("203.0.113.7", 8000, "portes", "RELAIS_HOST")
    assert refused.value.key == "host_unusable"


@pytest.mark.parametrize("value", ["huit mille", "0", "70000", "-1"])
def test_a_port_that_is_not_one(value: str) -> None:
    with pytest.raises(SetupProblem, match="RELAIS_PORT"):
        complete({"RELAIS_PORT": value})


@pytest.mark.parametrize("value", ["127.0.0.1", "http://127.0.0.1", "http://127.0.0.1:x"])
def test_an_address_without_its_port(value: str) -> None:
    with pytest.raises(SetupProblem, match="RELAIS_RASA_URL"):
        parts(complete({"RELAIS_RASA_URL": value}))


def test_two_set_ups_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(plan, "SETUP_STATE", tmp_path)
    with plan.alone(), pytest.raises(SetupProblem) as refused, plan.alone():
        pass
    assert refused.value.key == "already_setting_up"


@pytest.mark.skipif(shutil.which("make") is None, reason="make est absent")
def test_make_without_any_python_says_so() -> None:
    make = shutil.which("make")
    assert make is not None
    answer = subprocess.run(
        [make, "PYTHON=", "run"],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode != 0
    assert "Python 3.8" in answer.stderr
    assert "Traceback" not in answer.stderr
