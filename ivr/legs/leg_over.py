"""A leg is over: whoever was left by it is not left alone."""

from __future__ import annotations

from ivr.ending import call_ended
from ivr.legs import rows
from ivr.legs.causes import LegCause
from ivr.legs.claims import standing_of
from ivr.legs.moving import LEG_LOST
from ivr.legs.rows import LegRow
from triage.services import Services
from triage.voice_port import LegKind, LegState

NOT_BRIDGED = "not_bridged"


async def leg_is_over(services: Services, leg: LegRow, cause: LegCause, *, only: LegState | None = None) -> bool:
    """Note the end of a leg, once. A caller who still waits for it is at the head of the queue again.

    A caller who was in the conversation is led there by the end of the conference itself.
    """
    if leg.kind is LegKind.PERSON and leg.call_sid is not None and only is None:
        await call_ended(services, leg.call_sid)
    if not await rows.end(services, leg, cause, only=only):
        return False
    if leg.kind is LegKind.INTERVENANT:
        await give_back_without_leg(services, leg.contact_id, leg.staff_id, was_on_line=leg.answered_at is not None)
    return True


async def give_back_without_leg(
    services: Services, contact_id: str, staff_id: str | None, *, was_on_line: bool
) -> None:
    """The caller waits, and nobody who has them is on the line nor rings."""
    standing = await standing_of(services, contact_id)
    if standing.handoff is None or standing.owner_id is None or standing.owner_id != staff_id:
        return
    with_nobody = not standing.caller_moved or (standing.call is not None and standing.call.awaiting_key_since)
    if standing.caller_on_line and with_nobody and standing.owner_leg is None:
        cause = LEG_LOST if was_on_line else NOT_BRIDGED
        await services.desk.give_back(standing.handoff.id, cause=cause, claimed_by=staff_id)
