"""On PostgreSQL a row held by another process is not waited for longer than a caller would wait."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from foundation.database import create_engine
from foundation.live_events import LiveEvents
from foundation.sessions import Contention, Sessions

HOLD = text("SELECT pg_advisory_xact_lock(7)")


async def wait_for_it(sessions: Sessions) -> None:
    async with sessions.write() as session:
        await session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        await session.execute(HOLD)


async def test_a_held_row_is_contention_and_not_an_endless_wait(postgres_url: str) -> None:
    sessions = Sessions(create_engine(postgres_url), LiveEvents())
    async with sessions.write() as holder:
        await holder.execute(HOLD)
        with pytest.raises(Contention):
            await wait_for_it(sessions)
    await sessions.engine.dispose()


async def test_a_process_frozen_in_a_transaction_is_ended_by_the_server(postgres_url: str) -> None:
    sessions = Sessions(create_engine(postgres_url), LiveEvents())
    async with sessions.read() as session:
        idle = (await session.execute(text("SHOW idle_in_transaction_session_timeout"))).scalar_one()
        lock = (await session.execute(text("SHOW lock_timeout"))).scalar_one()
    assert (idle, lock) == ("5s", "3s")
    await sessions.engine.dispose()
