"""Each program gets the settings that it needs, and Rasa's side never a key."""

from __future__ import annotations

import pytest

from setup.parts import Part, complete, parts
from setup.places import ROOT

SECRETS = {
    "RELAIS_SECRET_KEYS": "k1:secret",
    "RELAIS_TWILIO_AUTH_TOKEN": "twilio",
    "RELAIS_DEMO_PASSWORD": "phrase",
    "RELAIS_RASA_TOKEN": "of-rasa",
    "RELAIS_CALLBACK_TOKEN": "of-callback",
    "PATH": "/usr/bin",
}


@pytest.fixture
def by_name() -> dict[str, Part]:
    return {part.name: part for part in parts(complete(SECRETS))}


def test_rasa_sees_its_token_and_no_other_secret(by_name: dict[str, Part]) -> None:
    seen = by_name["bot"].environment(complete(SECRETS))
    assert seen["RELAIS_RASA_TOKEN"] == "of-rasa"
    assert not set(seen.values()) & {"k1:secret", "twilio", "phrase", "of-callback"}
    assert seen["RASA_TELEMETRY_ENABLED"] == "false"
    assert seen["PATH"] == "/usr/bin"


def test_the_actions_see_the_callback_token_and_no_other_secret(by_name: dict[str, Part]) -> None:
    seen = by_name["actions"].environment(complete(SECRETS))
    assert seen["RELAIS_CALLBACK_TOKEN"] == "of-callback"
    assert seen["SANIC_HOST"] == "127.0.0.1"
    assert not set(seen.values()) & {"k1:secret", "twilio", "phrase", "of-rasa"}


def test_no_secret_is_on_a_command_line(by_name: dict[str, Part]) -> None:
    for part in by_name.values():
        assert not set(part.command(complete(SECRETS))) & set(SECRETS.values())


def test_another_port_moves_the_addresses_with_it() -> None:
    full = complete({"RELAIS_PORT": "8123", "RELAIS_HOST": "0.0.0.0"})  # noqa: S104
    assert full["RELAIS_PUBLIC_URL"] == full["RELAIS_API_URL"] == "http://127.0.0.1:8123"


def test_a_public_address_that_is_given_stays() -> None:
    assert complete({"RELAIS_PUBLIC_URL": "https://exemple.test"})["RELAIS_PUBLIC_URL"] == "https://exemple.test"


def test_the_procfile_keeps_every_part(by_name: dict[str, Part]) -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    assert {line.split(":")[0]: line.split()[-1] for line in lines} == {name: name for name in by_name}
