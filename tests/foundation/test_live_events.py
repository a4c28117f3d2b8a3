"""Live events: they leave with the commit, not before, and never without it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import make_url

from foundation.database import create_engine
from foundation.live_events import RESYNC, LiveEvent, LiveEvents, listen_to_postgresql
from foundation.logging import MaskNumbers
from foundation.sessions import Sessions


async def test_an_event_comes_after_the_commit_and_not_after_a_rollback(sqlite_url: str) -> None:
    hub = LiveEvents()
    sessions = Sessions(create_engine(sqlite_url), hub)
    async with hub.subscribe("queue") as subscription:
        async with sessions.write() as session:
            session.announce("queue", "opened", "h1")
            assert await subscription.next(0.01) is None
        assert await subscription.next(1) == LiveEvent("queue", "opened", "h1")
        with pytest.raises(RuntimeError, match="the work fails"):
            await announce_and_fail(sessions)
        assert await subscription.next(0.01) is None
    await sessions.engine.dispose()


async def announce_and_fail(sessions: Sessions) -> None:
    async with sessions.write() as session:
        session.announce("queue", "opened", "h2")
        raise RuntimeError("the work fails")


async def test_a_slow_subscriber_is_told_to_resync() -> None:
    hub = LiveEvents()
    async with hub.subscribe("queue") as subscription:
        for number in range(200):
            hub.publish(LiveEvent("queue", "opened", str(number)))
        heard = []
        while (event := await subscription.next(0.01)) is not None:
            heard.append(event.name)
    assert RESYNC in heard
    assert len(heard) < 200


async def test_postgresql_carries_events_between_processes(postgres_url: str) -> None:
    here, there = LiveEvents(), LiveEvents()
    sessions = Sessions(create_engine(postgres_url), here)
    conninfo = make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    async with there.subscribe("queue") as subscription:
        task = asyncio.create_task(listen_to_postgresql(there, conninfo))
        assert (await subscription.next(10)) == LiveEvent("queue", RESYNC)
        async with sessions.write() as session:
            session.announce("queue", "opened", "h1")
        assert await subscription.next(10) == LiveEvent("queue", "opened", "h1")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await sessions.engine.dispose()


async def test_a_lost_listen_resyncs() -> None:
    hub = LiveEvents()
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.Event().wait()

    async with hub.subscribe("queue") as subscription:
        task = asyncio.create_task(listen_to_postgresql(hub, "host=127.0.0.1 port=1 connect_timeout=1", pause))
        assert await subscription.next(10) == LiveEvent("queue", RESYNC)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_number_that_slips_into_a_log_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    import logging

    record = logging.LogRecord("x", logging.INFO, "f", 1, "appel de %s, 3 fois", ("+1 819 555-0199",), None)
    MaskNumbers().filter(record)
    assert record.getMessage() == "appel de [masqué], 3 fois"
