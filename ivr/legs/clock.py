"""What time does to the legs: every second, beside the clock, each act once whatever the number of processes.

Nobody is left with a telephone that rings in vain, with a conversation that nobody is in, nor with a colleague who
waits for a caller who was never brought. Every act is a conditional change; what fails is tried at the next tick.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime, timedelta

from sqlalchemy import select

from ivr.calls import note_call
from ivr.legs import rows
from ivr.legs.acts import number_of_person
from ivr.legs.causes import LegCause
from ivr.legs.claims import Standing, standing_of
from ivr.legs.dialling import ANSWER_SECONDS, INVITED_SECONDS, OUTSIDE_SECONDS, dial, let_go
from ivr.legs.leg_over import NOT_BRIDGED, leg_is_over
from ivr.legs.moving import LEG_LOST, bring_caller_in, put_back
from ivr.legs.rows import LegRow
from ivr.rest_side import TwilioRest
from triage.handoff import presence
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.interventions.types import Channel
from triage.services import Services
from triage.voice_port import LegKind, LegState, RefusedNumber, VoiceUnavailable

log = logging.getLogger(__name__)

ANSWER_WITHIN = timedelta(seconds=ANSWER_SECONDS)
INVITED_WITHIN = timedelta(seconds=INVITED_SECONDS)
# Twilio stops ringing first, and tells it.
OUTSIDE_WITHIN = timedelta(seconds=OUTSIDE_SECONDS + 10)
# The whisper lasts less: after it the leg is in the conversation, even when nobody told us.
WHISPER = timedelta(seconds=12)
# A caller whose intervenant's leg dropped is led to the queue by the end of the conference itself. When they came in
# just after it, nothing leads them there.
LEFT_ALONE = timedelta(seconds=5)
# Twelve seconds of silence, and Twilio's tries: after it, the question was never asked, or its answer is lost.
KEY_LOST = timedelta(seconds=45)
LONGEST_SECONDS = 60.0


class LegsClock:
    """The step of the clock: each contact beside it, never the same one twice at once in a process."""

    def __init__(self, services: Services, rest: TwilioRest) -> None:
        self.services = services
        self.rest = rest
        self.under_way: dict[str, asyncio.Task[bool]] = {}

    async def __call__(self) -> None:
        self.under_way = {one: task for one, task in self.under_way.items() if not task.done()}
        for contact_id in await _contacts(self.services):
            if contact_id not in self.under_way:
                work = _apart(_look_after(self.services, self.rest, contact_id))
                self.under_way[contact_id] = asyncio.create_task(work)

    async def close(self) -> None:
        for task in self.under_way.values():
            task.cancel()
        await asyncio.gather(*self.under_way.values(), return_exceptions=True)


async def look_after_legs(services: Services, rest: TwilioRest) -> int:
    """One round: how many contacts something was done for."""
    contact_ids = await _contacts(services)
    done = await asyncio.gather(*(_apart(_look_after(services, rest, one)) for one in contact_ids))
    return sum(done)


async def _contacts(services: Services) -> list[str]:
    """Those who have a live leg, and the callers whom somebody took."""
    with_legs = [leg.contact_id for leg in await rows.live_legs(services)]
    return list(dict.fromkeys([*with_legs, *await _claimed_callers(services)]))


async def _claimed_callers(services: Services) -> list[str]:
    found = select(Handoff.contact_id).where(
        Handoff.state == HandoffState.CLAIMED, Handoff.channel == Channel.PHONE, Handoff.person_left_at.is_(None)
    )
    async with services.sessions.read() as session:
        return list((await session.execute(found)).scalars())


async def _apart(work: Awaitable[bool]) -> bool:
    """What fails or is slow for one contact does not hold back the others."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await work
    except Exception as error:
        log.error("phone door: a call could not be looked after (%s)", type(error).__name__)
        return False


async def _look_after(services: Services, rest: TwilioRest, contact_id: str) -> bool:
    standing, now = await standing_of(services, contact_id, live_only=False), services.clock.now()
    live = [leg for leg in standing.legs if leg.is_live]
    done = False
    for leg in live:
        if _rang_in_vain(leg, now):
            done |= await _stop_ringing(services, rest, leg)
        elif _serves_nobody(standing, live, leg):
            done |= await let_go(services, rest, leg, LegCause.NOT_NEEDED)
        elif leg.kind is LegKind.PERSON:
            done |= await _look_after_person(services, rest, standing, leg)
    if standing.owner_id is not None and standing.caller_on_line:
        done |= await _look_after_caller(services, rest, standing, now)
    return done


def _rang_in_vain(leg: LegRow, now: datetime) -> bool:
    if leg.state is not LegState.RINGING:
        return False
    if leg.kind is LegKind.INTERVENANT:
        return now - leg.created_at >= ANSWER_WITHIN
    if leg.dialled_at is not None:
        return now - leg.dialled_at >= OUTSIDE_WITHIN
    return now - leg.created_at >= INVITED_WITHIN


async def _stop_ringing(services: Services, rest: TwilioRest, leg: LegRow) -> bool:
    """Unless it was answered in this instant. A caller who waits for it is at the head of the queue again."""
    if not await leg_is_over(services, leg, LegCause.NO_ANSWER, only=LegState.RINGING):
        return False
    if leg.call_sid is not None:
        try:
            await rest.end_call(leg.call_sid)
        except VoiceUnavailable as error:
            log.warning("a telephone may ring a moment more (%s)", error)
    return True


