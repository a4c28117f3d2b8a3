"""What the terminal is told while the parts start: each thing once, and never a wait without a word."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from setup import keeper, running
from setup.keeper import RUNNER, Keeper
from setup.running import Announcements, Supervision

SETTINGS = {
    "RELAIS_API_URL": "http://127.0.0.1:9",
    "RELAIS_PUBLIC_URL": "http://127.0.0.1:8123",
    "RELAIS_DEMO": "1",
    "RELAIS_DEMO_PASSWORD": "abcd-efgh-jkmn",
}


class Service:
    """Answers as it is told."""

    def __init__(self) -> None:
        self.said: dict[str, object] | None = None

    def __call__(self, _base: str) -> dict[str, object] | None:
        return self.said


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    made = Service()
    monkeypatch.setattr(running, "readiness", made)
    monkeypatch.delenv("RELAIS_DEMO_PASSWORD", raising=False)
    return made


def test_the_addresses_come_before_the_bot(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    announcements = Announcements(SETTINGS)
    announcements.look(1)
    assert capsys.readouterr().out == ""
    service.said = {"bot": "down"}
    announcements.look(3)
    said = capsys.readouterr().out
    for expected in ("8123/demo\n", "8123/demo/telephone", "8123/console", "garde@demo", "abcd-efgh-jkmn", "911"):
        assert expected in said
    announcements.look(4)
    assert capsys.readouterr().out == ""
    service.said = {"bot": "ok"}
    announcements.look(20)
    assert "20 s" in capsys.readouterr().out
    announcements.look(21)
    assert capsys.readouterr().out == ""


def test_a_slow_start_and_a_late_bot_are_said_once(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    announcements = Announcements(SETTINGS)
    announcements.look(31)
    announcements.look(32)
    assert capsys.readouterr().out.count("31 s") == 1
    service.said = {"bot": "down"}
    announcements.look(181)
    announcements.look(190)
    said = capsys.readouterr().out
    assert said.count("181 s") == 2
    assert "190 s" not in said


def test_a_live_service_shows_no_account(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.said = {"bot": "ok"}
    Announcements({**SETTINGS, "RELAIS_DEMO": "0"}).look(2)
    said = capsys.readouterr().out
    assert "/console" in said
    assert "@demo" not in said
    assert "abcd" not in said


def test_a_password_that_was_given_is_not_shown(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RELAIS_DEMO_PASSWORD", "abcd-efgh-jkmn")
    service.said = {"bot": "ok"}
    Announcements(SETTINGS).look(2)
    assert "abcd" not in capsys.readouterr().out


@pytest.fixture
def handlers() -> Iterator[None]:
    """The signals of the tests' own process, put back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_a_part_that_cannot_start_ends_the_run_with_a_sentence(
    service: Service, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Procfile").write_text("un: exit 3\n", encoding="utf-8")
    honcho = str(Path(sys.executable).with_name("honcho"))
    command = [honcho, "start", "--env", os.devnull, "--procfile", str(tmp_path / "Procfile")]
    assert Supervision(SETTINGS, command, dict(os.environ)).run() == 3
    assert "arrêté tout seul" in capfd.readouterr().out


def test_a_part_that_must_start_well_gives_its_code() -> None:
    command = [sys.executable, "-c", "raise SystemExit(3)"]
    assert Keeper("portes", command, os.environ, True, os.getpid()).keep() == 3


def test_the_bot_lets_the_doors_open_first(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answers = iter([None, None, {"bot": "down"}])

    def ask(base: str) -> dict[str, object] | None:
        asked.append(base)
        return next(answers)

    monkeypatch.setattr(keeper, "readiness", ask)
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.0)
    Keeper("robot", [], os.environ, False, os.getpid()).wait_for_doors("http://127.0.0.1:9")
    assert len(asked) == 3
    assert RUNNER not in os.environ
