"""Presence is a lease: an intervenant is on line as long as their console says so every few seconds.

Whoever vanishes loses their chats, which go back to the head of their class; a bridged call is held
by its call leg and stays, and so is somebody called back, until that leg ends.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, delete, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from foundation.database import UtcDateTime
from foundation.sessions import ReadSession, WriteSession
from triage.handoff import queue, service
from triage.handoff.service import QUEUE_TOPIC, Actor
from triage.handoff.states import HandoffState, PresenceState, Role
from triage.handoff.tables import Handoff, Presence
from triage.interventions.types import Channel

# A console gives a sign every 4 s. At 8 s of silence the visitor is told; at 20 s the lease is over,
# which leaves the clock's own second and a slow commit inside the 30 s promised.
DOUBT_AFTER = timedelta(seconds=8)
LEASE = timedelta(seconds=20)
# Members of the staff and contacts, for those whose telephone is on line for the contact.
type Held = frozenset[tuple[str, str]]
NOTHING_HELD: Held = frozenset()


async def renew(session: WriteSession, actor: Actor, state: PresenceState, now: datetime) -> None:
    renewed = (
        update(Presence)
        .where(Presence.staff_id == actor.id)
        .values(
            role=actor.role,
            state=state,
            seen_at=_later(Presence.seen_at, now),
            lease_until=_later(Presence.lease_until, now + LEASE),
        )
    )
    if await session.change(renewed) == 0:
        session.add(Presence(staff_id=actor.id, role=actor.role, state=state, seen_at=now, lease_until=now + LEASE))
        await session.flush()
        session.announce(QUEUE_TOPIC, "presence", actor.id)


def _later(stored: InstrumentedAttribute[datetime], given: datetime) -> ColumnElement[datetime]:
    """A sign that was held up on its way never moves a lease backwards."""
    return case((stored < given, literal(given, UtcDateTime())), else_=stored)


async def end(session: WriteSession, staff_id: str, now: datetime, held: Held = NOTHING_HELD) -> None:
    """No longer on line: their chats, and those who have left, go back to the head of their class, but not those
    `held` by their telephone."""
    await session.execute(delete(Presence).where(Presence.staff_id == staff_id))
    for handoff in await queue.owned_by(session, staff_id):
        given_back = handoff.channel is Channel.CHAT or handoff.person_left_at is not None
        if given_back and (staff_id, handoff.contact_id) not in held:
            await service.release(session, handoff, actor_id=service.MACHINE, cause="intervenant_gone", now=now)
    session.announce(QUEUE_TOPIC, "presence", staff_id)


async def gone_owners(session: ReadSession, now: datetime, held: Held = NOTHING_HELD) -> list[str]:
    """Whose lease is over, and who owns contacts without one: a claim may land after a sign-out, and a telephone
    that `held` somebody may be put down after the lease."""
    expired = select(Presence.staff_id).where(Presence.lease_until <= now)
    live = select(Presence.staff_id).where(Presence.lease_until > now)
    owners = select(Handoff.owner_id, Handoff.contact_id).where(
        Handoff.state == HandoffState.CLAIMED,
        Handoff.owner_id.not_in(live),
        or_(Handoff.channel == Channel.CHAT, Handoff.person_left_at.is_not(None)),
    )
    without_lease = [(row[0], row[1]) for row in await session.execute(owners)]
    found = [
        *(await session.execute(expired)).scalars(),
        *(owner for owner, contact in without_lease if (owner, contact) not in held),
    ]
    return list(dict.fromkeys(staff_id for staff_id in found if staff_id))


async def is_live(session: ReadSession, staff_id: str, now: datetime) -> bool:
    found = select(Presence.staff_id).where(Presence.staff_id == staff_id, Presence.lease_until > now)
    return (await session.execute(found.with_for_update())).first() is not None


async def state_of(session: ReadSession, staff_id: str, now: datetime) -> PresenceState | None:
    found = select(Presence.state).where(Presence.staff_id == staff_id, Presence.lease_until > now)
    return (await session.execute(found)).scalar_one_or_none()


async def chosen_state(session: ReadSession, staff_id: str) -> PresenceState:
    """What they last chose; somebody unknown here is available."""
    found = select(Presence.state).where(Presence.staff_id == staff_id)
    return (await session.execute(found)).scalar_one_or_none() or PresenceState.AVAILABLE


async def free(session: ReadSession, now: datetime, role: Role | None = None) -> list[str]:
    """Who is on line, available, and has no contact open; the one seen first comes first."""
    found = select(Presence).where(Presence.lease_until > now, Presence.state == PresenceState.AVAILABLE)
    if role is not None:
        found = found.where(Presence.role == role)
    people = (await session.execute(found.order_by(Presence.staff_id))).scalars()
    return [person.staff_id for person in people if not await queue.owned_by(session, person.staff_id)]


async def in_doubt(session: ReadSession, staff_id: str, now: datetime) -> bool:
    """True when the intervenant has given no sign for a while: the visitor is told the link is cut."""
    found = select(Presence.seen_at).where(Presence.staff_id == staff_id)
    seen_at = (await session.execute(found)).scalar_one_or_none()
    return seen_at is None or now - seen_at > DOUBT_AFTER
