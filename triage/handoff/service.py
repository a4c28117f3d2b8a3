"""The queue's own acts. Each changes the row and appends its event in the caller's transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from foundation.sessions import Contention, ReadSession, WriteSession
from triage.handoff.states import (
    CLAIMABLE_STATES,
    OPEN_STATES,
    HandoffEventKind,
    HandoffReason,
    HandoffState,
    Role,
    queue_class,
)
from triage.handoff.tables import Handoff, HandoffEvent
from triage.interventions.types import Channel, Line
from triage.signals import RiskLevel

MACHINE = "machine"
QUEUE_TOPIC = "queue"


class AlreadyTaken(Exception):
    """Somebody else has this handoff, or it is no longer waiting: 409."""


class NotYours(Exception):
    """Only its owner (or a garde clinique, where said) may do this: 403."""


class UnknownHandoff(Exception):
    """No handoff bears this id."""


class ChangedMeanwhile(Contention):
    """The row moved between the reading and the change: read again."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of the staff who acts."""

    id: str
    role: Role


async def open_of_contact(session: ReadSession, contact_id: str, *, lock: bool = False) -> Handoff | None:
    found = (
        select(Handoff)
        .where(Handoff.contact_id == contact_id, Handoff.state.in_(OPEN_STATES))
        .execution_options(populate_existing=True)
    )
    if lock:
        found = found.with_for_update()
    return (await session.execute(found)).scalar_one_or_none()


async def last_of_contact(session: ReadSession, contact_id: str) -> Handoff | None:
    found = (
        select(Handoff)
        .where(Handoff.contact_id == contact_id)
        .order_by(Handoff.opened_at.desc(), Handoff.version.desc())
        .limit(1)
    )
    return (await session.execute(found)).scalar_one_or_none()


async def get(session: ReadSession, handoff_id: str, *, lock: bool = False) -> Handoff:
    """The handoff, read afresh; `lock` makes other writers of it wait. Raises UnknownHandoff."""
    handoff = await session.get(Handoff, handoff_id, populate_existing=True, with_for_update=lock or None)
    if handoff is None:
        raise UnknownHandoff(handoff_id)
    return handoff


async def open_handoff(
    session: WriteSession,
    *,
    contact_id: str,
    line: Line,
    channel: Channel,
    level: RiskLevel,
    reason: HandoffReason,
    now: datetime,
) -> Handoff:
    """Put a person in the queue. The partial unique index refuses a second one for the same contact."""
    handoff = Handoff(
        id=uuid.uuid4().hex,
        contact_id=contact_id,
        line=line,
        channel=channel,
        state=HandoffState.WAITING,
        owner_id=None,
        queue_class=queue_class(level, reason, line),
        level=level,
        reason=reason,
        version=1,
        round=1,
        at_head=reason is HandoffReason.RETURNED,
        opened_at=now,
        waiting_since=now,
    )
    session.add(handoff)
    await session.flush()
    detail = {"class": handoff.queue_class, "level": level.value, "reason": reason.value}
    _append(session, handoff, HandoffEventKind.OPENED, MACHINE, now, detail)
    await session.flush()
    return handoff


async def raise_level(session: WriteSession, handoff: Handoff, level: RiskLevel, now: datetime) -> bool:
    """Raise an open handoff, never lower it. True when it rose."""
    if level.rank <= handoff.level.rank:
        return False
    risen = queue_class(level, handoff.reason, handoff.line)
    new_class = min(risen, handoff.queue_class, key=lambda c: c.rank)
    detail = {"level": level.value, "class": new_class.value}
    # A new round: the ladder of the new class starts from its first step.
    changes: dict[str, Any] = {"level": level, "queue_class": new_class, "round": handoff.round + 1}
    if handoff.state is HandoffState.CALLBACK and new_class.is_risk:
        # At risk nobody waits for a callback in its order: they are « parti », and a garde clinique sees it at once.
        changes["state"] = HandoffState.LEFT
        detail["to"] = HandoffState.LEFT.value
    if handoff.state in (HandoffState.WAITING, HandoffState.CALLBACK):
        changes |= {"waiting_since": now, "offered_to": None, "offered_until": None}
    await change(session, handoff, HandoffEventKind.RAISED, MACHINE, now, changes, detail)
    return True


async def claim(session: WriteSession, handoff_id: str, actor: Actor, now: datetime) -> Handoff:
    """Take a waiting person: one winner, by a conditional UPDATE. Raises AlreadyTaken, UnknownHandoff."""
    taken = (
        update(Handoff)
        .where(Handoff.id == handoff_id, Handoff.owner_id.is_(None), Handoff.state.in_(CLAIMABLE_STATES))
        .values(
            state=HandoffState.CLAIMED,
            owner_id=actor.id,
            claimed_at=now,
            offered_to=None,
            offered_until=None,
            version=Handoff.version + 1,
        )
    )
    won = await session.change(taken) == 1
    handoff = await get(session, handoff_id)
    if not won:
        raise AlreadyTaken(handoff_id)
    _append(session, handoff, HandoffEventKind.CLAIMED, actor.id, now, {})
    await session.flush()
    return handoff


async def release(session: WriteSession, handoff: Handoff, *, actor_id: str, cause: str, now: datetime) -> None:
    """Give a person back to the head of their class: the intervenant vanished, or let go."""
    back_to = _gone_state(handoff) if handoff.person_left_at else HandoffState.WAITING
    changes = {
        "state": back_to,
        "owner_id": None,
        "claimed_at": None,
        "at_head": True,
        "waiting_since": now,
        "round": handoff.round + 1,
    }
    detail = {"cause": cause, "to": back_to.value}
    await change(session, handoff, HandoffEventKind.RELEASED, actor_id, now, changes, detail)


