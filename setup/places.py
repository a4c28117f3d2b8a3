"""Where things are, from the root of the clone."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
TOOLS = ROOT / ".tools"
LOCKS = ROOT / "requirements"
SETUP_STATE = VAR / "setup"
LOGS = SETUP_STATE / "logs"
STAMPS = SETUP_STATE / "stamps"
MAIN_ENVIRONMENT = ROOT / ".venv"
BOT_ENVIRONMENT = ROOT / "bot" / ".venv"


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    return environment / "bin" / "python"


def program_of(environment: Path, name: str) -> Path:
    """A program that a library installed in a virtual environment."""
    return environment / "bin" / name
