"""Failures, races and absences in the middle of a visit: who was told that help comes keeps their place."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from api.widget_chat import mount, visits
from api.widget_chat.rate_limit import ADDRESS_BURST, OPENING_BURST, SESSION_BURST
from api.widget_chat.service import ChatDoor
from api.widget_chat.texts import TEXTS
from api.widget_chat.vanished import note_the_vanished
from api.widget_chat.visits import Visit, arrive, give_sign
from foundation.clock import ManualClock
from tests.api.widget_chat.conftest import Visitor
from tests.fixtures.scripted import ScriptedRouter
from triage.handoff import queue
from triage.handoff import service as handoffs
from triage.handoff.service import ChangedMeanwhile
from triage.handoff.states import HandoffReason, HandoffState, Role
from triage.handoff.tables import Handoff
from triage.interventions.types import InterventionType
from triage.services import Services
from triage.signals import RiskKind, RiskLevel
from triage.turn import IncomingTurn, Outcome

RISK = "je veux mourir"
CRISE = "je fais une crise de panique"
TEN_MINUTES = 600
# What httpx gives as the client's address without a network.
ADDRESS = "127.0.0.1"


@pytest.fixture
async def on_suicide_line(http: httpx.AsyncClient, door: ChatDoor) -> Visitor:
    visitor = Visitor(http)
    await visitor.open("prevention_suicide")
    return visitor


async def visit_of(services: Services, visitor: Visitor) -> Visit:
    visit = await arrive(services, visitor.token, wait_again=False)
    assert visit is not None
    return visit


async def last_handoff(services: Services, visitor: Visitor) -> Handoff:
    """The last one, read without giving any sign."""
    visit = Visit(visits.hash_of(visitor.token), visits.Line.INFO_SOCIAL, None)
    async with services.sessions.read() as session:
        contact_id = await visits.contact_now(session, visit)
        assert contact_id is not None
        handoff = await handoffs.last_of_contact(session, contact_id)
    assert handoff is not None
    return handoff


async def waiting(services: Services) -> list[str]:
    async with services.sessions.read() as session:
        return [handoff.contact_id for handoff in await queue.waiting(session, services.clock.now())]


async def ask_person(visitor: Visitor) -> httpx.Response:
    return await visitor.http.post("/chat/person", json={}, headers=visitor.headers)


def before_leaving(services: Services, monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[object]]) -> None:
    """`act` takes place after a departure was noted and before the queue is told."""
    leave = services.leaving.leave

    async def leave_later(*given: object, **named: object) -> None:
        await act()
        await leave(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(services.leaving, "leave", leave_later)


async def test_the_suicide_line_stays_a_signal_when_the_first_turn_fails(
    on_suicide_line: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(turn: IncomingTurn) -> Outcome:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(services.conversation, "handle_turn", fail)
        assert (await on_suicide_line.say("Bonjour", "message-1")).status_code == 503
    assert (await on_suicide_line.say("Bonjour", "message-1")).json()["state"]["at_risk"] is True
    handoff = await last_handoff(services, on_suicide_line)
    assert handoff.level is RiskLevel.RISK
    await on_suicide_line.say("Êtes-vous là ?")
    async with services.sessions.read() as session:
        contact = await services.record.contact(session, handoff.contact_id)
        kinds = [opened.signal.kind for opened in await services.record.signals(session, contact)]
    assert kinds == [RiskKind.LINE]


async def test_on_the_suicide_line_the_first_words_are_never_too_many(
    on_suicide_line: Visitor, services: Services, door: ChatDoor
) -> None:
    for n in range(ADDRESS_BURST):
        assert door.limits.may_send(f"page-{n}", ADDRESS)
    assert not door.limits.may_send("one-more", ADDRESS)
    assert (await on_suicide_line.say("Bonjour")).status_code == 200
    assert (await last_handoff(services, on_suicide_line)).level is RiskLevel.RISK
    assert (await on_suicide_line.say("Encore")).status_code == 429


async def test_on_the_suicide_line_a_page_always_opens(http: httpx.AsyncClient, door: ChatDoor) -> None:
    for _ in range(OPENING_BURST):
        assert door.limits.may_open(ADDRESS)
    refused = await http.post("/chat/sessions", json={"line": "info_social"})
    assert refused.status_code == 429
    assert refused.json()["numbers"][0]["number"] == "911"
    await Visitor(http).open("prevention_suicide")


async def test_a_visitor_back_while_they_are_noted_as_vanished_keeps_their_place(
    visitor: Visitor, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask_person(visitor)
    clock.advance(TEN_MINUTES + 1)
    before_leaving(services, monkeypatch, visitor.turns)
    await note_the_vanished(services)
    assert (await last_handoff(services, visitor)).state is HandoffState.WAITING
    assert await give_sign(services, await visit_of(services, visitor))


async def test_a_page_opened_again_while_it_leaves_keeps_its_place(
    visitor: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask_person(visitor)
    before_leaving(services, monkeypatch, visitor.turns)
    await visitor.leave()
    assert (await last_handoff(services, visitor)).state is HandoffState.WAITING


async def test_a_departure_cut_in_its_middle_is_finished_by_the_clock(
    visitor: Visitor, services: Services, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stop() -> None:
        raise OSError

    await ask_person(visitor)
    with monkeypatch.context() as broken:
        before_leaving(services, broken, stop)
        answer = await visitor.http.post("/chat/leave", json={}, headers=visitor.headers)
        assert answer.status_code == 503
    clock.advance(61)
    await note_the_vanished(services)
    assert (await last_handoff(services, visitor)).state is HandoffState.ABANDONED


@pytest.mark.parametrize("seconds", [61, TEN_MINUTES - 1])
async def test_a_locked_screen_keeps_its_place_below_risk(
    visitor: Visitor, services: Services, clock: ManualClock, router: ScriptedRouter, seconds: int
) -> None:
    router.say(CRISE, type=InterventionType.CRISE, subtopic="crise/panique")
    await visitor.say(CRISE)
    clock.advance(seconds)
    await note_the_vanished(services)
    handoff = await last_handoff(services, visitor)
    assert handoff.person_left_at is None
    assert await waiting(services) == [handoff.contact_id]


async def test_who_comes_back_after_the_waiting_ended_waits_again_without_asking(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    await ask_person(visitor)
    clock.advance(TEN_MINUTES + 1)
    await note_the_vanished(services)
    abandoned = await last_handoff(services, visitor)
    assert abandoned.state is HandoffState.ABANDONED
    clock.advance(60)
    seen = await asyncio.gather(*(visitor.turns() for _ in range(3)))
    assert {turns["state"]["state"] for turns in seen} == {"waiting"}
    again = await last_handoff(services, visitor)
    assert again.id != abandoned.id
    assert again.reason is HandoffReason.RETURNED
    assert await waiting(services) == [abandoned.contact_id]
    said = [turn["text"] for turn in (await visitor.turns())["turns"]]
    assert said.count(TEXTS.return_turn) == 1


async def test_a_risk_written_on_coming_back_is_answered_with_its_numbers(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    await ask_person(visitor)
    clock.advance(TEN_MINUTES + 1)
    await note_the_vanished(services)
    answer = (await visitor.say(RISK)).json()
    assert answer["state"]["at_risk"] is True
    assert [turn["author"] for turn in answer["turns"]] == ["person", "bot"]
    assert (await last_handoff(services, visitor)).level is RiskLevel.RISK


async def test_leaving_twice_does_not_wait_again(visitor: Visitor, services: Services) -> None:
    await ask_person(visitor)
    await visitor.leave()
    abandoned = await last_handoff(services, visitor)
    assert abandoned.state is HandoffState.ABANDONED
    await visitor.leave()
    assert (await last_handoff(services, visitor)).id == abandoned.id


async def test_a_contact_closed_by_a_person_is_not_opened_by_looking(visitor: Visitor, services: Services) -> None:
    actor = handoffs.Actor("staff-1", Role.INTERVENANT)
    await ask_person(visitor)
    handoff = await last_handoff(services, visitor)
    await services.desk.claim(actor, handoff.id)
    await services.desk.close(actor, handoff.id, "referred")
    assert (await visitor.turns())["state"]["state"] == "closed"
    assert (await last_handoff(services, visitor)).id == handoff.id


async def test_a_sign_given_while_the_queue_moves_is_given_again(
    visitor: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.say(RISK)
    visit = await visit_of(services, visitor)
    assert visit.contact_id is not None
    await services.leaving.leave(visit.contact_id, recall_possible=False)
    come_back, moved = handoffs.come_back, []

    async def moves_once(session: object, handoff: Handoff, now: object) -> None:
        if not moved:
            moved.append(handoff.id)
            raise ChangedMeanwhile(handoff.id)
        await come_back(session, handoff, now)  # type: ignore[arg-type]

    monkeypatch.setattr(handoffs, "come_back", moves_once)
    assert await give_sign(services, visit)
    assert moved
    assert (await last_handoff(services, visitor)).state is HandoffState.WAITING


async def test_on_both_databases_leaving_vanishing_and_coming_back_cross(
    services_on_both: Services, clock: ManualClock
) -> None:
    services = services_on_both
    app = FastAPI()
    app.state.services = services
    mount(app, services.settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://relais.test") as http:
        visitor = Visitor(http)
        await visitor.open()
        await ask_person(visitor)
        for _ in range(SESSION_BURST // 4):
            clock.advance(TEN_MINUTES + 1)
            await asyncio.gather(
                note_the_vanished(services), visitor.turns(), visitor.turns(), note_the_vanished(services)
            )
            clock.advance(1)
            await asyncio.gather(visitor.leave(), visitor.turns(), note_the_vanished(services))
            clock.advance(1)
            assert (await visitor.turns())["state"]["state"] == "waiting"
            assert len(await waiting(services)) == 1
