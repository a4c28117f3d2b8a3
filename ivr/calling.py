"""A person is called for this caller, whatever failed before: nothing that the way in said is lost."""

from __future__ import annotations

from sqlalchemy import update

from ivr.calls import Call, go_mute, open_call
from ivr.legs.conferences import end_conferences
from ivr.menu_state import Tell
from ivr.tables import PhoneCall
from ivr.telling import event_of, tell
from ivr.twilio_form import TwilioForm
from ivr.way_in import SILENT_CODE, signals_of_line
from triage.handoff.service import open_of_contact
from triage.handoff.states import HandoffState
from triage.services import Services
from triage.signals import RiskKind, Signal
from triage.turn import Said


async def call_of(services: Services, form: TwilioForm) -> Call:
    """The call of this request, begun if it is new, and mute if its address says that the silent code was given."""
    line, _ = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    return await go_mute(services, call) if form.is_silent and not call.state.mute else call


async def make_sure_person_is_called(services: Services, call: Call) -> bool:
    """A caller who waits has an open handoff, and a mute call its signal. True when something was missing."""
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
    signals = await missing_code(services, call)
    if handoff is not None and not signals:
        return False
    if handoff is None:
        signals += signals_of_line(call.line)
    told = Tell(Said.ENTERED if signals else Said.FAULT, signals=signals)
    outcome = await tell(services, call, told, f"again:{call.state.turn}:{services.clock.now().timestamp()}")
    event_of(services, call, call.state, told, outcome)
    return True


async def missing_code(services: Services, call: Call) -> tuple[Signal, ...]:
    """The silent code's signal, when the call is mute and the contact does not bear it yet."""
    if not call.state.mute:
        return ()
    async with services.sessions.read() as session:
        contact = await services.record.contact(session, call.contact_id)
        known = await services.record.signals(session, contact)
    return () if any(opened.signal.kind is RiskKind.SILENT_CODE for opened in known) else (SILENT_CODE,)


async def give_back_if_claimed(services: Services, call: Call, cause: str) -> None:
    """The caller goes back to the queue: whoever had taken them is not with them any more.

    Somebody who took them since they came into that conversation is being rung, and keeps them.
    """
    if call.moved_at is not None and await _is_out(services, call):
        await end_conferences(services, call.contact_id)
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
    if handoff is None or handoff.state is not HandoffState.CLAIMED:
        return
    if call.moved_at is None or handoff.claimed_at is None or handoff.claimed_at <= call.moved_at:
        await services.desk.give_back(handoff.id, cause=cause, claimed_by=handoff.owner_id)


async def _is_out(services: Services, call: Call) -> bool:
    """The caller is noted out of the conversation, unless they were brought into another one meanwhile."""
    out = (
        update(PhoneCall)
        .where(PhoneCall.call_sid == call.sid, PhoneCall.moved_at == call.moved_at)
        .values(moved_at=None, held=False, awaiting_key_since=None)
    )
    async with services.sessions.write() as session:
        return await session.change(out) == 1
