"""The caller goes from the queue into the conversation, and back.

A call is moved once: moved twice, it would leave the conversation that it is in, and end it.
"""

from __future__ import annotations

import logging

from sqlalchemy import or_, update

from ivr import twiml
from ivr.answering_texts import answering_texts
from ivr.calls import Call, note_call
from ivr.flow import call_person_again
from ivr.legs.claims import standing_of
from ivr.legs.conferences import end_conferences
from ivr.menu_texts import menu_texts
from ivr.rest_side import TwilioRest
from ivr.tables import PhoneCall
from triage.handoff.tables import Handoff
from triage.services import Services
from triage.voice_port import VoiceUnavailable

log = logging.getLogger(__name__)

LEG_LOST = "call_leg_lost"


async def bring_caller_in(services: Services, rest: TwilioRest, contact_id: str) -> bool:
    """Move the waiting caller to whoever took them: true when this did it. Raises VoiceUnavailable."""
    standing = await standing_of(services, contact_id)
    call, handoff = standing.call, standing.handoff
    if call is None or handoff is None or standing.owner_id is None or not standing.caller_on_line:
        return False
    if call.outside_since is not None:
        raise VoiceUnavailable("the caller is talking with an outside number")
    if not await _take_move(services, call, handoff):
        return False
    document = twiml.conversation(services.settings, contact_id, mute=call.state.mute)
    try:
        await rest.run_document(call.sid, document)
    except VoiceUnavailable:
        if await _still_waits(rest, call):
            await note_call(services, call.sid, moved_at=None)
            raise
        log.error("a caller was moved, and Twilio's answer was lost")
    return await _somebody_is_there(services, rest, call, standing.owner_id)


async def _somebody_is_there(services: Services, rest: TwilioRest, call: Call, staff_id: str) -> bool:
    """Given back in the same instant, or their leg dropped: the caller goes back where callers wait."""
    after = await standing_of(services, call.contact_id)
    if not after.caller_on_line or (after.owner_id == staff_id and after.owner_leg is not None):
        return True
    if after.handoff is not None and after.owner_id == staff_id:
        await services.desk.give_back(after.handoff.id, cause=LEG_LOST, claimed_by=staff_id)
    await put_back(services, rest, call)
    return False


async def _take_move(services: Services, call: Call, handoff: Handoff) -> bool:
    """True for the one process that moves the caller for this claim."""
    before = or_(PhoneCall.moved_at.is_(None), PhoneCall.moved_at < handoff.claimed_at)
    taken = (
        update(PhoneCall)
        .where(PhoneCall.call_sid == call.sid, PhoneCall.ended_at.is_(None), before)
        .values(moved_at=services.clock.now(), held=False, awaiting_key_since=None)
    )
    async with services.sessions.write() as session:
        return await session.change(taken) == 1


async def _still_waits(rest: TwilioRest, call: Call) -> bool:
    """Twilio did not answer in time: only its queue says whether the caller was moved all the same."""
    try:
        members = await rest.members(frozenset({twiml.queue_name(call.line)}))
    except VoiceUnavailable:
        return True
    return any(member.call_sid == call.sid for member in members)


async def put_back(services: Services, rest: TwilioRest, call: Call, sentence: str | None = None) -> None:
    """Give a call on line the document of the queue, wherever it is. Raises VoiceUnavailable."""
    said = sentence or menu_texts(call.state.language).say("cut")
    await rest.run_document(call.sid, await call_person_again(services, call, (said,)))
    await note_out(services, call)


async def put_back_for_transfer(services: Services, rest: TwilioRest, call: Call) -> None:
    """The caller waits for the colleague who has them from now on. Raises VoiceUnavailable."""
    await put_back(services, rest, call, answering_texts(call.state.language).say("transferred"))


async def note_out(services: Services, call: Call) -> None:
    """The caller has left the conversation, which is over for all."""
    await note_call(services, call.sid, moved_at=None, held=False, awaiting_key_since=None)
    await end_conferences(services, call.contact_id)
