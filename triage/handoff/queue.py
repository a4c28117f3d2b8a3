"""The order of the queue.

`imminent`, `risk`, `crise`, `partenaires`, then the rest; inside a class by age, those given back
first. After ten minutes anyone moves up to `crise`, never above a risk.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from foundation.sessions import ReadSession
from triage.handoff.states import CLAIMABLE_STATES, HandoffState, QueueClass
from triage.handoff.tables import Handoff, StepTaken

LONG_WAIT = timedelta(minutes=10)


def effective_class(handoff: Handoff, now: datetime) -> QueueClass:
    if handoff.queue_class.rank > QueueClass.CRISE.rank and now - handoff.opened_at >= LONG_WAIT:
        return QueueClass.CRISE
    return handoff.queue_class


def order_key(handoff: Handoff, now: datetime) -> tuple[int, bool, datetime]:
    return effective_class(handoff, now).rank, not handoff.at_head, handoff.opened_at


async def waiting(session: ReadSession, now: datetime) -> list[Handoff]:
    """Everybody who waits for a person, first to be served first (those who left included)."""
    found = select(Handoff).where(Handoff.owner_id.is_(None), Handoff.state.in_(CLAIMABLE_STATES))
    handoffs = list((await session.execute(found)).scalars())
    return sorted(handoffs, key=lambda handoff: order_key(handoff, now))


async def steps_taken(session: ReadSession, handoff: Handoff) -> frozenset[str]:
    """The rungs of the ladder that this handoff has climbed in its present round."""
    found = select(StepTaken.step).where(StepTaken.handoff_id == handoff.id, StepTaken.round == handoff.round)
    return frozenset((await session.execute(found)).scalars())


async def owned_by(session: ReadSession, staff_id: str) -> list[Handoff]:
    """The contacts that an intervenant has open, oldest first."""
    found = (
        select(Handoff)
        .where(Handoff.owner_id == staff_id, Handoff.state == HandoffState.CLAIMED)
        .order_by(Handoff.claimed_at)
    )
    return list((await session.execute(found)).scalars())
