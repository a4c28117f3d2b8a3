"""The stream of a visit: turns and states as server-sent events, with no transaction held open.

A turn's event id is its number, so that a stream resumes where the last one was cut. A lost live
event delays, never loses: the stream looks again every few seconds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from api.widget_chat.schemas import StateOut
from api.widget_chat.service import ChatDoor
from api.widget_chat.visits import Visit, give_sign


@dataclass(frozen=True, slots=True)
class Pace:
    """A stream is short-lived on purpose: one whose visitor's network died without a word ends by itself,
    and a waiting visitor who does not open another is soon known to have left."""

    look_seconds: float = 3.0
    heartbeat_looks: int = 5
    sign_every: timedelta = timedelta(seconds=15)
    lasts: timedelta = timedelta(minutes=2)


async def events_of(door: ChatDoor, visit: Visit, after: int, pace: Pace) -> AsyncIterator[str]:
    """The text of the stream, event by event, until its time is over or its visitor has left."""
    clock, hub = door.services.clock, door.services.events
    started = signed = clock.now()
    told: StateOut | None = None
    quiet_looks = 0
    with door.places.take(visit.token_hash) as must_end:
        async with hub.subscribe(f"contact:{visit.contact_id}") as subscription:
            while not must_end.is_set() and clock.now() - started < pace.lasts:
                if clock.now() - signed >= pace.sign_every:
                    if not await give_sign(door.services, visit):
                        break
                    signed = clock.now()
                turns, state = await door.view.look(visit, after)
                for turn in turns:
                    after = turn.number
                    yield sse("turn", turn, str(turn.number))
                if state != told:
                    told = state
                    yield sse("state", state)
                quiet_looks = 0 if turns else quiet_looks + 1
                if quiet_looks >= pace.heartbeat_looks:
                    quiet_looks = 0
                    yield ": ici\n\n"
                if visit.contact_id is None and after > 0:
                    break  # the contact was opened meanwhile: the next stream listens to it
                await subscription.next(pace.look_seconds)
    yield "event: reconnect\ndata: {}\n\n"


def sse(name: str, data: BaseModel, event_id: str | None = None) -> str:
    """One event; JSON holds no line break, so one data line is enough."""
    line = f"id: {event_id}\n" if event_id is not None else ""
    return f"{line}event: {name}\ndata: {data.model_dump_json()}\n\n"


LAST_NUMBER = 2**31 - 1
LONGEST_NUMBER = 12


def resume_after(last_event_id: str | None, otherwise: int) -> int:
    """The number of the last turn that the browser has."""
    try:
        return min(int(last_event_id[:LONGEST_NUMBER]), LAST_NUMBER) if last_event_id else otherwise
    except ValueError:
        return otherwise
