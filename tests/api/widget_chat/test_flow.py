"""A visit from its first word to its end, as the browser sees it."""

from __future__ import annotations

import asyncio

import httpx
from fastapi import FastAPI
from sqlalchemy import func, select, update

from api.widget_chat import mount
from api.widget_chat.tables import VisitorSession
from api.widget_chat.vanished import note_the_vanished
from api.widget_chat.visits import forget_unused
from foundation.clock import ManualClock
from tests.api.widget_chat.conftest import Visitor
from tests.fixtures.scripted import ScriptedRouter
from triage.handoff.service import Actor
from triage.handoff.states import HandoffState, PresenceState
from triage.handoff.tables import Handoff
from triage.record.tables import Contact, Holder
from triage.services import Services
from triage.signals import RiskLevel

RISK = "je veux mourir"


async def the_handoff(services: Services) -> Handoff:
    async with services.sessions.read() as session:
        return (await session.execute(select(Handoff))).scalar_one()


async def the_contact(services: Services) -> Contact:
    async with services.sessions.read() as session:
        return (await session.execute(select(Contact))).scalar_one()


def texts_by_author(turns: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(turn["author"], turn["text"]) for turn in turns]


async def test_an_opened_page_is_greeted_and_is_no_contact(http: httpx.AsyncClient, services: Services) -> None:
    opened = await Visitor(http).open()
    greeting = opened["turns"][0]
    assert greeting["number"] == 0
    assert "automatique" in greeting["text"]
    assert "911" in greeting["text"]
    async with services.sessions.read() as session:
        assert (await session.execute(select(func.count()).select_from(Contact))).scalar_one() == 0


async def test_the_token_is_not_kept(visitor: Visitor, services: Services) -> None:
    async with services.sessions.read() as session:
        stored = (await session.execute(select(VisitorSession.token_hash))).scalar_one()
    assert stored != visitor.token
    assert visitor.token not in stored


async def test_a_page_never_written_on_is_forgotten(visitor: Visitor, services: Services, clock: ManualClock) -> None:
    writer = Visitor(visitor.http)
    await writer.open()
    await writer.say(RISK)
    clock.advance(25 * 3600)
    await forget_unused(services)
    async with services.sessions.read() as session:
        kept = (await session.execute(select(VisitorSession.contact_id))).scalars().all()
    assert kept == [(await the_contact(services)).id]


async def test_the_bot_answers(visitor: Visitor) -> None:
    answer = (await visitor.say("À quelle heure ouvrez-vous ?", "message-1")).json()
    assert [turn["author"] for turn in answer["turns"]] == ["person", "bot"]
    assert answer["turns"][0]["client_id"] == "message-1"
    assert answer["state"]["state"] == "bot"


async def test_a_risk_reaches_a_person_and_the_bot_falls_silent(
    visitor: Visitor, services: Services, router: ScriptedRouter
) -> None:
    answer = (await visitor.say(RISK)).json()
    assert answer["state"] == {
        "state": "waiting",
        "at_risk": True,
        "numbers": [
            {"label": "Urgence", "number": "911", "href": "tel:911"},
            {"label": "Prévention du suicide", "number": "1 866 277-3553", "href": "tel:+18662773553"},
        ],
    }
    more = (await visitor.say("Il fait noir")).json()
    assert [turn["author"] for turn in more["turns"]] == ["person"]
    assert router.asked == []
    assert (await the_handoff(services)).level is RiskLevel.RISK


async def test_nothing_of_the_level_or_the_kind_goes_to_the_browser(visitor: Visitor) -> None:
    answer = (await visitor.say("j'ai tout avalé")).text
    assert "imminent" not in answer
    assert "medical" not in answer
    assert "1 800 463-5060" in answer


async def test_the_suicide_line_is_a_signal_and_sends_nobody_back_to_itself(
    http: httpx.AsyncClient, services: Services
) -> None:
    visitor = Visitor(http)
    opened = await visitor.open("prevention_suicide")
    assert "1 866 277-3553" not in str(opened["state"])
    answer = (await visitor.say("Bonjour")).json()
    assert answer["state"]["at_risk"] is True
    assert "277-3553" not in str(answer["state"])
    handoff = await the_handoff(services)
    assert handoff.level is RiskLevel.RISK


