"""The demonstration's secrets are drawn once, kept private, and never drawn for a live service."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import pytest

from foundation.settings import Settings, problems_of
from setup.places import ROOT
from setup.sentences import SetupProblem
from setup.settings_files import draw_missing, is_demo, read_env_file, read_settings


def test_a_clone_without_settings_is_a_demonstration(tmp_path: Path) -> None:
    drawn = read_settings({}, tmp_path / ".env", tmp_path / "var" / "demo.env")
    assert drawn["RELAIS_DEMO"] == "1"
    name, _, key = drawn["RELAIS_SECRET_KEYS"].partition(":")
    assert (name, len(base64.b64decode(key, validate=True))) == ("k1", 32)
    assert stat.S_IMODE((tmp_path / "var" / "demo.env").stat().st_mode) == 0o600


def test_the_service_accepts_what_was_drawn(tmp_path: Path) -> None:
    read_settings({}, tmp_path / ".env", tmp_path / "demo.env")
    settings = Settings(_env_file=tmp_path / "demo.env")
    assert problems_of(settings) == []


def test_two_clones_do_not_share_a_secret(tmp_path: Path) -> None:
    first = read_settings({}, tmp_path / ".env", tmp_path / "first.env")
    second = read_settings({}, tmp_path / ".env", tmp_path / "second.env")
    assert {name for name in first if first[name] == second[name]} == {"RELAIS_DEMO"}


def test_a_second_run_keeps_everything(tmp_path: Path) -> None:
    first = read_settings({}, tmp_path / ".env", tmp_path / "demo.env")
    assert read_settings({}, tmp_path / ".env", tmp_path / "demo.env") == first


def test_only_what_is_missing_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "demo.env").write_text("RELAIS_SECRET_KEYS=k1:kept\n", encoding="utf-8")
    (tmp_path / "demo.env").chmod(0o644)
    drawn = draw_missing({"RELAIS_RASA_TOKEN": "given"}, tmp_path / "demo.env")
    assert drawn["RELAIS_SECRET_KEYS"] == "k1:kept"
    assert "RELAIS_RASA_TOKEN" not in drawn
    assert "RELAIS_CALLBACK_TOKEN" in drawn
    assert stat.S_IMODE((tmp_path / "demo.env").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_files(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("RELAIS_DEMO=1\nRELAIS_PORT=9000\n", encoding="utf-8")
    settings = read_settings(
        {"RELAIS_DEMO_PASSWORD": "la-mienne", "RELAIS_PORT": ""}, tmp_path / ".env", tmp_path / "demo.env"
    )
    assert settings["RELAIS_DEMO_PASSWORD"] == "la-mienne"
    assert settings["RELAIS_PORT"] == "9000"
    assert "RELAIS_DEMO_PASSWORD" not in read_env_file(tmp_path / "demo.env")


@pytest.mark.parametrize("written", ["RELAIS_PORT=9000\n", "RELAIS_DEMO=0\n", "RELAIS_DEMO=\n"])
def test_nothing_is_drawn_for_a_live_service(tmp_path: Path, written: str) -> None:
    (tmp_path / ".env").write_text(written, encoding="utf-8")
    settings = read_settings({}, tmp_path / ".env", tmp_path / "demo.env")
    assert "RELAIS_SECRET_KEYS" not in settings
    assert not (tmp_path / "demo.env").exists()


def test_a_live_service_never_borrows_a_demonstrations_secrets(tmp_path: Path) -> None:
    (tmp_path / "demo.env").write_text("RELAIS_SECRET_KEYS=k1:kept\n", encoding="utf-8")
    (tmp_path / ".env").write_text("RELAIS_PORT=9000\n", encoding="utf-8")
    with pytest.raises(SetupProblem, match=r"demo\.env"):
        read_settings({}, tmp_path / ".env", tmp_path / "demo.env")


def test_the_example_names_every_setting() -> None:
    known = {f"RELAIS_{name.upper()}" for name in Settings.model_fields}
    assert known <= set(re.findall(r"^#? ?(RELAIS_\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))


def test_a_copied_example_is_a_demonstration(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text("utf-8"), encoding="utf-8")
    settings = read_settings({}, tmp_path / ".env", tmp_path / "demo.env")
    assert settings["RELAIS_DEMO"] == "1"
    assert settings["RELAIS_SECRET_KEYS"].startswith("k1:")


def test_a_demonstration_can_be_refused_without_a_file() -> None:
    assert not is_demo({"RELAIS_DEMO": "0"}, has_dot_env=False)


def test_quotes_and_comments_of_an_env_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# rien\n\nexport A='un # deux'\nB=\"3\"\nC=4 # quatre\nD=k1:a==\nE\n", encoding="utf-8")
    assert read_env_file(path) == {"A": "un # deux", "B": "3", "C": "4", "D": "k1:a=="}
