"""The stream: resumed without loss or double, ended in time, never holding a transaction."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import httpx
from sqlalchemy import select

from api.widget_chat.service import ChatDoor
from api.widget_chat.session_token import hash_of
from api.widget_chat.stream import LAST_NUMBER, Pace, events_of, resume_after
from api.widget_chat.stream_places import PLACES
from api.widget_chat.vanished import note_the_vanished
from api.widget_chat.visits import Visit, arrive
from foundation.clock import ManualClock
from tests.api.widget_chat.conftest import PATIENCE, Visitor
from triage.handoff.service import Actor
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.services import Services

RISK = "je veux mourir"
QUICK = Pace(look_seconds=0.02, heartbeat_looks=2, sign_every=timedelta(seconds=15), lasts=timedelta(minutes=2))

Event = tuple[str, dict[str, object]]


def parsed(block: str) -> Event:
    fields = dict(line.split(": ", 1) for line in block.strip().splitlines() if not line.startswith(":"))
    return fields.get("event", "comment"), json.loads(fields.get("data", "{}"))


async def next_event(stream: AsyncIterator[str], name: str) -> Event:
    """The next event of this name."""
    async with asyncio.timeout(PATIENCE):
        async for block in stream:
            event = parsed(block)
            if event[0] == name:
                return event
    raise AssertionError(f"the stream ended without {name}")


async def visit_of(services: Services, visitor: Visitor) -> Visit:
    visit = await arrive(services, visitor.token)
    assert visit is not None
    return visit


async def handoff_of(services: Services) -> Handoff:
    async with services.sessions.read() as session:
        return (await session.execute(select(Handoff))).scalar_one()


async def test_it_tells_all_then_what_is_new(visitor: Visitor, services: Services, door: ChatDoor) -> None:
    await visitor.say("Bonjour")
    async with aclosing(events_of(door, await visit_of(services, visitor), -1, QUICK)) as stream:
        numbers = [(await next_event(stream, "turn"))[1]["number"] for _ in range(3)]
        assert numbers == [0, 1, 2]
        assert (await next_event(stream, "state"))[1]["state"] == "bot"
        await visitor.say(RISK)
        assert (await next_event(stream, "turn"))[1]["text"] == RISK
        assert (await next_event(stream, "state"))[1]["at_risk"] is True


async def test_it_resumes_after_the_last_turn_without_loss_or_double(
    visitor: Visitor, services: Services, door: ChatDoor, intervenant: Actor
) -> None:
    await visitor.say(RISK)
    contact_id = await services.desk.claim(intervenant, (await handoff_of(services)).id)
    seen: list[object] = []
    last = -1
    for n in range(6):
        await services.desk.say(intervenant, contact_id, f"staff-message-{n}", f"Phrase {n}")
        async with aclosing(events_of(door, await visit_of(services, visitor), last, QUICK)) as stream:
            _, turn = await next_event(stream, "turn")
            seen.append(turn["number"])
            last = int(str(turn["number"]))
    async with aclosing(events_of(door, await visit_of(services, visitor), last, QUICK)) as stream:
        while len(seen) < 9:
            seen.append((await next_event(stream, "turn"))[1]["number"])
    assert seen == list(range(9))


async def test_a_lost_live_event_only_delays(visitor: Visitor, services: Services, door: ChatDoor) -> None:
    await visitor.say("Bonjour")
    async with aclosing(events_of(door, await visit_of(services, visitor), 2, QUICK)) as stream:
        await next_event(stream, "state")
        services.events.publish = lambda event: None  # type: ignore[method-assign]
        await visitor.say("Encore")
        assert (await next_event(stream, "turn"))[1]["text"] == "Encore"


async def test_the_visitor_is_told_that_the_link_of_the_intervenant_is_cut(
    visitor: Visitor, services: Services, door: ChatDoor, intervenant: Actor, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    await services.desk.claim(intervenant, (await handoff_of(services)).id)
    async with aclosing(events_of(door, await visit_of(services, visitor), 2, QUICK)) as stream:
        assert (await next_event(stream, "state"))[1]["state"] == "with_person"
        clock.advance(10)
        assert (await next_event(stream, "state"))[1]["state"] == "intervenant_in_doubt"


async def test_a_quiet_stream_gives_a_heartbeat(visitor: Visitor, services: Services, door: ChatDoor) -> None:
    async with aclosing(events_of(door, await visit_of(services, visitor), 0, QUICK)) as stream:
        assert (await next_event(stream, "comment"))[0] == "comment"


async def test_it_ends_in_time_with_a_word_to_reconnect(
    visitor: Visitor, services: Services, door: ChatDoor, clock: ManualClock
) -> None:
    async with aclosing(events_of(door, await visit_of(services, visitor), 0, QUICK)) as stream:
        await next_event(stream, "state")
        clock.advance(121)
        assert [parsed(block)[0] async for block in stream][-1] == "reconnect"


async def test_an_open_stream_is_a_sign_of_life(
    visitor: Visitor, services: Services, door: ChatDoor, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    async with aclosing(events_of(door, await visit_of(services, visitor), 2, QUICK)) as stream:
        await next_event(stream, "state")
        for _ in range(4):
            clock.advance(20)
            await next_event(stream, "comment")
            await next_event(stream, "comment")
            await note_the_vanished(services)
    assert (await handoff_of(services)).state is HandoffState.WAITING


async def test_an_open_stream_brings_back_one_wrongly_taken_for_gone(
    visitor: Visitor, services: Services, door: ChatDoor, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    visit = await visit_of(services, visitor)
    async with aclosing(events_of(door, visit, 2, QUICK)) as stream:
        await next_event(stream, "state")
        assert visit.contact_id is not None
        await services.leaving.leave(visit.contact_id, recall_possible=False)
        clock.advance(16)
        await next_event(stream, "comment")
        await next_event(stream, "comment")
    assert (await handoff_of(services)).state is HandoffState.WAITING


async def test_leaving_ends_the_stream_and_it_brings_nobody_back(
    visitor: Visitor, services: Services, door: ChatDoor, clock: ManualClock
) -> None:
    await visitor.say(RISK)
    async with aclosing(events_of(door, await visit_of(services, visitor), 2, QUICK)) as stream:
        await next_event(stream, "state")
        await visitor.leave()
        clock.advance(16)
        assert [parsed(block)[0] async for block in stream][-1] == "reconnect"
    assert (await handoff_of(services)).state is HandoffState.LEFT


async def test_the_first_message_sends_the_stream_to_its_contact(
    visitor: Visitor, services: Services, door: ChatDoor
) -> None:
    async with aclosing(events_of(door, await visit_of(services, visitor), 0, QUICK)) as stream:
        await next_event(stream, "state")
        await visitor.say("Bonjour")
        names = [parsed(block)[0] async for block in stream]
    assert names.count("turn") == 2
    assert names[-1] == "reconnect"


async def test_too_many_streams_of_a_visitor_end_the_oldest(door: ChatDoor) -> None:
    token_hash = hash_of("somebody")
    taken = [door.places.take(token_hash) for _ in range(PLACES + 1)]
    must_end = [place.__enter__() for place in taken]
    assert [event.is_set() for event in must_end] == [True] + [False] * PLACES
    for place in taken:
        place.__exit__(None, None, None)
    with door.places.take(token_hash) as event:
        assert not event.is_set()


async def test_over_http_it_streams_and_resumes_by_last_event_id(visitor: Visitor, server: str) -> None:
    await visitor.say("Bonjour")
    headers = visitor.headers | {"Last-Event-ID": "1"}
    async with (
        httpx.AsyncClient(base_url=server) as http,
        asyncio.timeout(PATIENCE),
        http.stream("GET", "/chat/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        lines = answer.aiter_lines()
        assert await anext(lines) == "id: 2"
        await visitor.say(RISK)
        async for line in lines:
            if RISK in line:
                break


def test_a_last_event_id_out_of_all_bounds_resumes_somewhere() -> None:
    assert resume_after("9" * 25, 3) == LAST_NUMBER
    assert resume_after("abc", 3) == 3
    assert resume_after("7", 3) == 7
