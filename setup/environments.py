"""The two Pythons and their libraries, installed from the hashed locks."""

from __future__ import annotations

from pathlib import Path

from setup.commands import run_logged
from setup.interpreters import BOT, MAIN, Wanted, probed_version
from setup.places import BOT_ENVIRONMENT, LOCKS, MAIN_ENVIRONMENT, ROOT, program_of, python_of
from setup.sentences import sentence
from setup.stamps import Stamp
from setup.step import Step, Tick
from setup.uv_tool import install_uv, installed_uv, obtain_python, uv_environment

BUILDERS = LOCKS / "builders.txt"


def main_step() -> Step:
    """The service's environment; the service itself is installed from the clone, so that edits count."""
    lock = LOCKS / "dev.txt"

    def work(tick: Tick) -> None:
        uv = installed_uv() or install_uv(tick)
        _install(uv, "main", MAIN, MAIN_ENVIRONMENT, lock, tick)
        editable = ["--no-deps", "--no-build-isolation", "--editable", ROOT]
        python = ["--python", python_of(MAIN_ENVIRONMENT)]
        run_logged([uv, "pip", "install", *python, *editable], sentence("step_main"), "main", tick, uv_environment())

    outputs = (python_of(MAIN_ENVIRONMENT), program_of(MAIN_ENVIRONMENT, "relais"))
    return Step("main", work, Stamp("main", (lock, BUILDERS, ROOT / "pyproject.toml"), outputs))


def bot_step() -> Step:
    """Rasa's environment."""
    lock = LOCKS / "bot.txt"

    def work(tick: Tick) -> None:
        _install(installed_uv() or install_uv(tick), "bot", BOT, BOT_ENVIRONMENT, lock, tick)

    outputs = (python_of(BOT_ENVIRONMENT), program_of(BOT_ENVIRONMENT, "rasa"))
    return Step("bot", work, Stamp("bot", (lock, BUILDERS), outputs))


def _install(uv: Path, name: str, wanted: Wanted, environment: Path, lock: Path, tick: Tick) -> None:
    title = sentence("step_" + name)
    if not _runs(environment, wanted):
        python = obtain_python(wanted, "no_python_" + name, uv, tick)
        make = [uv, "venv", "--clear", "--no-project", "--python", python, environment]
        run_logged(make, title, name, tick, uv_environment())
    sync = [uv, "pip", "sync", "--require-hashes", "--build-constraints", BUILDERS]
    run_logged([*sync, "--python", python_of(environment), lock], title, name, tick, uv_environment())


def _runs(environment: Path, wanted: Wanted) -> bool:
    """False for a missing environment, and for one whose Python has gone or is another version."""
    version = probed_version(python_of(environment)) if python_of(environment).exists() else None
    return version is not None and wanted.accepts(version)
