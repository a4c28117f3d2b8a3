"""Each document that the door sends is, byte for byte, the one kept in `golden/`; real calls hear those bytes.

After a change that is meant: `.venv/bin/python -m tests.ivr.golden`, then read the diff.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from foundation.settings import Settings
from ivr.menu_state import Event, Pressed, Silent, TransferEnded
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.twiml_linter import problems_of
from tests.ivr.doors import INFO_SOCIAL, PARTENAIRES, PREVENTION_SUICIDE, Door
from tests.ivr.golden.documents import FOLDER, MENU, PARTNER, documents_with, events_in, golden_documents, path_of
from triage.interventions.types import Language

REWRITE = "after a change that is meant: .venv/bin/python -m tests.ivr.golden"
NAMES = list(golden_documents())


def verbs(document: str) -> list[str]:
    """A verb a line, so that a difference is read at once."""
    return document.replace("><", ">\n<").splitlines()


def kept(name: str) -> bytes:
    return path_of(name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_the_document_is_the_one_kept(name: str) -> None:
    golden = golden_documents()[name]
    assert path_of(name).exists(), REWRITE
    assert verbs(golden.content) == verbs(kept(name).decode()), REWRITE
    assert golden.content.encode() == kept(name), REWRITE


def test_each_one_kept_is_accepted_by_the_linter(settings: Settings) -> None:
    for name, golden in golden_documents().items():
        assert problems_of(kept(name), golden.place, public_url=settings.public_url) == [], name


def test_nothing_else_is_kept() -> None:
    assert sorted(FOLDER.rglob("*.xml")) == sorted(map(path_of, NAMES)), REWRITE


def test_they_depend_on_the_settings_of_the_tests_only(settings: Settings) -> None:
    assert documents_with(settings) == golden_documents()


def test_no_secret_is_in_them(settings: Settings) -> None:
    secrets = [settings.secret_keys, settings.twilio_auth_token, settings.callback_token, settings.demo_password]
    every = b"".join(map(kept, NAMES))
    assert [secret for secret in secrets if secret.get_secret_value().encode() in every] == []
    assert settings.twilio_account_sid.encode() not in every


async def live(phone: SimulatedPhone, events: Sequence[Event]) -> None:
    """Do with a phone what these events are."""
    await phone.dial()
    for event in events[1:]:
        match event:
            case Pressed():
                await phone.press_all(event.digits or event.key)
                if event.digits:
                    await phone.stay_silent()
            case Silent():
                await phone.stay_silent()
            case TransferEnded():
                await phone.outside_ends()


def received(phone: SimulatedPhone) -> list[bytes]:
    return [sent.content for sent in phone.requests.sent]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", list(MENU))
async def test_a_call_hears_the_menu_kept(door: Door, settings: Settings, name: str, language: Language) -> None:
    for number in (settings.info_sante_number, settings.gap_number):
        door.network.outside[number] = OutsidePhone.PRESSES_ONE
    phone = door.phone()
    await live(phone, events_in(language, MENU[name]))
    assert received(phone)[0] == kept("fr/menu_demo"), "the first one, in a demonstration"
    if len(received(phone)) > 1:
        assert received(phone)[-1] == kept(f"{language.value}/{name}")
    await phone.hang_up()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", list(PARTNER))
async def test_partners_hear_the_documents_kept(door: Door, name: str, language: Language) -> None:
    phone = door.phone(PARTENAIRES)
    await live(phone, events_in(language, PARTNER[name]))
    assert received(phone)[0] == kept("fr/partner_demo")
    if len(received(phone)) > 1:
        assert received(phone)[-1] == kept(f"{language.value}/{name}")
    await phone.hang_up()


@pytest.mark.parametrize(("key", "name"), [("1", "info_sante"), ("3", "gap")])
@pytest.mark.parametrize("language", list(Language))
async def test_whoever_is_not_answered_there_hears_the_document_kept(
    door: Door, language: Language, key: str, name: str
) -> None:
    phone = door.phone()
    await live(phone, events_in(language, (Pressed(key, door.clock.now()),)))
    assert kept(f"{language.value}/queue_no_answer_{name}") in received(phone)
    await phone.hang_up()


async def test_whoever_needs_nothing_more_hears_the_documents_kept(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak("quelles sont vos heures")
    for name in ("before_leaving", "goodbye"):
        await phone.press("8")
        assert received(phone)[-1] == kept(f"fr/{name}")
    assert phone.ended_by_line


async def hear_numbers(phone: SimulatedPhone) -> None:
    """45 s in the queue."""
    for _ in range(4):
        await phone.stay_silent()


@pytest.mark.parametrize("language", list(Language))
async def test_who_asks_for_a_person_hears_the_documents_kept(door: Door, language: Language) -> None:
    phone = door.phone()
    await live(phone, events_in(language, (Pressed("0", door.clock.now()),)))
    await hear_numbers(phone)
    for name in ("queue_info_social", "wait", "wait_place_0"):
        assert kept(f"{language.value}/{name}") in received(phone), name
    await phone.hang_up()


@pytest.mark.parametrize("language", list(Language))
async def test_who_is_at_risk_hears_the_documents_kept(door: Door, language: Language) -> None:
    phone = door.phone()
    await live(phone, events_in(language, ()))
    await phone.speak("je veux mourir")
    await hear_numbers(phone)
    for name in ("queue_info_social_suicide", "wait_at_risk", "wait_at_risk_suicide"):
        assert kept(f"{language.value}/{name}") in received(phone), name
    await phone.hang_up()


async def test_the_suicide_line_says_its_numbers_kept(door: Door) -> None:
    phone = door.phone(PREVENTION_SUICIDE)
    await phone.dial()
    await hear_numbers(phone)
    assert kept("fr/wait_at_risk_line") in received(phone)
    await phone.hang_up()


async def test_the_silent_code_is_answered_by_the_documents_kept(door: Door) -> None:
    phone = door.phone(INFO_SOCIAL)
    await phone.dial()
    for _ in range(2):
        await phone.press("5")
    await phone.stay_silent()
    assert received(phone)[1:4] == [kept("fr/first_five"), kept("fr/queue_info_social_mute"), kept("fr/wait_mute")]
    await phone.hang_up()
