from __future__ import annotations

import json
from pathlib import Path

import pytest

from console.vendor import LIBRARIES, ROOT, copy_libraries


def test_the_libraries_are_copied_from_where_npm_puts_them(tmp_path: Path) -> None:
    for source in LIBRARIES.values():
        (tmp_path / "node_modules" / source).parent.mkdir(parents=True)
        (tmp_path / "node_modules" / source).write_text(source)
    copy_libraries(tmp_path / "node_modules", tmp_path / "served")
    copied = {file.name: file.read_text() for file in (tmp_path / "served").iterdir()}
    assert copied == LIBRARIES


def test_without_npm_the_copy_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_libraries(tmp_path / "node_modules", tmp_path / "served")


def package_of(source: str) -> str:
    """« htmx.org », « @twilio/voice-sdk »."""
    return "/".join(source.split("/")[: 2 if source.startswith("@") else 1])


def test_the_lock_pins_every_library_and_names_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {package_of(source) for source in LIBRARIES.values()} == set(lock["packages"][""]["dependencies"])
    assert {f"node_modules/{package_of(source)}" for source in LIBRARIES.values()} <= set(packages)
    assert all("integrity" in entry and "resolved" not in entry for entry in packages.values())
