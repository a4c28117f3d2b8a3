"""What time does to the legs: every second, beside the clock, each act once whatever the number of processes.

Nobody is left with a telephone that rings in vain, with a conversation that nobody is in, nor with a colleague who
waits for a caller who was never brought. Every act is a conditional change; what fails is tried at the next tick.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select

from ivr.legs import rows
from ivr.legs.acts import number_of_person
from ivr.legs.causes import LegCause
from ivr.legs.claims import Standing, standing_of
from ivr.legs.dialling import ANSWER_SECONDS, INVITED_SECONDS, OUTSIDE_SECONDS, dial, let_go
from ivr.legs.leg_over import NOT_BRIDGED, leg_is_over
from ivr.legs.moving import bring_caller_in, put_back
from ivr.legs.rows import LegRow
from ivr.rest_side import TwilioRest
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
LONGEST_ROUND_SECONDS = 60.0


class LegsClock:
    """The step of the clock: a round beside it, never two at once in a process."""

    def __init__(self, services: Services, rest: TwilioRest) -> None:
        self.services = services
        self.rest = rest
        self.round: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        if self.round is None or self.round.done():
            self.round = asyncio.create_task(self._go_round())

    async def close(self) -> None:
        if self.round is not None:
            self.round.cancel()
            with suppress(asyncio.CancelledError):
                await self.round

    async def _go_round(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_ROUND_SECONDS):
                await look_after_legs(self.services, self.rest)
        except Exception as error:
            log.error("phone door: the legs could not be looked after (%s)", type(error).__name__)


async def look_after_legs(services: Services, rest: TwilioRest) -> int:
    """One round: how many contacts something was done for."""
    contact_ids = dict.fromkeys(leg.contact_id for leg in await rows.live_legs(services))
    contact_ids |= dict.fromkeys(await _claimed_callers(services))
    done = await asyncio.gather(*(_apart(_look_after(services, rest, one)) for one in contact_ids))
    return sum(done)


async def _claimed_callers(services: Services) -> list[str]:
    found = select(Handoff.contact_id).where(
        Handoff.state == HandoffState.CLAIMED, Handoff.channel == Channel.PHONE, Handoff.person_left_at.is_(None)
    )
    async with services.sessions.read() as session:
        return list((await session.execute(found)).scalars())


async def _apart(work: Awaitable[bool]) -> bool:
    """What fails for one contact does not hold back the others."""
    try:
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
            done |= await _look_after_person(services, rest, live, leg)
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
    """The contact is with nobody, or the person hung up after this leg began.

    A conversation with somebody called back goes on whatever the console says: its people end it.
    """
    person = rows.person_on_line(live)
    if person is not None and any(one.staff_id and one.state is LegState.ON_LINE for one in live):
        return False
    if standing.owner_id is None:
        return True
    call = standing.call
    return call is not None and call.ended_at is not None and leg.created_at < call.ended_at


async def _look_after_person(services: Services, rest: TwilioRest, live: list[LegRow], leg: LegRow) -> bool:
    """The person's telephone rings once their intervenant is in the conversation, and never without one."""
    staff = [one for one in live if one.kind is LegKind.INTERVENANT]
    if not staff:
        return await let_go(services, rest, leg, LegCause.NOT_NEEDED)
    if leg.state is not LegState.RINGING or leg.dialled_at is not None or not _is_in(staff[-1], services.clock.now()):
        return False
    try:
        await dial(services, rest, leg, await number_of_person(services, leg.contact_id), path="person")
    except RefusedNumber:
        await rows.end(services, leg, LegCause.FAILED)
    return True


def _is_in(leg: LegRow, now: datetime) -> bool:
    """In the conversation, as Twilio told, or as the time of the whisper tells."""
    if leg.state is not LegState.ON_LINE or leg.answered_at is None:
        return False
    return leg.joined_at is not None or now - leg.answered_at >= WHISPER


async def _look_after_caller(services: Services, rest: TwilioRest, standing: Standing, now: datetime) -> bool:
    """The caller is brought to whoever has them, or given back when that person is on no line."""
    handoff, call, leg = standing.handoff, standing.call, standing.owner_leg
    if handoff is None or call is None:
        return False
    if leg is not None:
        if standing.caller_moved or not _is_in(leg, now):
            return False
        return await bring_caller_in(services, rest, call.contact_id)
    theirs = [one for one in standing.legs if one.staff_id == standing.owner_id]
    moments = [handoff.claimed_at, *(moment for one in theirs for moment in (one.created_at, one.ended_at))]
    since = max((moment for moment in moments if moment is not None), default=now)
    if now - since < ANSWER_WITHIN:
        return False
    await services.desk.give_back(handoff.id, cause=NOT_BRIDGED, claimed_by=standing.owner_id)
    if call.moved_at is not None:
        after = await standing_of(services, call.contact_id)
        if after.owner_id is None and after.call is not None and after.caller_on_line:
            await put_back(services, rest, after.call)
    return True
