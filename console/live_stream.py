"""The stream that tells an open console what to fetch again. It carries ids only.

A stream lives ten minutes, then says `reconnect`; it ends with the sign-in. No transaction is open
while it waits.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

from console import staff_sessions
from foundation.live_events import RESYNC, LiveEvent, Subscription
from triage.handoff import queue
from triage.services import Services

KEEP_ALIVE_SECONDS = 15.0
LIFE = timedelta(minutes=10)
GATHER_SECONDS = 0.05
MOST_GATHERED = 20

QUEUE = "queue"
MINE = "mine"
RECONNECT = "reconnect"
RETRY_LINE = "retry: 1000\n\n"
KEEP_ALIVE_LINE = ": .\n\n"


async def desk_stream(services: Services, session_id: str, staff_id: str) -> AsyncGenerator[str]:
    """Server-sent events: `queue`, `mine`, `contact-ID`, `reconnect`."""
    ends_at = services.clock.now() + LIFE
    yield RETRY_LINE
    mine = await _mine_if_signed_in(services, session_id, staff_id)
    while mine is not None:
        topics = [f"contact:{contact_id}" for contact_id in sorted(mine)]
        async with services.events.subscribe(QUEUE, *topics) as subscription:
            for name in _everything(mine):
                yield _event(name)
            still: frozenset[str] | None = mine
            while still == mine:
                if services.clock.now() >= ends_at:
                    yield _event(RECONNECT)
                    return
                events = await _gathered(subscription)
                if not events:
                    yield KEEP_ALIVE_LINE
                for name in _names(events, mine):
                    yield _event(name)
                still = await _mine_if_signed_in(services, session_id, staff_id)
        mine = still


async def _gathered(subscription: Subscription) -> list[LiveEvent]:
    """The events of one moment together: one act often announces several."""
    events: list[LiveEvent] = []
    event = await subscription.next(KEEP_ALIVE_SECONDS)
    while event is not None:
        events.append(event)
        if len(events) >= MOST_GATHERED:
            break
        event = await subscription.next(GATHER_SECONDS)
    return events


def _names(events: list[LiveEvent], mine: frozenset[str]) -> list[str]:
    if any(event.name == RESYNC for event in events):
        return _everything(mine)
    names: list[str] = []
    for event in events:
        names += [QUEUE] if event.topic == QUEUE else [event.topic.replace(":", "-"), MINE]
    return list(dict.fromkeys(names))


def _everything(mine: frozenset[str]) -> list[str]:
    return [QUEUE, MINE, *(f"contact-{contact_id}" for contact_id in sorted(mine))]


async def _mine_if_signed_in(services: Services, session_id: str, staff_id: str) -> frozenset[str] | None:
    """The contacts of this person and those whose call they are asked into, or None when the sign-in is over."""
    async with services.sessions.read() as session:
        now, demo = services.clock.now(), services.settings.demo
        if await staff_sessions.find_by_id(session, session_id, now, demo=demo) is None:
            return None
        owned = frozenset(handoff.contact_id for handoff in await queue.owned_by(session, staff_id))
    return owned | await services.voice_desk.contacts_beside(staff_id)


def _event(name: str) -> str:
    return f"event: {name}\ndata: {name}\n\n"
