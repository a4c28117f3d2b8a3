"""`relais phone`: which service is called, and what is said when there is none."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from api.commands import phone
from api.commands.failures import CommandError
from api.commands.french_parser import FrenchParser
from tests.fixtures.services import make_settings

NO_DATABASE = "sqlite+aiosqlite:////nowhere/none.db"
NOBODY = "http://127.0.0.1:1"


def called(*argv: str) -> int:
    parser = FrenchParser(prog="relais phone")
    phone.add_arguments(parser)
    return phone.run(parser.parse_args(argv))


@pytest.fixture(autouse=True)
def _nothing_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())


def test_outside_a_demonstration_it_calls_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = make_settings(NO_DATABASE, tmp_path, demo=False)
    monkeypatch.setattr(phone, "load_settings", lambda: live)
    with pytest.raises(CommandError, match="RELAIS_DEMO"):
        called()


def test_a_service_that_is_not_there_is_said_with_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(phone, "load_settings", lambda: make_settings(NO_DATABASE, tmp_path, port=1))
    assert called("--line", "partenaires") == 1
    assert NOBODY in capsys.readouterr().out


def test_another_service_is_the_one_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def answer(_settings: object, line: str, *, http: phone.httpx.Client) -> int:
        asked.append((line, str(http.base_url)))
        http.close()
        return 0

    monkeypatch.setattr(phone, "load_settings", lambda: make_settings(NO_DATABASE, tmp_path, demo=False))
    monkeypatch.setattr(phone, "run_terminal_phone", answer)
    assert called("--url", f"{NOBODY}/", "--line", "prevention_suicide") == 0
    assert asked == [("prevention_suicide", NOBODY)]


@pytest.mark.parametrize("url", ["relais.exemple", "ftp://relais.exemple", "http://", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(CommandError, match="--url") as refused:
        phone.client_of(url)
    assert refused.value.exit_code == 2
