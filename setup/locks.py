"""`make lock`: writes the hashed locks again from pyproject.toml, requirements/*.in and bot/requirements.in.

A version already in a lock stays, unless `--upgrade` is given.
"""

from __future__ import annotations

import os
import subprocess
from typing import List, Sequence

from setup.interpreters import BOT, MAIN
from setup.places import LOCKS, ROOT
from setup.sentences import SetupProblem
from setup.uv_tool import install_uv, installed_uv, obtain_python, uv_environment

COMMON = (
    *("--generate-hashes", "--universal", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
    *("--custom-compile-command", "make lock"),
)
SOURCES = {
    "main.txt": ("pyproject.toml",),
    "dev.txt": ("pyproject.toml", "--extra", "dev", "--extra", "evaluation"),
    "node.txt": ("requirements/node.in",),
    "uv.txt": ("requirements/uv.in",),
    "builders.txt": ("requirements/builders.in",),
    "bot.txt": ("bot/requirements.in", "--override", "bot/overrides.txt"),
}


FOR_THE_BOT = ("bot.txt", "builders.txt")


def write_locks(extra: Sequence[str]) -> None:
    """Write every lock; raises SetupProblem when uv cannot."""

    def quiet() -> None:
        """Locks are written at once, by hand: uv itself says how far it is."""

    uv = installed_uv() or install_uv(quiet)
    main_python = obtain_python(MAIN, "no_python_main", uv, quiet)
    bot_python = obtain_python(BOT, "no_python_bot", uv, quiet)
    for name, source in SOURCES.items():
        wanted = ("3.10", bot_python) if name in FOR_THE_BOT else ("3.12", main_python)
        python: List[str] = ["--python-version", wanted[0], "--python", str(wanted[1])]
        command = [str(uv), "pip", "compile", "--quiet", *source, *COMMON, *python, *extra]
        output = ["--output-file", os.path.join(LOCKS.name, name)]
        done = subprocess.run([*command, *output], cwd=str(ROOT), env=uv_environment(), stdout=subprocess.DEVNULL)
        if done.returncode:
            raise SetupProblem("step_failed", step="make lock", last=name, log="ci-dessus")
