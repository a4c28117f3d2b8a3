"""Ctrl-C stops the whole tree, a part that falls is started again, and nothing outlives `make run`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from setup.places import ROOT

DEADLINE_SECONDS = 40.0
# A part that has a child of its own, as Rasa may have; both write their number and wait to be stopped.
TREE = """
import os, pathlib, subprocess, sys, time
folder = pathlib.Path({folder!r})
(folder / f"{{os.getpid()}}.pid").touch()
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, __file__, "child"])
time.sleep(600)
"""
RUNNER = """
import os, sys
from setup.keeper import RUNNER
from setup.running import Supervision
environment = {{**os.environ, RUNNER: str(os.getpid())}}
honcho = [{honcho!r}, "start", "--env", os.devnull, "--procfile", {procfile!r}]
settings = {{"RELAIS_API_URL": "http://127.0.0.1:9"}}
sys.exit(Supervision(settings, honcho, environment).run())
"""
KEEPER = """
import os, signal, sys
from setup.keeper import RUNNER, Keeper
keeper = Keeper("essai", [sys.executable, {part!r}], dict(os.environ), False, int(os.environ[RUNNER]))
signal.signal(signal.SIGTERM, lambda *_: keeper.stop())
sys.exit(keeper.keep())
"""


class Tree:
    """A run of two parts, each with a child, and the numbers of all their processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        part, keeper = folder / "part.py", folder / "keeper_of_part.py"
        part.write_text(TREE.format(folder=str(folder)), encoding="utf-8")
        keeper.write_text(KEEPER.format(part=str(part)), encoding="utf-8")
        procfile = folder / "Procfile"
        procfile.write_text(
            "".join(f"{name}: {sys.executable} {keeper}\n" for name in ("un", "deux")), encoding="utf-8"
        )
        honcho = str(Path(sys.executable).with_name("honcho"))
        script = RUNNER.format(honcho=honcho, procfile=str(procfile))
        self.process = subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def numbers(self) -> set[int]:
        return {int(path.stem) for path in self.folder.glob("*.pid")}

    def living(self) -> set[int]:
        return {number for number in self.numbers() if is_living(number)}


def is_living(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    if not Path("/proc/self/stat").exists():
        pytest.skip("/proc est absent de cette machine")
    made = Tree(tmp_path)
    assert eventually(lambda: len(made.living()) == 4)
    yield made
    if made.process.poll() is None:
        made.process.send_signal(signal.SIGINT)
    made.process.communicate(timeout=DEADLINE_SECONDS)
    for number in made.living():
        os.kill(number, signal.SIGKILL)


def test_ctrl_c_stops_every_process(tree: Tree) -> None:
    os.killpg(tree.process.pid, signal.SIGINT)
    said, _ = tree.process.communicate(timeout=DEADLINE_SECONDS)
    assert tree.process.returncode == 0
    assert tree.living() == set()
    assert b"Traceback" not in said
    assert "Tout est arrêté.".encode() in said


def test_a_part_that_falls_is_started_again_without_the_others(tree: Tree) -> None:
    before = tree.numbers()
    fallen = next(number for number in before if is_parent(number, before))
    os.kill(fallen, signal.SIGKILL)
    assert eventually(lambda: bool(tree.living() - before))
    assert len(tree.living() & before) >= 2


def is_parent(number: int, family: set[int]) -> bool:
    children = Path(f"/proc/{number}/task/{number}/children")
    return bool({int(child) for child in children.read_text(encoding="ascii").split()} & family)


def test_even_a_killed_run_leaves_nobody(tree: Tree) -> None:
    tree.process.kill()
    tree.process.wait(DEADLINE_SECONDS)
    assert eventually(lambda: not tree.living())
