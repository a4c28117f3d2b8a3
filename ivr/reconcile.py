"""Compare Twilio's queues with ours, and put right what differs.

Somebody waiting there without a handoff gets one; a claim whose caller is still in the queue is given back;
a caller who waits here but hears nobody is put back into the queue; a ghost is let go. This is what keeps
the promise after a failure: the database lost just after a document was sent, a process killed between a
claim and its call, a hang-up that nobody told us about.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select

from ivr.answers import forget_old_answers
from ivr.calling import make_sure_person_is_called
from ivr.calls import Call, find_call, open_call
from ivr.ending import caller_left
from ivr.legs import rows
from ivr.legs.causes import LegCause
from ivr.legs.claims import Standing, standing_of
from ivr.legs.clock import WHISPER, is_in
from ivr.legs.leg_over import leg_is_over
from ivr.legs.moving import put_back
from ivr.rest_side import QueueMember, TwilioRest
from ivr.tables import PhoneCall
from ivr.twilio_form import shown_number
from ivr.twiml import queue_name
from triage.handoff.states import OPEN_STATES, HandoffState
from triage.handoff.tables import Handoff
from triage.interventions.types import Line
from triage.services import Services
from triage.voice_port import VoiceUnavailable

log = logging.getLogger(__name__)

LINES = {queue_name(line): line for line in Line}
CHECKED_A_ROUND = 20
EVERY = timedelta(seconds=30)
LONGEST_ROUND_SECONDS = 120.0
# Once somebody is on line for them, a caller is moved within a few seconds; while a telephone rings, the legs' own
# clock counts.
BRIDGED_WITHIN = timedelta(seconds=10)
# The sentences heard on the way into the queue last less than this.
IN_QUEUE_WITHIN = timedelta(seconds=45)


async def reconcile(services: Services, rest: TwilioRest) -> int:
    """One comparison: how many callers were put right. Raises VoiceUnavailable when Twilio lists nothing."""
    listed_at = services.clock.now()
    members = await rest.members(frozenset(LINES))
    put_right = 0
    for member in members:
        put_right += await _tried(_in_their_queue(services, rest, member, listed_at))
    put_right += await _outside_their_queue(services, rest, {member.call_sid for member in members}, listed_at)
    put_right += await _legs_that_ended(services, rest, listed_at)
    await forget_old_answers(services)
    return put_right


class Reconciling:
    """The step that the clock takes every second. It compares every 30 s, beside the clock, never twice at once."""

    def __init__(self, services: Services, rest: TwilioRest) -> None:
        self.services = services
        self.rest = rest
        self.comparison: asyncio.Task[None] | None = None
        self._next_at = services.clock.now()

    async def __call__(self) -> None:
        now = self.services.clock.now()
        if now >= self._next_at and (self.comparison is None or self.comparison.done()):
            self._next_at = now + EVERY
            self.comparison = asyncio.create_task(self._compare())

    async def close(self) -> None:
        if self.comparison is not None:
            self.comparison.cancel()
            with suppress(asyncio.CancelledError):
                await self.comparison

    async def _compare(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_ROUND_SECONDS):
                await reconcile(self.services, self.rest)
        except Exception as error:
            log.error("phone door: the queues could not be compared (%s)", type(error).__name__)


async def _tried(one: Awaitable[int]) -> int:
    """What fails for one caller does not hold back the others."""
    try:
        return await one
    except Exception as error:
        log.error("phone door: a caller could not be put right (%s)", type(error).__name__)
        return 0


async def _in_their_queue(services: Services, rest: TwilioRest, member: QueueMember, listed_at: datetime) -> int:
    call = await find_call(services, member.call_sid) or await _begun(services, rest, member)
    standing = await standing_of(services, call.contact_id, live_only=False)
    handoff = standing.handoff
    if handoff is None or handoff.state is not HandoffState.CLAIMED or handoff.claimed_at is None:
        return int(await make_sure_person_is_called(services, call))
    if not _should_be_bridged(standing, handoff.claimed_at, listed_at):
        return 0
    await services.desk.give_back(handoff.id, cause="not_bridged", claimed_by=handoff.owner_id)
    return 1


def _should_be_bridged(standing: Standing, claimed_at: datetime, listed_at: datetime) -> bool:
    """Somebody took the caller, no telephone rings for them any more, and there was time to move the caller."""
    leg = standing.owner_leg
    if leg is not None and not is_in(leg, listed_at):
        return False
    theirs = [one for one in standing.legs if one.staff_id == standing.owner_id]
    moved_at = standing.call.moved_at if standing.call is not None else None
    moments = [claimed_at, moved_at, *(moment for one in theirs for moment in (_in_at(one), one.ended_at))]
    return listed_at - max(moment for moment in moments if moment is not None) >= BRIDGED_WITHIN


def _in_at(leg: rows.LegRow) -> datetime | None:
    """When the leg was in the conversation, as Twilio told, or as the time of the whisper tells."""
    return leg.joined_at or (leg.answered_at + WHISPER if leg.answered_at is not None else None)


async def _begun(services: Services, rest: TwilioRest, member: QueueMember) -> Call:
    """A call that we do not know: a person is called for it even when its number cannot be learnt."""
    try:
        number = shown_number((await rest.leg(member.call_sid)).caller_number)
    except VoiceUnavailable as error:
        log.error("phone door: the number of a caller in the queue is not known (%s)", error)
        number = None
    return await open_call(services, member.call_sid, LINES[member.queue], number)


async def _outside_their_queue(services: Services, rest: TwilioRest, in_queue: set[str], listed_at: datetime) -> int:
    """Callers who wait here and not there: some have left, some are on a line where nobody is."""
    found = (
        select(PhoneCall, Handoff)
        .join(Handoff, Handoff.contact_id == PhoneCall.contact_id)
        .where(Handoff.state.in_(OPEN_STATES), Handoff.person_left_at.is_(None))
        .order_by(PhoneCall.started_at)
    )
    async with services.sessions.read() as session:
        rows = (await session.execute(found)).all()
    outside = [(call, handoff) for call, handoff in rows if call.call_sid not in in_queue]
    if not outside:
        return 0
    live = await rest.live_calls()
    over = [call.call_sid for call, _ in outside if call.ended_at is not None or call.call_sid not in live]
    astray = [call.call_sid for call, handoff in outside if call.call_sid in live and _astray(call, handoff, listed_at)]
    put_right = 0
    for sid in _some(over, listed_at):
        put_right += await _tried(_let_go_if_over(services, rest, sid))
    for sid in _some(astray, listed_at):
        put_right += await _tried(_back_to_queue(services, rest, sid))
    return put_right


def _some(sids: Sequence[str], now: datetime) -> Sequence[str]:
    """A few a round, others the next round: one that always fails holds back nobody for ever."""
    if len(sids) <= CHECKED_A_ROUND:
        return sids
    first = int(now.timestamp() / EVERY.total_seconds()) * CHECKED_A_ROUND % len(sids)
    return [*sids[first:], *sids[:first]][:CHECKED_A_ROUND]


def _astray(call: PhoneCall, handoff: Handoff, now: datetime) -> bool:
    """Nobody has them, and they had the time to be in the queue."""
    since = max(filter(None, (handoff.waiting_since, call.overflow_at)))
    return handoff.owner_id is None and call.ended_at is None and now - since >= IN_QUEUE_WITHIN


async def _legs_that_ended(services: Services, rest: TwilioRest, now: datetime) -> int:
    """Legs whose end nobody told us about."""
    legs = {leg.call_sid: leg for leg in await rows.live_legs(services) if leg.call_sid and leg.answered_at}
    if not legs:
        return 0
    live = await rest.live_calls()
    put_right = 0
    for sid in _some([sid for sid in legs if sid not in live], now):
        put_right += await _tried(_end_leg_if_over(services, rest, legs[sid]))
    return put_right


async def _end_leg_if_over(services: Services, rest: TwilioRest, leg: rows.LegRow) -> int:
    if leg.call_sid is None or not (await rest.leg(leg.call_sid)).ended:
        return 0
    return int(await leg_is_over(services, leg, LegCause.HUNG_UP))


async def _let_go_if_over(services: Services, rest: TwilioRest, sid: str) -> int:
    call = await find_call(services, sid)
    if call is None or (call.ended_at is None and not (await rest.leg(sid)).ended):
        return 0
    await caller_left(services, call)
    return 1


async def _back_to_queue(services: Services, rest: TwilioRest, sid: str) -> int:
    """Unless they are talking with an outside number, or it rings: only Twilio knows that for sure."""
    call = await find_call(services, sid)
    if call is None or await rest.has_other_end(sid):
        return 0
    await put_back(services, rest, call)
    return 1
