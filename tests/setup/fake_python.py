"""Programs that say they are a Python of some version, for trees of interpreters that do not exist."""

from __future__ import annotations

from pathlib import Path


def fake_python(path: Path, version: str, complete: bool = True) -> Path:
    """An executable that answers every question with `version`, or fails when it is not complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\nexit {0 if complete else 1}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def fake_program(path: Path, script: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + script + "\n", encoding="utf-8")
    path.chmod(0o755)
    return path
