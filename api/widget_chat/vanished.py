"""A visitor who waits and gives no sign for a minute has left: nobody who was told that help comes is lost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from api.widget_chat.tables import VisitorSession
from triage.handoff.states import OPEN_STATES
from triage.handoff.tables import Handoff
from triage.services import Services

NO_SIGN = timedelta(seconds=60)


async def note_the_vanished(services: Services) -> None:
    """A step of the clock. Any number of processes may take it: each part is conditional and repeatable.

    Should the process stop between the two parts, the handoff still bears no leaving and is found again.
    """
    now = services.clock.now()
    silent = VisitorSession.seen_at < now - NO_SIGN
    async with services.sessions.read() as session:
        found = (
            select(VisitorSession.token_hash, VisitorSession.contact_id)
            .join(Handoff, Handoff.contact_id == VisitorSession.contact_id)
            .where(Handoff.state.in_(OPEN_STATES), Handoff.person_left_at.is_(None), silent)
        )
        vanished = list((await session.execute(found)).tuples())
    for token_hash, contact_id in vanished:
        async with services.sessions.write() as session:
            left = (
                update(VisitorSession)
                .where(VisitorSession.token_hash == token_hash, silent)
                .values(left_at=now)
                .execution_options(synchronize_session=False)
            )
            still_silent = (await session.execute(left)).rowcount == 1  # type: ignore[attr-defined]
        if still_silent and contact_id is not None:
            await services.leaving.leave(contact_id, recall_possible=False)
