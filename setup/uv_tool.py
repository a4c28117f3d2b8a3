"""uv, the program that installs from the locks: the clone's own, else the machine's, else by pip."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable, Dict, List, Optional

from setup.commands import run_logged, tool_environment
from setup.interpreters import Wanted, all_pythons, can_make_environments, find_python
from setup.places import LOCKS, TOOLS, program_of, python_of
from setup.sentences import SetupProblem, sentence

UV_ENVIRONMENT = TOOLS / "uv"
PYTHONS = TOOLS / "python"
OLDEST_UV = (0, 8)


def installed_uv() -> Optional[Path]:
    """The clone's own uv or a recent one of the machine, without installing anything."""
    own = program_of(UV_ENVIRONMENT, "uv")
    if _uv_version(own) is not None:
        return own
    on_path = shutil.which("uv")
    if on_path and "shims" not in Path(on_path).parts and (_uv_version(Path(on_path)) or (0, 0)) >= OLDEST_UV:
        return Path(on_path)
    return None


def install_uv(tick: Callable[[], None]) -> Path:
    """Install the locked uv into .tools/uv with pip; raises SetupProblem."""
    step = sentence("step_uv")
    shutil.rmtree(str(UV_ENVIRONMENT), ignore_errors=True)
    run_logged([_python_with_pip(), "-m", "venv", UV_ENVIRONMENT], step, "uv", tick)
    pip = [python_of(UV_ENVIRONMENT), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", LOCKS / "uv.txt"]
    run_logged(pip + locked, step, "uv", tick)
    return program_of(UV_ENVIRONMENT, "uv")


def obtain_python(wanted: Wanted, problem: str, uv: Path, tick: Callable[[], None]) -> Path:
    """An interpreter of the machine, else one that uv downloads; raises SetupProblem(problem)."""
    found = find_python(wanted, os.environ) or _downloaded(wanted)
    if found:
        return found
    version = "%d.%d" % wanted.versions[0]
    environment = {**uv_environment(), "UV_PYTHON_DOWNLOADS": "manual", "UV_PYTHON_INSTALL_DIR": str(PYTHONS)}
    try:
        run_logged([uv, "python", "install", "--no-bin", version], version, "python", tick, environment)
    except SetupProblem:
        raise SetupProblem(problem) from None
    found = _downloaded(wanted)
    if not found:
        raise SetupProblem(problem)
    return found


def uv_environment() -> Dict[str, str]:
    """uv never looks for a Python by itself, and follows the package mirror that pip was told of."""
    environment = {**tool_environment(), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    mirror = environment.get("PIP_INDEX_URL")
    if mirror:
        environment.setdefault("UV_DEFAULT_INDEX", mirror)
    return environment


def _downloaded(wanted: Wanted) -> Optional[Path]:
    folders: List[str] = [str(folder / "bin") for folder in sorted(PYTHONS.glob("cpython-*"), reverse=True)]
    return find_python(wanted, {"PATH": os.pathsep.join(folders)})


def _python_with_pip() -> Path:
    running = Path(sys.executable)
    if can_make_environments(running):
        return running
    for python in all_pythons(os.environ):
        if can_make_environments(python):
            return python
    raise SetupProblem("no_venv_module")


def _uv_version(uv: Path) -> Optional[tuple]:
    try:
        answer = subprocess.run(
            [str(uv), "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(rb"uv (\d+)\.(\d+)", answer.stdout)
    return (int(match.group(1)), int(match.group(2))) if match else None
