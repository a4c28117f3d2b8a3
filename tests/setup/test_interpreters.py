"""Pythons are found where pyenv, the system or a download put them, never through a shim."""

from __future__ import annotations

import sys
from pathlib import Path

from setup.interpreters import BOT, MAIN, can_make_environments, find_python, probed_version
from tests.setup.fake_python import fake_program, fake_python


def pyenv(root: Path, *versions: str) -> dict[str, Path]:
    return {name: fake_python(root / "versions" / name / "bin" / "python", name[:4]) for name in versions}


def test_the_newest_of_pyenv_is_taken_by_its_path(tmp_path: Path) -> None:
    made = pyenv(tmp_path, "3.12.1", "3.12.11", "3.12.9", "3.10.13", "3.13.0")
    environment = {"PYENV_ROOT": str(tmp_path), "PATH": ""}
    assert find_python(MAIN, environment) == made["3.12.11"]
    assert find_python(BOT, environment) == made["3.10.13"]


def test_pyenv_is_found_in_the_home_folder_when_nothing_says_where(tmp_path: Path) -> None:
    made = pyenv(tmp_path / ".pyenv", "3.10.4")
    assert find_python(BOT, {"HOME": str(tmp_path), "PATH": ""}) == made["3.10.4"]


def test_a_shim_is_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "shim-was-run"
    fake_program(tmp_path / "shims" / "python3.12", f"touch {mark}; echo 3.12")
    on_path = fake_python(tmp_path / "usr" / "python3.12", "3.12")
    environment = {"PATH": f"{tmp_path / 'shims'}:{tmp_path / 'usr'}"}
    assert find_python(MAIN, environment) == on_path
    assert not mark.exists()


def test_version_3_1_is_not_taken_for_3_10(tmp_path: Path) -> None:
    pyenv(tmp_path, "3.1.5", "3.100.0")
    assert find_python(BOT, {"PYENV_ROOT": str(tmp_path), "PATH": ""}) is None


def test_a_python_without_its_modules_is_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path / "versions" / "3.12.9" / "bin" / "python", "3.12", complete=False)
    whole = fake_python(tmp_path / "usr" / "python3.12", "3.12")
    assert find_python(MAIN, {"PYENV_ROOT": str(tmp_path), "PATH": str(tmp_path / "usr")}) == whole


def test_a_later_python_serves_the_service_but_never_the_bot(tmp_path: Path) -> None:
    later = fake_python(tmp_path / "python3", "3.17")
    assert find_python(MAIN, {"PATH": str(tmp_path)}) == later
    assert find_python(BOT, {"PATH": str(tmp_path)}) is None


def test_an_older_python_does_not_serve(tmp_path: Path) -> None:
    fake_python(tmp_path / "python3", "3.11")
    assert find_python(MAIN, {"PATH": str(tmp_path)}) is None


def test_3_12_is_preferred_to_a_later_one(tmp_path: Path) -> None:
    fake_python(tmp_path / "a" / "python3", "3.14")
    preferred = fake_python(tmp_path / "b" / "python3.12", "3.12")
    assert find_python(MAIN, {"PATH": f"{tmp_path / 'a'}:{tmp_path / 'b'}"}) == preferred


def test_this_python_says_what_it_is() -> None:
    assert probed_version(Path(sys.executable)) == sys.version_info[:2]
    assert probed_version(Path("/nowhere/python")) is None


def test_a_python_without_pip_cannot_make_environments(tmp_path: Path) -> None:
    assert can_make_environments(fake_program(tmp_path / "python", "echo pip"))
    assert not can_make_environments(fake_program(tmp_path / "bare", "exit 1"))
