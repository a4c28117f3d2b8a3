"""How calls reach a member of the staff: the choice, the masked number, the telephone of the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from console.secure_route import HEADERS, SOFTPHONE_HEADERS
from tests.console.conftest import Arrive, Meet
from tests.console.reading import handoff_row
from tests.console.scripted_calls import ScriptedCalls
from triage.handoff.states import HandoffState
from triage.interventions.types import Channel
from triage.services import Services
from triage.voice_port import AnswerWay

HandoffOf = Callable[[str], Awaitable[str]]
ADDRESS = "/console/telephone"


async def test_my_own_number_is_kept_and_shown_masked(meet: Meet, voice: ScriptedCalls) -> None:
    alice = await meet("alice")
    page = await alice.post(ADDRESS, way="own_phone", number="514 555-0147")
    assert page.status_code == 200
    assert "C&#39;est noté." in page.text
    assert "numéro terminé par 47" in page.text
    assert "0147" not in page.text
    assert voice.ways[alice.staff_id] is AnswerWay.OWN_PHONE
    assert (await alice.post(ADDRESS, way="own_phone", number="")).status_code == 200
    assert voice.numbers[alice.staff_id] == "514 555-0147"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choisissez l&#39;une des deux façons."),
        ({"way": "softphone"}, "Choisissez l&#39;une des deux façons."),
        ({"way": "own_phone"}, "Donnez votre numéro."),
        ({"way": "own_phone", "number": "911"}, "Ce numéro ne convient pas."),
    ],
)
async def test_a_bad_choice_is_refused_in_words(
    meet: Meet, voice: ScriptedCalls, fields: dict[str, str], sentence: str
) -> None:
    alice = await meet("alice")
    page = await alice.post(ADDRESS, **fields)
    assert page.status_code == 422
    assert f'class="said error" role="alert">{sentence}' in page.text
    assert alice.staff_id not in voice.ways


@pytest.mark.parametrize("login", ["coord", "admin"])
async def test_who_takes_no_call_has_no_telephone(meet: Meet, login: str) -> None:
    somebody = await meet(login)
    assert (await somebody.get(ADDRESS)).status_code == 403
    assert ADDRESS not in (await somebody.get("/console/")).text


async def test_outside_a_demonstration_the_choice_is_the_browser_or_a_number(
    services: Services, meet: Meet, voice: ScriptedCalls
) -> None:
    alice = await meet("alice")
    services.settings.demo = False
    assert (await alice.post(ADDRESS, way="simulated")).status_code == 422
    page = await alice.post(ADDRESS, way="softphone")
    assert page.status_code == 200
    assert "Dans cet ordinateur" in page.text
    assert voice.ways[alice.staff_id] is AnswerWay.SOFTPHONE


async def test_the_desk_is_a_telephone_only_for_who_chose_it_outside_a_demonstration(
    services: Services, meet: Meet, voice: ScriptedCalls
) -> None:
    alice = await meet("alice")
    voice.ways[alice.staff_id] = AnswerWay.SOFTPHONE
    shown = await alice.get("/console/")
    assert "twilio" not in shown.text
    services.settings.demo = False
    shown = await alice.get("/console/")
    assert "/console/static/vendor/twilio.min.js" in shown.text
    assert {name: shown.headers[name] for name in SOFTPHONE_HEADERS} == SOFTPHONE_HEADERS
    voice.ways[alice.staff_id] = AnswerWay.OWN_PHONE
    shown = await alice.get("/console/")
    assert "twilio" not in shown.text
    assert {name: shown.headers[name] for name in HEADERS} == HEADERS


def test_the_telephone_of_the_page_opens_no_more_than_its_library_asks_for() -> None:
    policy = SOFTPHONE_HEADERS["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self' https://eventgw.twilio.com" in policy
    assert "*" not in policy
    assert policy.replace(
        " https://eventgw.twilio.com https://sdk.twilio.com wss://voice-js.roaming.twilio.com", ""
    ) == (f"{HEADERS['Content-Security-Policy']}; media-src mediastream: https://sdk.twilio.com")


async def test_the_pass_of_the_browser_is_given_to_who_has_a_softphone(meet: Meet, voice: ScriptedCalls) -> None:
    alice = await meet("alice")
    assert (await alice.post(f"{ADDRESS}/jeton")).status_code == 409
    voice.ways[alice.staff_id] = AnswerWay.SOFTPHONE
    assert (await alice.post(f"{ADDRESS}/jeton")).json() == {"token": f"token-of-{alice.staff_id}"}
    assert (await alice.http.post(f"{ADDRESS}/jeton")).status_code == 403


async def test_without_a_choice_a_claim_says_where_to_choose_and_the_person_keeps_their_place(
    services: Services, meet: Meet, arrive: Arrive, voice: ScriptedCalls, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    alice, handoff = await meet("alice"), await handoff_id(contact)
    voice.ways[alice.staff_id], voice.fails = None, True
    for address in (f"/console/prise/{handoff}", "/console/prise"):
        answer = await alice.post(address)
        assert answer.status_code == 503
        assert "« Mon téléphone »" in answer.text
    row = await handoff_row(services, handoff)
    assert (row.state, row.at_head) == (HandoffState.WAITING, True)
    assert "Rien n&#39;est encore choisi" in (await alice.get(ADDRESS)).text
