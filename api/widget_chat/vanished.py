"""A visitor who waits and gives no sign for long enough has left: nobody who was told that help comes is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select

from api.widget_chat.tables import VisitorSession
from foundation.sessions import WriteSession
from triage.handoff.states import OPEN_STATES
from triage.handoff.tables import Handoff
from triage.services import Services
from triage.signals import RiskLevel

# At risk the place is kept whatever happens, so that the team is told soon. Below, leaving ends the
# waiting: a locked screen or a tunnel is not yet leaving.
NO_SIGN_AT_RISK = timedelta(seconds=60)
NO_SIGN_BELOW_RISK = timedelta(minutes=10)
AT_RISK = tuple(level for level in RiskLevel if level.at_least(RiskLevel.RISK))


async def note_the_vanished(services: Services) -> None:
    """A step of the clock. Any number of processes may take it: each leaving is conditional and repeatable."""
    async with services.sessions.read() as session:
        vanished = list((await session.execute(_vanished(services.clock.now()))).scalars())
    for visitor in vanished:
        if visitor.contact_id is not None:
            await _leave(services, visitor.token_hash, visitor.contact_id)


async def _leave(services: Services, token_hash: str, contact_id: str) -> None:
    async def still_gone(session: WriteSession) -> bool:
        now = services.clock.now()
        this_one = _vanished(now).where(VisitorSession.token_hash == token_hash)
        found = (await session.execute(this_one.with_for_update(of=VisitorSession))).scalar_one_or_none()
        if found is None:
            return False
        found.left_at = now
        return True

    await services.leaving.leave(contact_id, recall_possible=False, still_gone=still_gone)


def _vanished(now: datetime) -> Select[VisitorSession]:
    """Those who wait and gave no sign for too long; who said that they quit needs no long silence."""
    gone_soon = or_(Handoff.level.in_(AT_RISK), VisitorSession.left_at.is_not(None))
    silent = or_(
        VisitorSession.seen_at < now - NO_SIGN_BELOW_RISK,
        and_(gone_soon, VisitorSession.seen_at < now - NO_SIGN_AT_RISK),
    )
    return (
        select(VisitorSession)
        .join(Handoff, Handoff.contact_id == VisitorSession.contact_id)
        .where(Handoff.state.in_(OPEN_STATES), Handoff.person_left_at.is_(None), silent)
    )
