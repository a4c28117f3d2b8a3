"""The partners' line: what they keyed reaches the intervenant, and nothing of it is in an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr import telling
from ivr.partner_codes import PATH, partner_codes
from ivr.simulated.phone import SimulatedPhone
from tests.ivr.doors import PARTENAIRES, Door
from tests.ivr.test_closing import said_in
from triage.handoff.states import HandoffReason, QueueClass
from triage.interventions.texts import TextFileError
from triage.signals import RiskKind, RiskLevel

CODES = {"2347": "Centre d'exemple"}


@pytest.fixture
async def phone(door: Door, monkeypatch: pytest.MonkeyPatch) -> SimulatedPhone:
    monkeypatch.setattr(telling, "partner_codes", lambda: CODES)
    phone = door.phone(PARTENAIRES)
    await phone.dial()
    return phone


@pytest.mark.parametrize(
    ("kind", "code", "read"),
    [
        ("2", "2347#", "[touche] Police [code] Centre d'exemple (2347)"),
        ("3", "2347", "[touche] Hôpital [code] Centre d'exemple (2347)"),
        ("4", "9999#", "[touche] Clinique ou GMF [code inconnu] 9999"),
        ("6", "", "[touche] Autre partenaire"),
        ("6", "#", "[touche] Autre partenaire"),
    ],
)
async def test_the_kind_and_the_code_are_what_the_intervenant_reads(
    door: Door, phone: SimulatedPhone, kind: str, code: str, read: str
) -> None:
    await phone.press(kind)
    await phone.press_all(code)
    if not code.endswith("#") or code == "#":
        await phone.stay_silent()
    assert phone.queue == "relais_partenaires"
    handoff = await door.handed_over(phone.sid)
    assert (handoff.queue_class, handoff.reason) == (QueueClass.PARTENAIRES, HandoffReason.ASKED)
    assert read in await said_in(door, phone.sid)
    assert not any("2347" in sent.url for sent in phone.requests.sent)


async def test_the_fifth_kind_is_asked_for_its_code_after_the_wait_of_the_silent_code(
    door: Door, phone: SimulatedPhone
) -> None:
    await phone.press("5")
    await phone.stay_silent()
    assert "carré" in phone.words()[-1]
    await phone.stay_silent()
    assert "[touche] Organisme communautaire" in await said_in(door, phone.sid)


@pytest.mark.parametrize("keys", ["55", "255"])
async def test_five_twice_is_the_silent_code_there_too(door: Door, phone: SimulatedPhone, keys: str) -> None:
    before = len(phone.words())
    await phone.press(keys[0])
    said = len(phone.words())
    await phone.press_all(keys[1:])
    if phone.queue is None:
        await phone.stay_silent()
    handoff = await door.handed_over(phone.sid)
    assert handoff.level is RiskLevel.RISK
    assert phone.words()[said if len(keys) == 3 else before :] == []


async def test_words_said_to_the_code_are_read_and_their_quotes_stay_in_place(
    door: Door, phone: SimulatedPhone
) -> None:
    await phone.press("2")
    await phone.speak("il répète je veux mourir")
    call_turns = await said_in(door, phone.sid)
    assert "il répète je veux mourir [touche] Police" in call_turns
    handoff = await door.handed_over(phone.sid)
    async with door.services.sessions.read() as session:
        contact = await door.services.record.contact(session, handoff.contact_id)
        (found,) = await door.services.record.signals(session, contact)
    assert found.signal.kind is RiskKind.SUICIDE
    text = call_turns[found.turn_number - 1]
    assert text[found.signal.start : found.signal.end] == "je veux mourir"


async def test_a_failure_keeps_what_the_partner_keyed(door: Door, phone: SimulatedPhone) -> None:
    await phone.press("2")
    door.fail_once()
    await phone.stay_silent()
    assert phone.queue == "relais_partenaires"
    assert "[touche] Police" in await said_in(door, phone.sid)


async def test_english_is_one_key_away(door: Door, phone: SimulatedPhone) -> None:
    await phone.press("9")
    assert phone.words()[-1].startswith("Partners' line")
    await phone.press("2")
    await phone.stay_silent()
    assert "[touche] Police" in await said_in(door, phone.sid)


def test_no_code_is_shipped() -> None:
    assert partner_codes() == {}
    assert PATH.is_file()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("codes: {'2347': Centre A}", ""),
        ("codes: {2347: Centre A}", "entre guillemets"),
        ("codes: {'1347': Centre A}", "de 2 à 9"),
        ("codes: {'2304': Centre A}", "de 2 à 9"),
        ("codes: {'2557': Centre A}", "sans deux 5 de suite"),
        ("codes: {'22': Centre A}", "de trois à six chiffres"),
        ("codes: {'2347': ''}", "doit nommer une organisation"),
        ("[]", "une section « codes » est attendue"),
        ("codes: {", "illisible"),
    ],
)
def test_a_code_that_would_not_work_is_refused_without_being_shown(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "partner_codes.yml"
    path.write_text(content, encoding="utf-8")
    if not reason:
        assert partner_codes(path) == {"2347": "Centre A"}
        return
    with pytest.raises(TextFileError, match=reason) as refused:
        partner_codes(path)
    assert "2347" not in str(refused.value)
