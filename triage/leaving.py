"""A person leaves: hangs up, quits, or their line is cut. Nobody who was told that help is coming is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from foundation.clock import Clock
from foundation.sessions import Contention, Sessions, WriteSession
from triage.handoff import service as queue
from triage.handoff.states import HandoffState
from triage.record.service import ContactRecord
from triage.record.tables import Contact, Holder
from triage.signals import RiskLevel

ATTEMPTS = 5

StillGone = Callable[[WriteSession], Awaitable[bool]]


class Leaving:
    def __init__(self, sessions: Sessions, record: ContactRecord, clock: Clock) -> None:
        self.sessions = sessions
        self.record = record
        self.clock = clock

    async def leave(
        self,
        contact_id: str,
        *,
        recall_possible: bool,
        recall_safe: bool | None = None,
        still_gone: StillGone | None = None,
    ) -> None:
        """At risk: `parti`, still in the queue; a promised callback stays one. Below: the waiting ends, or the
        intervenant disposes of it.

        `still_gone` is asked inside the transaction, once the contact is locked: false when the person is
        back, and then nothing happens.
        """
        for attempt in range(ATTEMPTS):
            try:
                async with self.sessions.write() as session:
                    contact = await self.record.contact(session, contact_id, lock=True)
                    if still_gone is None or await still_gone(session):
                        await self._leave(session, contact, recall_possible, recall_safe)
                    return
            except Contention:
                if attempt == ATTEMPTS - 1:
                    raise

    async def _leave(
        self, session: WriteSession, contact: Contact, recall_possible: bool, recall_safe: bool | None
    ) -> None:
        now = self.clock.now()
        handoff = await queue.open_of_contact(session, contact.id)
        if handoff is None:
            if contact.holder is Holder.BOT:
                await self.record.close(session, contact, "left", now)
            return
        if handoff.person_left_at is not None:
            return
        promised = handoff.callback_due_at is not None
        if promised or handoff.level.at_least(RiskLevel.RISK) or handoff.state is HandoffState.CLAIMED:
            await queue.mark_left(session, handoff, recall_possible=recall_possible, recall_safe=recall_safe, now=now)
            return
        await queue.abandon(session, handoff, now)
        await self.record.close(session, contact, "left", now)
