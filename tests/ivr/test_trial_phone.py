"""The trial phone: its page, its requests, the terminal, and the text that links it with the console."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from foundation.settings import Settings
from ivr.simulated.conferences import Participant
from ivr.simulated.demo_page import demo_router
from ivr.simulated.exchange import Exchange, TooManyPhones
from ivr.simulated.heard import HeardKind
from ivr.simulated.network import OutsidePhone
from ivr.simulated.page_texts import page_texts
from ivr.simulated.terminal import run_terminal_phone
from ivr.telephony import Telephony, build_telephony, local_origin
from tests.ivr.doors import Door
from triage.handoff.service import Actor, open_of_contact
from triage.handoff.states import Role
from triage.interventions.types import Line
from triage.record.tables import Author

STAFF = Actor("staff-1", Role.INTERVENANT)


@pytest.fixture
async def exchange(door: Door, settings: Settings) -> AsyncIterator[Exchange]:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=door.app), base_url=settings.public_url)
    exchange = Exchange(door.services, door.network, http)
    door.app.state.telephony = Telephony(settings, door.rest, door.services.desk.voice, door.network, exchange)  # type: ignore[arg-type]
    door.app.include_router(demo_router)
    yield exchange
    await exchange.close()


async def hear(door: Door, call: str, wanted: str, after: int = 0) -> int:
    """Read what is heard until `wanted` is in it."""
    async with asyncio.timeout(20):
        while True:
            news = (await door.http.get(f"/demo/telephone/calls/{call}/heard?after={after}")).json()
            after = news["next"]
            if any(wanted in thing["text"] or wanted == thing["kind"] for thing in news["heard"]):
                return after


async def act(door: Door, call: str, name: str, value: str = "") -> None:
    response = await door.http.post(f"/demo/telephone/calls/{call}/acts", json={"act": name, "value": value})
    assert response.status_code == 204


async def test_a_call_from_the_page_to_the_intervenant_and_back(door: Door, exchange: Exchange) -> None:
    call = (await door.http.post("/demo/telephone/calls", json={"line": "info_social"})).json()["call"]
    after = await hear(door, call, "Info-Social")
    await act(door, call, "speech", "je veux mourir")
    after = await hear(door, call, HeardKind.QUEUE.value, after)
    (entry,) = await door.services.desk.waiting(STAFF)
    contact_id = await door.services.desk.claim(STAFF, entry.handoff_id)
    after = await hear(door, call, HeardKind.CONVERSATION.value, after)
    await door.services.desk.say(STAFF, contact_id, "1", "Bonjour, je suis là.")
    after = await hear(door, call, "Bonjour, je suis là.", after)
    await act(door, call, "speech", "merci de répondre")
    async with asyncio.timeout(10), door.services.events.subscribe(f"contact:{contact_id}") as subscription:
        while "merci de répondre" not in await words_of_person(door, contact_id):
            await subscription.next(0.1)
    await door.services.desk.close(STAFF, entry.handoff_id, "fini")
    await hear(door, call, HeardKind.END.value, after)


async def words_of_person(door: Door, contact_id: str) -> list[str]:
    async with door.services.sessions.read() as session:
        contact = await door.services.record.contact(session, contact_id)
        turns = await door.services.record.turns(session, contact)
    return [turn.text for turn in turns if turn.author is Author.PERSON]


async def test_hanging_up_from_the_page_ends_the_call(door: Door, exchange: Exchange) -> None:
    call = await exchange.open(Line.PREVENTION_SUICIDE)
    after = await hear(door, call, HeardKind.QUEUE.value)
    await act(door, call, "hang_up")
    await hear(door, call, HeardKind.END.value, after)
    (entry,) = await door.services.desk.waiting(STAFF)
    assert entry.person_left_at is not None
    async with door.services.sessions.read() as session:
        assert await open_of_contact(session, entry.contact_id) is not None


@pytest.mark.parametrize(("name", "value"), [("key", "A"), ("key", "12"), ("explode", "")])
async def test_what_is_not_a_telephones_is_refused(door: Door, exchange: Exchange, name: str, value: str) -> None:
    call = await exchange.open(Line.INFO_SOCIAL)
    response = await door.http.post(f"/demo/telephone/calls/{call}/acts", json={"act": name, "value": value})
    assert response.status_code == 422


async def test_unknown_calls_and_lines(door: Door, exchange: Exchange) -> None:
    assert (await door.http.get("/demo/telephone/calls/nobody/heard")).status_code == 404
    assert (await door.http.post("/demo/telephone/calls", json={"line": "autre"})).status_code == 422


async def test_phones_are_counted(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.simulated.exchange.PHONES_AT_MOST", 1)
    await exchange.open(Line.INFO_SOCIAL)
    with pytest.raises(TooManyPhones):
        await exchange.open(Line.INFO_SOCIAL)


async def test_the_page_has_no_inline_script_and_says_that_nobody_answers(door: Door, exchange: Exchange) -> None:
    response = await door.http.get("/demo/telephone")
    assert "script-src 'self'" in response.headers["content-security-policy"]
    assert page_texts()["danger"].split(".")[0] in response.text
    assert re.findall(r"<script(?![^>]*src=)|<style|\son\w+=|style=", response.text) == []
    assert 'role="log"' in response.text
    for name in ("phone.js", "phone.css"):
        assert (await door.http.get(f"/demo/telephone/{name}")).status_code == 200


async def test_the_page_shows_who_is_on_the_line_and_hold(door: Door, exchange: Exchange) -> None:
    call = await exchange.open(Line.PREVENTION_SUICIDE)
    await hear(door, call, HeardKind.QUEUE.value)
    news = (await door.http.get(f"/demo/telephone/calls/{call}/heard")).json()
    assert news["standing"] == {"waiting": True, "held": False, "silent": False, "members": []}
    (entry,) = await door.services.desk.waiting(STAFF)
    await door.services.desk.claim(STAFF, entry.handoff_id)
    await hear(door, call, HeardKind.CONVERSATION.value)
    phone = exchange.phone(call)
    live = door.network.conferences.live(entry.contact_id)
    assert live is not None
    door.network.conferences.hold(live.sid, phone.sid, held=True, url="", method="POST")
    await hear(door, call, HeardKind.HOLD.value)
    news = (await door.http.get(f"/demo/telephone/calls/{call}/heard")).json()
    assert (news["standing"]["waiting"], news["standing"]["held"]) == (False, True)
    assert {"who": page_texts()["membres"]["soi"], "held": True, "muted": False} in news["standing"]["members"]


async def test_who_comes_wakes_the_page(door: Door, exchange: Exchange) -> None:
    call = await exchange.open(Line.PREVENTION_SUICIDE)
    await hear(door, call, HeardKind.QUEUE.value)
    (entry,) = await door.services.desk.waiting(STAFF)
    await door.services.desk.claim(STAFF, entry.handoff_id)
    after = await hear(door, call, HeardKind.CONVERSATION.value)
    asked = asyncio.create_task(exchange.heard(call, after + 100, 15.0))
    door.network.conferences.enter(entry.contact_id, Participant("CA" + "9" * 32))
    async with asyncio.timeout(5):
        assert await asked == ([], False)


async def test_the_page_chooses_who_answers_outside(door: Door, exchange: Exchange, settings: Settings) -> None:
    number = settings.fallback_numbers["info_social"][0]
    page = await door.http.get("/demo/telephone")
    assert f'data-number="{number}"' in page.text
    chosen = {"number": number, "behaviour": "mailbox"}
    assert (await door.http.post("/demo/telephone/outside", json=chosen)).status_code == 204
    assert (await door.http.post("/demo/telephone/outside", json={"behaviour": "busy"})).status_code == 204
    assert door.network.dial(number) is OutsidePhone.MAILBOX
    assert door.network.dial("+18195550188") is OutsidePhone.BUSY
    assert door.network.dial("client:staff-1") is OutsidePhone.NO_ANSWER


@pytest.mark.parametrize(
    ("chosen", "status"),
    [
        ({"number": "+15145550000", "behaviour": "busy"}, 404),
        ({"behaviour": "rings"}, 422),
        ({"behaviour": "explodes"}, 422),
    ],
)
async def test_no_other_choice_is_taken(door: Door, exchange: Exchange, chosen: dict[str, str], status: int) -> None:
    assert (await door.http.post("/demo/telephone/outside", json=chosen)).status_code == status
    assert door.network.others_outside is OutsidePhone.NO_ANSWER


def answer_of_terminal(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/calls"):
        return httpx.Response(201, json={"call": "x"})
    if request.url.path.endswith("/acts"):
        return httpx.Response(204)
    heard = [
        {"kind": "alerte", "text": "call: Dial without timeout"},
        {"kind": "voix", "text": "Bonjour."},
        {"kind": "voix", "text": "Pour une urgence", "cut": True},
        {"kind": "fin", "text": ""},
    ]
    after = int(request.url.params["after"])
    return httpx.Response(200, json={"heard": heard[after:], "next": 4, "over": after >= 4})


def test_the_terminal_writes_what_is_heard(settings: Settings) -> None:
    screen = io.StringIO()
    http = httpx.Client(transport=httpx.MockTransport(answer_of_terminal), base_url="http://x")
    status = run_terminal_phone(settings, "info_social", io.StringIO("2\n\nbonjour\nraccrocher\n"), screen, http)
    assert status == 0
    assert "Ligne : Bonjour.\n" in screen.getvalue()
    assert f"Ligne : Pour une urgence {page_texts()['coupe']}\n" in screen.getvalue()
    assert f"{page_texts()['genres']['alerte']} : call: Dial without timeout" in screen.getvalue()
    assert "[L'appel est terminé.]" in screen.getvalue()


def test_the_terminal_says_when_the_service_is_away(settings: Settings) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    screen = io.StringIO()
    http = httpx.Client(transport=httpx.MockTransport(refuse), base_url="http://x")
    assert run_terminal_phone(settings, "info_social", io.StringIO(), screen, http) == 1
    assert "make run" in screen.getvalue()
    assert run_terminal_phone(settings, "autre", io.StringIO(), screen) == 1


def test_outside_demo_mode_there_is_no_simulated_network(settings: Settings) -> None:
    settings.demo = False
    telephony = build_telephony(settings)
    assert telephony.network is None
    settings.host = "0.0.0.0"  # noqa: S104
    assert local_origin(settings) == "http://127.0.0.1:8000"
