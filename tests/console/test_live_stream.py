from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing

import pytest
from sqlalchemy import select

from console import staff_sessions
from console.live_stream import LIFE, RETRY_LINE, desk_stream
from console.tables import StaffSession
from foundation.clock import ManualClock
from tests.console.conftest import Arrive, Colleague, Meet
from triage.services import Services

HandoffOf = Callable[[str], Awaitable[str]]
SOON = 5.0


Started = Callable[[Colleague], Awaitable[AsyncIterator[str]]]


@pytest.fixture
async def started(services: Services) -> AsyncIterator[Started]:
    """The stream of somebody, after its first words."""
    async with AsyncExitStack() as stack:

        async def start(colleague: Colleague) -> AsyncIterator[str]:
            stream = await stack.enter_async_context(aclosing(await stream_of(services, colleague)))
            assert [await next_line(stream) for _ in range(3)] == [RETRY_LINE, event("queue"), event("mine")]
            return stream

        yield start


async def stream_of(services: Services, colleague: Colleague) -> AsyncGenerator[str]:
    async with services.sessions.read() as session:
        found = select(StaffSession.id).where(StaffSession.staff_id == colleague.staff_id)
        session_id = (await session.execute(found)).scalar_one()
    return desk_stream(services, session_id, colleague.staff_id)


async def next_line(stream: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(anext(stream), SOON)


def event(name: str) -> str:
    return f"event: {name}\ndata: {name}\n\n"


async def test_a_new_handoff_is_told(services: Services, started: Started, meet: Meet, arrive: Arrive) -> None:
    stream = await started(await meet("alice"))
    waiting = asyncio.ensure_future(next_line(stream))
    await arrive("je veux mourir")
    assert await waiting == event("queue")


async def test_the_turns_of_a_contact_taken_meanwhile_are_told(
    services: Services, started: Started, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    alice = await meet("alice")
    contact = await arrive("je veux mourir")
    stream = await started(alice)
    waiting = asyncio.ensure_future(next_line(stream))
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    lines = [await waiting]
    while lines[-1] != event(f"contact-{contact}"):
        lines.append(await next_line(stream))
    waiting = asyncio.ensure_future(next_line(stream))
    await arrive("êtes-vous là?", contact_id=contact)
    assert await waiting == event(f"contact-{contact}")


async def test_a_colleague_is_not_told_of_my_contact(
    services: Services, started: Started, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    alice, bruno = await meet("alice"), await meet("bruno")
    contact = await arrive("je veux mourir")
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    stream = await started(bruno)
    waiting = asyncio.ensure_future(next_line(stream))
    await arrive("êtes-vous là?", contact_id=contact)
    await arrive("j'ai tout avalé")
    assert await waiting == event("queue")


async def test_the_stream_ends_with_the_sign_in(services: Services, started: Started, meet: Meet) -> None:
    alice = await meet("alice")
    stream = await started(alice)
    waiting = asyncio.ensure_future(next_line(stream))
    await alice.post("/console/deconnexion")
    assert await waiting == event("queue")
    with pytest.raises(StopAsyncIteration):
        await next_line(stream)


async def test_an_unknown_session_is_told_nothing(services: Services) -> None:
    stream = desk_stream(services, staff_sessions.id_of("rien"), "personne")
    assert [line async for line in stream] == [RETRY_LINE]


async def test_after_ten_minutes_the_page_is_asked_to_come_back(
    services: Services, started: Started, meet: Meet, arrive: Arrive, clock: ManualClock
) -> None:
    stream = await started(await meet("alice"))
    waiting = asyncio.ensure_future(next_line(stream))
    await arrive("je veux mourir")
    clock.advance(LIFE.total_seconds())
    assert await waiting == event("queue")
    assert await next_line(stream) == event("reconnect")
    with pytest.raises(StopAsyncIteration):
        await next_line(stream)
    assert not services.events._subscriptions
