"""An unsafe configuration is refused, with a sentence for each problem."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foundation.settings import UnsafeConfiguration, load_settings, problems_of, refuse_unsafe
from tests.fixtures.services import make_settings


def test_the_demo_may_start(tmp_path: Path) -> None:
    assert problems_of(make_settings("sqlite+aiosqlite://", tmp_path)) == []


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"secret_keys": ""}, "RELAIS_SECRET_KEYS"),
        ({"twilio_auth_token": ""}, "RELAIS_TWILIO_AUTH_TOKEN"),
        ({"callback_token": ""}, "RELAIS_CALLBACK_TOKEN"),
        ({"lines": {"+18005550811": "autre"}}, "ligne inconnue"),
        ({"fallback_numbers": {"info_social": ["+18195550101"]}}, "prevention_suicide"),
        (
            {
                "fallback_numbers": {
                    line: ["+18005550811"] for line in ("info_social", "prevention_suicide", "partenaires")
                }
            },
            "tournerait en rond",
        ),
        ({"callback_token": "x"}, "16 caractères"),
        ({"fallback_numbers": {"info_social": ["poste 12"]}}, "dix chiffres"),
        ({"fallback_numbers": {"info_social": ["+1 800 555-0811"]}}, "dix chiffres"),
        ({"info_sante_number": "811"}, "dix chiffres"),
        ({"demo": False}, "https"),
        ({"demo": False, "lines": {}}, "RELAIS_LINES"),
    ],
)
def test_each_danger_has_its_sentence(changes: dict[str, object], word: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeConfiguration) as caught:
        refuse_unsafe(make_settings("sqlite+aiosqlite://", tmp_path, **changes))
    assert word in str(caught.value)


def test_lines_come_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_LINES", '{"+18005550811": "info_social"}')
    settings = make_settings("sqlite+aiosqlite://", tmp_path)
    assert settings.lines == {"+18005550811": "info_social"}


def test_a_live_service_never_reads_what_was_drawn_for_a_demonstration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("RELAIS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo.env").write_text("RELAIS_DEMO=1\nRELAIS_RASA_TOKEN=drawn\n", encoding="utf-8")
    assert load_settings().demo
    assert load_settings().rasa_token.get_secret_value() == "drawn"
    (tmp_path / ".env").write_text("RELAIS_DEMO=0\n", encoding="utf-8")
    assert not load_settings().demo
    assert load_settings().rasa_token.get_secret_value() == ""
    monkeypatch.setenv("RELAIS_DEMO", "1")
    assert load_settings().rasa_token.get_secret_value() == "drawn"