def _serves_nobody(standing: Standing, live: list[LegRow], leg: LegRow) -> bool:
    """The contact is with nobody, or with somebody else, or the person hung up after this leg began.

    A conversation with somebody called back goes on whatever the console says: its people end it.
    """
    if leg.kind is LegKind.INTERVENANT and standing.owner_id not in (None, leg.staff_id):
        return True
    person = rows.person_on_line(live)
    if person is not None and any(one.staff_id and one.state is LegState.ON_LINE for one in live):
        return False
    if standing.owner_id is None:
        return True
    call = standing.call
    return call is not None and call.ended_at is not None and leg.created_at < call.ended_at


async def _look_after_person(services: Services, rest: TwilioRest, standing: Standing, leg: LegRow) -> bool:
    """The person's telephone rings once their intervenant is in the conversation, never without one, nor twice."""
    now = services.clock.now()
    owners = [one for one in standing.legs if one.staff_id is not None and one.staff_id == standing.owner_id]
    staff = [one for one in standing.legs if one.is_live and (one.kind is LegKind.INTERVENANT or one in owners)]
    if not staff:
        to_come = all(one.ended_at and one.ended_at < leg.created_at for one in owners)
        if to_come and leg.state is LegState.RINGING and now - leg.created_at < ANSWER_WITHIN:
            return False  # the intervenant's telephone is about to ring
        return await let_go(services, rest, leg, LegCause.NOT_NEEDED)
    persons = [one for one in standing.legs if one.is_live and one.kind is LegKind.PERSON]
    if leg is not persons[0]:
        return await let_go(services, rest, leg, LegCause.NOT_NEEDED)
    if leg.state is not LegState.RINGING or leg.dialled_at is not None or not is_in(staff[-1], now):
        return False
    try:
        await dial(services, rest, leg, await number_of_person(services, leg.contact_id), path="person")
    except RefusedNumber:
        await rows.end(services, leg, LegCause.FAILED)
    return True


def is_in(leg: LegRow, now: datetime) -> bool:
    """In the conversation, as Twilio told, or as the time of the whisper tells."""
    if leg.state is not LegState.ON_LINE or leg.answered_at is None:
        return False
    return leg.joined_at is not None or now - leg.answered_at >= WHISPER


async def _look_after_caller(services: Services, rest: TwilioRest, standing: Standing, now: datetime) -> bool:
    """The caller is brought to whoever has them, or given back when that person is on no line."""
    handoff, call, leg = standing.handoff, standing.call, standing.owner_leg
    if handoff is None or call is None:
        return False
    if leg is not None and await _is_text_of_nobody(services, leg, now):
        await rows.end(services, leg, LegCause.HUNG_UP)
        return await _give_back(services, rest, standing, LEG_LOST)
    if leg is not None:
        return await _with_their_leg(services, rest, standing, leg, now)
    theirs = [one for one in standing.legs if one.staff_id == standing.owner_id]
    moments = [handoff.claimed_at, *(moment for one in theirs for moment in (one.created_at, one.ended_at))]
    since = max((moment for moment in moments if moment is not None), default=now)
    if now - since < (LEFT_ALONE if standing.caller_moved else ANSWER_WITHIN):
        return False
    return await _give_back(services, rest, standing, LEG_LOST if standing.caller_moved else NOT_BRIDGED)


async def _is_text_of_nobody(services: Services, leg: LegRow, now: datetime) -> bool:
    """In the demonstration an intervenant answers by text: their console is their telephone."""
    if leg.state is not LegState.ON_LINE or leg.call_sid is not None:
        return False
    async with services.sessions.read() as session:
        return await presence.state_of(session, leg.staff_id or "", now) is None


async def _with_their_leg(services: Services, rest: TwilioRest, standing: Standing, leg: LegRow, now: datetime) -> bool:
    """Whoever has the caller rings or is on the line. In a transfer their leg is a colleague's: it brings nobody in."""
    call = standing.call
    if call is None or not is_in(leg, now):
        return False
    if standing.caller_moved:
        lost = call.awaiting_key_since is not None and now - call.awaiting_key_since >= KEY_LOST
        if lost:
            await note_call(services, call.sid, awaiting_key_since=None)
        return lost
    if leg.kind is not LegKind.INTERVENANT:
        return False
    if call.outside_since is not None:
        return await _give_back(services, rest, standing, NOT_BRIDGED)
    return await bring_caller_in(services, rest, call.contact_id)


async def _give_back(services: Services, rest: TwilioRest, standing: Standing, cause: str) -> bool:
    """The caller is at the head of the queue, and out of a conversation that nobody is in."""
    if standing.handoff is None or standing.call is None:
        return False
    await services.desk.give_back(standing.handoff.id, cause=cause, claimed_by=standing.owner_id)
    if standing.call.moved_at is not None and standing.call.outside_since is None:
        after = await standing_of(services, standing.call.contact_id)
        if after.owner_id is None and after.call is not None and after.caller_on_line:
            await put_back(services, rest, after.call)
    return True
