"""`relais fallback-twiml`: a document that needs nothing of ours to reach somebody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.commands import fallback_twiml
from api.commands.failures import CommandError
from api.commands.french_parser import FrenchParser
from foundation.settings import Settings
from tests.fixtures.services import make_settings

NO_DATABASE = "sqlite+aiosqlite:////nowhere/none.db"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    made = make_settings(NO_DATABASE, tmp_path)
    monkeypatch.setattr(fallback_twiml, "load_settings", lambda: made)
    return made


def written(*argv: str) -> int:
    parser = FrenchParser(prog="relais fallback-twiml")
    fallback_twiml.add_arguments(parser)
    return fallback_twiml.run(parser.parse_args(argv))


@pytest.mark.parametrize("line", ["info_social", "prevention_suicide", "partenaires"])
def test_it_dials_the_numbers_of_the_line(line: str, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert written("--line", line) == 0
    document = capsys.readouterr().out
    assert re.findall(r"<Number>([^<]+)</Number>", document) == settings.fallback_numbers[line]
    assert "<Enqueue" not in document


@pytest.mark.usefixtures("settings")
def test_it_is_written_where_it_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert written("--line", "info_social", "--out", "secours.xml") == 0
    assert (tmp_path / "secours.xml").read_text(encoding="utf-8").endswith("</Response>\n")


def test_without_a_number_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = make_settings(NO_DATABASE, tmp_path, fallback_numbers={"partenaires": ["+18195550104"]})
    monkeypatch.setattr(fallback_twiml, "load_settings", lambda: empty)
    with pytest.raises(CommandError, match="RELAIS_FALLBACK_NUMBERS"):
        written("--line", "info_social", "--out", str(tmp_path / "secours.xml"))
    assert not (tmp_path / "secours.xml").exists()