async def test_the_button_reaches_a_person(visitor: Visitor, services: Services) -> None:
    answer = await visitor.http.post("/chat/person", json={"client_id": "button-1"}, headers=visitor.headers)
    assert answer.json()["state"]["state"] == "waiting"
    assert answer.json()["state"]["at_risk"] is False
    assert (await the_handoff(services)).state is HandoffState.WAITING


async def test_two_first_messages_at_once_open_one_contact(visitor: Visitor, services: Services) -> None:
    answers = await asyncio.gather(*(visitor.say(f"Bonjour {n}", f"message-{n}") for n in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert (await the_contact(services)).last_person_turn > 0


async def test_the_intervenant_and_the_visitor_talk(
    visitor: Visitor, services: Services, intervenant: Actor, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    contact_id = await services.desk.claim(intervenant, (await the_handoff(services)).id)
    await services.desk.say(intervenant, contact_id, "staff-message-1", "Bonsoir, je suis là.")
    seen = await visitor.turns(after=2)
    assert texts_by_author(seen["turns"]) == [("intervenant", "Bonsoir, je suis là.")]
    assert seen["turns"][0]["client_id"] is None
    assert seen["state"]["state"] == "with_person"

    clock.advance(9)
    assert (await visitor.turns())["state"]["state"] == "intervenant_in_doubt"
    await services.desk.be_present(intervenant, PresenceState.AVAILABLE)
    assert (await visitor.turns())["state"]["state"] == "with_person"

    await services.desk.close(intervenant, (await the_handoff(services)).id, "referred")
    assert (await visitor.turns())["state"]["state"] == "closed"
    again = (await visitor.say("Encore une chose")).json()
    assert again["state"]["state"] == "waiting"


async def test_a_visitor_at_risk_who_leaves_stays_in_the_queue_and_may_come_back(
    visitor: Visitor, services: Services
) -> None:
    await visitor.say(RISK)
    await visitor.leave()
    left = await the_handoff(services)
    assert left.state is HandoffState.LEFT
    assert left.recall_possible is False
    await visitor.turns()
    back = await the_handoff(services)
    assert back.state is HandoffState.WAITING
    assert back.person_left_at is None


async def test_a_visitor_of_the_bot_who_leaves_closes_the_contact(visitor: Visitor, services: Services) -> None:
    await visitor.say("Bonjour")
    await visitor.leave()
    assert (await the_contact(services)).holder is Holder.CLOSED


async def test_a_visitor_without_a_sign_for_a_minute_has_left(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    clock.advance(59)
    await note_the_vanished(services)
    assert (await the_handoff(services)).state is HandoffState.WAITING
    clock.advance(2)
    await asyncio.gather(*(note_the_vanished(services) for _ in range(3)))
    left = await the_handoff(services)
    assert left.state is HandoffState.LEFT
    version = left.version
    await note_the_vanished(services)
    assert (await the_handoff(services)).version == version


async def test_a_stop_between_the_two_parts_of_vanishing_loses_nobody(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    clock.advance(61)
    async with services.sessions.write() as session:
        await session.execute(update(VisitorSession).values(left_at=clock.now()))
    await note_the_vanished(services)
    assert (await the_handoff(services)).state is HandoffState.LEFT


async def test_below_risk_ten_minutes_without_a_sign_end_the_waiting(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    await visitor.http.post("/chat/person", json={}, headers=visitor.headers)
    clock.advance(601)
    await note_the_vanished(services)
    assert (await the_handoff(services)).state is HandoffState.ABANDONED
    answer = (await visitor.say("Je suis revenu")).json()
    assert answer["state"]["state"] == "waiting"


async def test_on_both_databases_first_messages_leaving_and_coming_back(
    services_on_both: Services, clock: ManualClock
) -> None:
    app = FastAPI()
    app.state.services = services_on_both
    mount(app, services_on_both.settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://relais.test") as http:
        visitor = Visitor(http)
        await visitor.open()
        answers = await asyncio.gather(*(visitor.say(RISK, f"message-{n}") for n in range(6)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await the_contact(services_on_both)).last_person_turn > 0
        clock.advance(61)
        await asyncio.gather(*(note_the_vanished(services_on_both) for _ in range(3)))
        assert (await the_handoff(services_on_both)).state is HandoffState.LEFT
        seen = await asyncio.gather(*(visitor.turns() for _ in range(4)))
        assert {turns["state"]["state"] for turns in seen} == {"waiting"}
        assert (await the_handoff(services_on_both)).person_left_at is None
