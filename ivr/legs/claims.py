"""Whose call it is, and where the caller stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.calls import Call, call_of_contact
from ivr.legs import rows
from ivr.legs.rows import LegRow
from triage.handoff.service import open_of_contact
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.services import Services


@dataclass(frozen=True, slots=True)
class Standing:
    """`handoff` is None when none is open; `call` is the last call of the contact, None for a chat."""

    handoff: Handoff | None
    call: Call | None
    legs: list[LegRow]

    @property
    def owner_id(self) -> str | None:
        claimed = self.handoff is not None and self.handoff.state is HandoffState.CLAIMED
        return self.handoff.owner_id if self.handoff is not None and claimed else None

    @property
    def caller_on_line(self) -> bool:
        left = self.handoff is not None and self.handoff.person_left_at is not None
        return self.call is not None and self.call.ended_at is None and not left

    @property
    def caller_moved(self) -> bool:
        """Brought into the conversation since the contact was taken."""
        if self.handoff is None or self.call is None or self.call.moved_at is None or not self.caller_on_line:
            return False
        return self.handoff.claimed_at is not None and self.call.moved_at >= self.handoff.claimed_at

    @property
    def owner_leg(self) -> LegRow | None:
        return rows.leg_of_staff(self.legs, self.owner_id)


async def standing_of(services: Services, contact_id: str, *, live_only: bool = True) -> Standing:
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, contact_id)
    call = await call_of_contact(services, contact_id)
    return Standing(handoff, call, await rows.legs_of_contact(services, contact_id, live_only=live_only))
