"""The command line itself: help, mistakes, failures in one sentence."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from api.commands.failures import CommandError, sentence_of
from api.commands.french_parser import FrenchParser
from api.commands.main import COMMANDS, main
from triage.interventions.texts import TextFileError
from triage.risk_gate.gate import RiskGate
from triage.risk_gate.learnt import RiskModelMissing

ENGLISH = ("usage:", "optional arguments", "positional arguments", "show this help", "required", "invalid")


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """`main` moves to the root and listens to SIGTERM: both are put back."""
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)
    assert main([]) == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself_in_french(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"utilisation : relais {name}")
    assert not [word for word in ENGLISH if word in shown]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_its_two_functions(name: str) -> None:
    command = import_module(COMMANDS[name][0])
    command.add_arguments(FrenchParser(prog=name))
    assert callable(command.run)


@pytest.mark.parametrize(
    "argv",
    [
        ["inconnue"],
        ["triage"],
        ["triage", "--jsonl", "--tout"],
        ["triage", "--json"],
        ["users"],
        ["users", "add", "a@b", "--name", "A", "--role", "roi"],
        ["fallback-twiml", "--line", "ailleurs"],
    ],
)
def test_a_wrong_command_line_is_one_french_sentence(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("relais : ")
    assert printed.err.count("\n") == 1
    assert not [word for word in (*ENGLISH, "roi", "ailleurs") if word in printed.err]


def test_a_missing_risk_model_says_what_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RELAIS_VAR", str(tmp_path))
    assert main(["triage", "--jsonl", "--risk-only"]) == 1
    assert "make train" in capsys.readouterr().err


def test_an_unreadable_setting_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RELAIS_PORT", "secret-de-personne")
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().err
    assert "RELAIS_PORT" in shown
    assert "secret" not in shown


def test_lines_that_are_not_json_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RELAIS_LINES", "+15145550100")
    assert main(["doctor"]) == 1
    shown = capsys.readouterr().err
    assert "RELAIS_LINES" in shown
    assert "5145550100" not in shown


def test_a_failure_is_a_sentence_without_what_it_carried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_folder: Path) -> RiskGate:
        raise RuntimeError("je veux mourir")

    monkeypatch.setattr(RiskGate, "load", broken)
    assert main(["triage", "--jsonl", "--risk-only"]) == 1
    shown = capsys.readouterr().err
    assert "RuntimeError" in shown
    assert "mourir" not in shown


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (CommandError("voilà"), "voilà"),
        (TextFileError("menu_fr.yml : illisible."), "menu_fr.yml : illisible."),
        (RiskModelMissing("no head"), "make train"),
        (OperationalError("SELECT 'personne'", {}, Exception()), "relais doctor"),
        (PermissionError(13, "Permission denied", "sortie.xml"), "sortie.xml"),
        (ValueError("819 555-0100"), "ValueError"),
    ],
)
def test_each_failure_has_its_sentence(error: Exception, said: str) -> None:
    sentence = sentence_of(error)
    assert said in sentence
    assert "personne" not in sentence
    assert "0100" not in sentence
    assert "\n" not in sentence