def _gone_state(handoff: Handoff) -> HandoffState:
    """Where somebody waits who is not on line: a promised callback stays one, below risk."""
    promised = handoff.callback_due_at is not None and not handoff.level.at_least(RiskLevel.RISK)
    return HandoffState.CALLBACK if promised else HandoffState.LEFT


async def transfer(
    session: WriteSession, handoff: Handoff, *, actor: Actor, to: str, now: datetime, waits: bool = False
) -> None:
    """Hand a person to a colleague who is there. `waits`: not yet with them, and their time to answer begins.

    Raises NotYours.
    """
    require_owner(handoff, actor)
    changes: dict[str, Any] = {"owner_id": to} | ({"claimed_at": now} if waits else {})
    await change(session, handoff, HandoffEventKind.TRANSFERRED, actor.id, now, changes, {"to": to})


async def mark_left(
    session: WriteSession, handoff: Handoff, *, recall_possible: bool, recall_safe: bool | None, now: datetime
) -> None:
    """The person is gone from the line. Waiting, they become « parti » and stay in the queue, or wait for the
    callback they were promised; with an intervenant, they stay theirs: only a person disposes of them."""
    claimed = handoff.state is HandoffState.CLAIMED
    gone = _gone_state(handoff)
    changes: dict[str, Any] = {
        "person_left_at": now,
        "recall_possible": recall_possible,
        "recall_safe": recall_safe,
        "round": handoff.round + 1,
    }
    if not claimed:
        changes |= {
            "state": gone,
            "waiting_since": now,
            "offered_to": None,
            "offered_until": None,
        }
    detail = {
        "recall_possible": str(recall_possible).lower(),
        "to": (HandoffState.CLAIMED if claimed else gone).value,
    }
    await change(session, handoff, HandoffEventKind.LEFT, MACHINE, now, changes, detail)


async def come_back(session: WriteSession, handoff: Handoff, now: datetime) -> None:
    """Somebody who had left is here again: at the head of their class, or still with their intervenant."""
    claimed = handoff.state is HandoffState.CLAIMED
    back_to = HandoffState.CLAIMED if claimed else HandoffState.WAITING
    changes: dict[str, Any] = {"person_left_at": None, "round": handoff.round + 1}
    if not claimed:
        changes |= {"state": back_to, "at_head": True, "waiting_since": now}
    detail = {"cause": "came_back", "to": back_to.value}
    await change(session, handoff, HandoffEventKind.RELEASED, MACHINE, now, changes, detail)


async def abandon(session: WriteSession, handoff: Handoff, now: datetime) -> None:
    """Below risk and nobody took them yet: they left by themselves."""
    if handoff.level.at_least(RiskLevel.RISK):
        raise ValueError("the machine closes no contact at risk")
    if handoff.callback_due_at is not None:
        raise ValueError("somebody who was promised a call is let go by a person only")
    changes = {"state": HandoffState.ABANDONED, "owner_id": None, "closed_at": now}
    await change(session, handoff, HandoffEventKind.ABANDONED, MACHINE, now, changes, {})


async def close(session: WriteSession, handoff: Handoff, *, actor: Actor, disposition: str, now: datetime) -> None:
    """A person disposes of a handoff: its owner, or for somebody not on line, any garde clinique. Raises NotYours."""
    gone = handoff.state in (HandoffState.LEFT, HandoffState.CALLBACK)
    if not (gone and actor.role is Role.GARDE_CLINIQUE):
        require_owner(handoff, actor)
    changes = {"state": HandoffState.CLOSED, "owner_id": actor.id, "closed_at": now}
    await change(session, handoff, HandoffEventKind.CLOSED, actor.id, now, changes, {"disposition": disposition})


def require_owner(handoff: Handoff, actor: Actor) -> None:
    if handoff.state is not HandoffState.CLAIMED or handoff.owner_id != actor.id:
        raise NotYours(handoff.id)


async def change(
    session: WriteSession,
    handoff: Handoff,
    kind: HandoffEventKind,
    actor_id: str,
    now: datetime,
    changes: dict[str, Any],
    detail: dict[str, str],
) -> None:
    """Change the row and append the event, if the row is still the one that was read. Raises ChangedMeanwhile."""
    moved = (
        update(Handoff)
        .where(Handoff.id == handoff.id, Handoff.version == handoff.version)
        .values(version=handoff.version + 1, **changes)
    )
    if await session.change(moved) != 1:
        raise ChangedMeanwhile(handoff.id)
    await session.refresh(handoff)
    _append(session, handoff, kind, actor_id, now, detail)
    await session.flush()


def _append(
    session: WriteSession,
    handoff: Handoff,
    kind: HandoffEventKind,
    actor_id: str,
    now: datetime,
    detail: dict[str, str],
) -> None:
    session.add(
        HandoffEvent(
            id=uuid.uuid4().hex,
            handoff_id=handoff.id,
            version=handoff.version,
            kind=kind,
            actor_id=actor_id,
            at=now,
            detail=detail,
        )
    )
    session.announce(QUEUE_TOPIC, kind.value, handoff.id)
    session.announce(f"contact:{handoff.contact_id}", "handoff", handoff.id)
