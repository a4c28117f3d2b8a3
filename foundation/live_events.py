"""Live events: what tells an open page that something changed.

An event carries ids only; the page fetches again. On SQLite they travel inside the process; on
PostgreSQL they leave with the commit by NOTIFY and come back by LISTEN, so that every replica hears.
A subscriber that falls behind, or a lost LISTEN, gets RESYNC: fetch everything again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import psycopg

log = logging.getLogger(__name__)

CHANNEL = "relais_live"
RESYNC = "resync"
_QUEUE_SIZE = 64


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """`topic` is who listens ("queue", "contact:ID"); `name` what happened; `ref` an id, never a text."""

    topic: str
    name: str
    ref: str = ""

    def to_json(self) -> str:
        return json.dumps([self.topic, self.name, self.ref])

    @classmethod
    def from_json(cls, payload: str) -> LiveEvent:
        topic, name, ref = json.loads(payload)
        return cls(topic, name, ref)


class Subscription:
    def __init__(self) -> None:
        self._events: asyncio.Queue[LiveEvent] = asyncio.Queue(_QUEUE_SIZE)

    def put(self, event: LiveEvent) -> None:
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            while not self._events.empty():
                self._events.get_nowait()
            self._events.put_nowait(LiveEvent(event.topic, RESYNC))

    async def next(self, wait_seconds: float) -> LiveEvent | None:
        """The next event, or None when nothing came in time."""
        try:
            return await asyncio.wait_for(self._events.get(), wait_seconds)
        except TimeoutError:
            return None


class LiveEvents:
    """The hub of one process."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)

    @contextlib.asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[Subscription]:
        subscription = Subscription()
        for topic in topics:
            self._subscriptions[topic].add(subscription)
        try:
            yield subscription
        finally:
            for topic in topics:
                self._subscriptions[topic].discard(subscription)
                if not self._subscriptions[topic]:
                    del self._subscriptions[topic]

    def publish(self, event: LiveEvent) -> None:
        for subscription in tuple(self._subscriptions.get(event.topic, ())):
            subscription.put(event)

    def resync_everybody(self) -> None:
        for topic, subscriptions in tuple(self._subscriptions.items()):
            for subscription in tuple(subscriptions):
                subscription.put(LiveEvent(topic, RESYNC))


async def listen_to_postgresql(
    hub: LiveEvents,
    conninfo: str,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Bring NOTIFY into the hub for as long as the task lives; reconnect and resync after a loss."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                hub.resync_everybody()
                async for notification in connection.notifies():
                    hub.publish(LiveEvent.from_json(notification.payload))
        except (psycopg.Error, OSError, ValueError) as error:
            log.warning("live events: connection lost (%s), polling until it is back", type(error).__name__)
        hub.resync_everybody()
        await pause(1.0)
