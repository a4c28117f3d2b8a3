"""Compare Twilio's queues with ours: somebody waiting there without a handoff gets one; a ghost here is let go.

This is what keeps the promise after a failure: a caller put into the queue by a document that was sent just
before the database was lost, or a hang-up that nobody told us about.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ivr.answers import forget_old_answers
from ivr.calls import find_call, open_call
from ivr.ending import caller_left
from ivr.flow import make_sure_person_is_called
from ivr.rest_side import QueueMember, TwilioRest
from ivr.tables import PhoneCall
from ivr.twilio_form import TwilioForm
from ivr.twiml import queue_name
from triage.handoff.service import open_of_contact
from triage.handoff.states import OPEN_STATES
from triage.handoff.tables import Handoff
from triage.interventions.types import Line
from triage.services import Services

LINES = {queue_name(line): line for line in Line}
GHOSTS_A_ROUND = 20
EVERY = timedelta(seconds=30)


async def reconcile(services: Services, rest: TwilioRest) -> int:
    """One comparison: how many callers were put right. Raises VoiceUnavailable when Twilio does not answer."""
    members = await rest.members(frozenset(LINES))
    put_right = 0
    for member in members:
        put_right += await _has_handoff(services, rest, member)
    put_right += await _let_ghosts_go(services, rest, {member.call_sid for member in members})
    await forget_old_answers(services)
    return put_right


class Reconciling:
    """The step that the clock takes every second: it compares every 30 s."""

    def __init__(self, services: Services, rest: TwilioRest) -> None:
        self.services = services
        self.rest = rest
        self._next_at = services.clock.now()

    async def __call__(self) -> None:
        now = self.services.clock.now()
        if now >= self._next_at:
            self._next_at = now + EVERY
            await reconcile(self.services, self.rest)


async def _has_handoff(services: Services, rest: TwilioRest, member: QueueMember) -> int:
    call = await find_call(services, member.call_sid)
    if call is not None:
        async with services.sessions.read() as session:
            if await open_of_contact(session, call.contact_id) is not None:
                return 0
    else:
        leg = await rest.leg(member.call_sid)
        number = TwilioForm({"From": leg.caller_number}).caller_number
        call = await open_call(services, member.call_sid, LINES[member.queue], number)
    await make_sure_person_is_called(services, call)
    return 1


async def _let_ghosts_go(services: Services, rest: TwilioRest, in_queue: set[str]) -> int:
    """Callers who wait here and not there: if their call is over, they left."""
    found = (
        select(PhoneCall.call_sid)
        .join(Handoff, Handoff.contact_id == PhoneCall.contact_id)
        .where(Handoff.state.in_(OPEN_STATES), Handoff.person_left_at.is_(None))
        .order_by(PhoneCall.started_at)
    )
    async with services.sessions.read() as session:
        waiting = [sid for sid in (await session.execute(found)).scalars() if sid not in in_queue]
    gone = 0
    for sid in waiting[:GHOSTS_A_ROUND]:
        call = await find_call(services, sid)
        if call is not None and (call.ended_at is not None or (await rest.leg(sid)).ended):
            await caller_left(services, call)
            gone += 1
    return gone
