"""Transactions: opened and committed at the edge, never inside a service.

Two types, so that the type checker sees who writes: a function that takes a ReadSession cannot be
given the right to write by accident. Live events leave with the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from foundation.live_events import CHANNEL, LiveEvent, LiveEvents


class Contention(Exception):
    """Another writer holds or has moved the row: nothing was written, and it may be tried again."""


# PostgreSQL: lock_not_available, deadlock_detected, serialization_failure.
_CONTENDED = frozenset({"55P03", "40P01", "40001"})


class ReadSession(AsyncSession):
    """A transaction that only reads."""


class WriteSession(ReadSession):
    """A short write transaction. Nothing waits on a network or a model while one is open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.announced: list[LiveEvent] = []

    async def change(self, statement: Update | Delete) -> int:
        """How many rows a conditional change touched: 0 says that somebody came first."""
        result = await self.execute(statement, execution_options={"synchronize_session": False})
        return cast("CursorResult[Any]", result).rowcount

    def announce(self, topic: str, name: str, ref: str = "") -> None:
        """Tell the open pages, once and only if this transaction commits."""
        event = LiveEvent(topic, name, ref)
        if event not in self.announced:
            self.announced.append(event)


class Sessions:
    """Opens the transactions of one process."""

    def __init__(self, engine: AsyncEngine, events: LiveEvents) -> None:
        self.engine = engine
        self.events = events
        self._notifies = engine.dialect.name == "postgresql"
        # SQLite's writers poll for the one write lock, without an order: here they take their turn.
        self._turn: AbstractAsyncContextManager[object] = (
            asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )
        reading = engine.execution_options(relais_reading=True)
        self._read = async_sessionmaker(reading, class_=ReadSession, expire_on_commit=False)
        self._write = async_sessionmaker(engine, class_=WriteSession, expire_on_commit=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        async with self._read() as session, session.begin():
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """One write transaction. Raises Contention when another writer holds a row for too long."""
        try:
            async with self._written() as session:
                yield session
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in _CONTENDED:
                raise Contention(type(error).__name__) from error
            raise

    @asynccontextmanager
    async def _written(self) -> AsyncIterator[WriteSession]:
        async with self._turn, self._write() as session:
            async with session.begin():
                yield session
                if self._notifies:
                    for event in session.announced:
                        await session.execute(
                            text("SELECT pg_notify(:channel, :payload)"),
                            {"channel": CHANNEL, "payload": event.to_json()},
                        )
            if not self._notifies:
                for event in session.announced:
                    self.events.publish(event)
