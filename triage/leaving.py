"""A person leaves: hangs up, quits, or their line is cut. Nobody who was told that help is coming is lost."""

from __future__ import annotations

from foundation.clock import Clock
from foundation.sessions import Sessions, WriteSession
from triage.handoff import service as queue
from triage.handoff.service import ChangedMeanwhile
from triage.handoff.states import HandoffState
from triage.record.service import ContactRecord
from triage.record.tables import Holder
from triage.signals import RiskLevel

ATTEMPTS = 5


class Leaving:
    def __init__(self, sessions: Sessions, record: ContactRecord, clock: Clock) -> None:
        self.sessions = sessions
        self.record = record
        self.clock = clock

    async def leave(self, contact_id: str, *, recall_possible: bool, recall_safe: bool | None = None) -> None:
        """At risk: `parti`, still in the queue. Below: the waiting ends, or the intervenant disposes of it."""
        for attempt in range(ATTEMPTS):
            try:
                async with self.sessions.write() as session:
                    return await self._leave(session, contact_id, recall_possible, recall_safe)
            except ChangedMeanwhile:
                if attempt == ATTEMPTS - 1:
                    raise

    async def _leave(
        self, session: WriteSession, contact_id: str, recall_possible: bool, recall_safe: bool | None
    ) -> None:
        now = self.clock.now()
        contact = await self.record.contact(session, contact_id, lock=True)
        handoff = await queue.open_of_contact(session, contact_id)
        if handoff is None:
            if contact.holder is Holder.BOT:
                await self.record.close(session, contact, "left", now)
            return
        if handoff.person_left_at is not None:
            return
        if handoff.level.at_least(RiskLevel.RISK) or handoff.state is HandoffState.CLAIMED:
            await queue.mark_left(session, handoff, recall_possible=recall_possible, recall_safe=recall_safe, now=now)
            return
        await queue.abandon(session, handoff, now)
        await self.record.close(session, contact, "left", now)
