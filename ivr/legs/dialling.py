"""Make a telephone ring, and end a leg. What the telephone refuses leaves no leg that rings for nobody."""

from __future__ import annotations

import logging

from ivr.legs import rows
from ivr.legs.causes import LegCause
from ivr.legs.documents import LEG
from ivr.legs.rows import LegRow
from ivr.legs.staff_phones import own_number, way_of
from ivr.rest_side import TwilioRest
from ivr.twiml import address, line_number
from triage.services import Services
from triage.voice_port import AnswerWay, LegKind, VoiceUnavailable

log = logging.getLogger(__name__)

# An intervenant has 20 s; a colleague sees the invitation in the console and may finish a sentence first.
ANSWER_SECONDS = 20
INVITED_SECONDS = 60
OUTSIDE_SECONDS = 30


async def ring_staff(
    services: Services, rest: TwilioRest, contact_id: str, staff_id: str, kind: LegKind
) -> LegRow | None:
    """Their own telephone rings, or their console. None when they have a live leg already.

    Raises VoiceUnavailable: no telephone reaches them, or Twilio refused.
    """
    way = await way_of(services, staff_id)
    if way is None:
        raise VoiceUnavailable("no telephone reaches this member of the staff")
    leg = await rows.open_leg(services, contact_id, kind, staff_id=staff_id)
    if leg is None:
        return None
    if way is AnswerWay.OWN_PHONE:
        number = await own_number(services, staff_id)
        if number is None:
            await rows.end(services, leg, LegCause.FAILED)
            raise VoiceUnavailable("no number for this telephone")
        await dial(services, rest, leg, number, path="leg")
    elif way is AnswerWay.SIMULATED and kind is LegKind.INTERVENANT:
        await rows.answered(services, leg, None)
        await rows.joined(services, leg)
    return await rows.find_leg(services, leg.id)


async def dial(services: Services, rest: TwilioRest, leg: LegRow, number: str, *, path: str) -> None:
    """The telephone at this number rings for a leg, once. Raises VoiceUnavailable; the leg is over then."""
    if not await rows.take_dialling(services, leg):
        return
    settings = services.settings
    async with services.sessions.read() as session:
        line = (await services.record.contact(session, leg.contact_id)).line
    seconds = ANSWER_SECONDS if leg.kind is LegKind.INTERVENANT else OUTSIDE_SECONDS
    try:
        sid = await rest.call_number(
            number,
            line_number(settings, line),
            address(settings, path, **{LEG: leg.id}),
            address(settings, "leg-status", **{LEG: leg.id}),
            seconds,
        )
    except VoiceUnavailable:
        await rows.end(services, leg, LegCause.FAILED)
        raise
    await rows.note_sid(services, leg, sid)
    await _stop_if_over(services, rest, leg, sid)


async def _stop_if_over(services: Services, rest: TwilioRest, leg: LegRow, sid: str) -> None:
    """Ended while Twilio was asked to ring it: nobody is rung for nobody."""
    there = await rows.find_leg(services, leg.id)
    if there is not None and there.is_live:
        return
    try:
        await rest.end_call(sid)
    except VoiceUnavailable as error:
        log.warning("a telephone may ring a moment more (%s)", error)


async def let_go(services: Services, rest: TwilioRest, leg: LegRow, cause: LegCause) -> bool:
    """End a leg, at Twilio's first: when that fails the leg stays live here, and the clock tries again."""
    there = await rows.find_leg(services, leg.id)
    if there is None or not there.is_live:
        return False
    if there.call_sid is not None:
        try:
            await rest.end_call(there.call_sid)
        except VoiceUnavailable as error:
            if not await _is_over(rest, there.call_sid):
                log.error("a leg could not be ended yet (%s)", error)
                return False
    return await rows.end(services, there, cause)


async def _is_over(rest: TwilioRest, call_sid: str) -> bool:
    """Twilio refuses to end what is over: that is no failure."""
    try:
        return (await rest.leg(call_sid)).ended
    except VoiceUnavailable:
        return False
