"""The locks: hashes everywhere, no address, no path of the machine that made them, and one version each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setup.locks import SOURCES
from setup.places import LOCKS


def pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_lock_has_its_source() -> None:
    assert {path.name for path in LOCKS.glob("*.txt")} == set(SOURCES)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_a_lock_names_no_address_and_no_path(name: str) -> None:
    text = (LOCKS / name).read_text(encoding="utf-8")
    assert "make lock" in text.splitlines()[1]
    assert re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links|(?:^|\s)/\w+/", text) == []


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_everything_is_pinned_and_hashed(name: str) -> None:
    text = (LOCKS / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line.split()[0] for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_what_is_tested_is_what_runs() -> None:
    tested = pins(LOCKS / "dev.txt")
    assert {name: version for name, version in pins(LOCKS / "main.txt").items() if tested.get(name) != version} == {}
