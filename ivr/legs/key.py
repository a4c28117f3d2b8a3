"""The key of a person who cannot speak: 1 yes, 2 no. It becomes a turn, and they are back in the conversation."""

from __future__ import annotations

from ivr import twiml
from ivr.answering_texts import answering_texts
from ivr.calling import give_back_if_claimed
from ivr.calls import Call, find_call, note_call
from ivr.ending import caller_left
from ivr.flow import call_person_again, fault_document
from ivr.legs.claims import standing_of
from ivr.menu_state import Tell
from ivr.telling import tell
from ivr.twilio_form import TwilioForm
from triage.services import Services
from triage.turn import Said
from triage.voice_port import LegState


async def key_document(services: Services, form: TwilioForm) -> str:
    """The key, or that none was pressed, is in the record; then the conversation, or the queue when nobody is left."""
    call = await find_call(services, form.call_sid)
    if call is None:
        return await fault_document(services, form)
    if call.awaiting_key_since is not None and (form.key or not form.call_over):
        await _record(services, call, form)
    await note_call(services, call.sid, awaiting_key_since=None)
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    standing = await standing_of(services, call.contact_id)
    leg = standing.owner_leg
    if leg is not None and leg.state is LegState.ON_LINE:
        return twiml.conversation(services.settings, call.contact_id, mute=call.state.mute)
    await give_back_if_claimed(services, call, "call_leg_lost")
    return await call_person_again(services, call, ())


async def _record(services: Services, call: Call, form: TwilioForm) -> None:
    """Staff's words: French, as the console. One key is one turn, however often it is sent."""
    told = Tell(Said.TEXT, answering_texts().key(form.key))
    asked_at = call.awaiting_key_since.timestamp() if call.awaiting_key_since else 0
    await tell(services, call, told, f"key:{asked_at}")
