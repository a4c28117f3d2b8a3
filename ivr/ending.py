"""A caller leaves: hung up, cut, or ended after the contact was closed."""

from __future__ import annotations

from ivr.calls import Call, find_call, note_call
from triage.services import Services


async def call_ended(services: Services, sid: str) -> None:
    """Twilio says that a leg is over. Only callers' legs are known here."""
    call = await find_call(services, sid)
    if call is not None:
        await caller_left(services, call)


async def caller_left(services: Services, call: Call) -> None:
    """At risk, the person stays in the queue. After the silent code, calling back could put them in danger."""
    call = await find_call(services, call.sid) or call  # the last key may have been the code's
    safe = False if call.state.mute else None
    await services.leaving.leave(call.contact_id, recall_possible=call.number_known, recall_safe=safe)
    if call.ended_at is None:
        await note_call(services, call.sid, ended_at=services.clock.now(), outside_since=None)
