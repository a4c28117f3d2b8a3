"""The queues of Twilio and ours are compared, and a difference is put right."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ivr.calls import find_call
from ivr.reconcile import Reconciling, reconcile
from ivr.simulated.network import CallStatus, NetworkCall
from ivr.tables import WebhookAnswer
from tests.ivr.doors import Door
from triage.handoff.service import last_of_contact, open_of_contact
from triage.handoff.states import HandoffReason, HandoffState


def in_queue_of_twilio(door: Door, sid: str, queue: str) -> None:
    door.network.add(NetworkCall(sid, "+18195550150", "+18005550277", lambda document: None, lambda: None))
    door.network.enter_queue(queue, sid)


async def test_somebody_in_the_queue_without_a_row_gets_a_handoff(door: Door) -> None:
    sid = "CA" + "9" * 32
    in_queue_of_twilio(door, sid, "relais_prevention_suicide")
    assert await reconcile(door.services, door.rest) == 1
    call = await find_call(door.services, sid)
    assert call is not None
    async with door.services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
    assert handoff is not None
    assert (handoff.reason, handoff.line.value) == (HandoffReason.FAULT, "prevention_suicide")
    assert await reconcile(door.services, door.rest) == 0


async def test_a_hang_up_that_nobody_told_us_about_is_found(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak("je veux mourir")
    assert await reconcile(door.services, door.rest) == 0
    door.network.set_status(phone.sid, CallStatus.COMPLETED)
    assert await reconcile(door.services, door.rest) == 1
    call = await find_call(door.services, phone.sid)
    assert call is not None
    async with door.services.sessions.read() as session:
        handoff = await last_of_contact(session, call.contact_id)
    assert handoff is not None
    assert handoff.state is HandoffState.LEFT


async def test_the_clocks_step_compares_every_thirty_seconds(door: Door) -> None:
    step = Reconciling(door.services, door.rest)
    await step()
    in_queue_of_twilio(door, "CA" + "8" * 32, "relais_info_social")
    door.clock.advance(29)
    await step()
    assert await find_call(door.services, "CA" + "8" * 32) is None
    door.clock.advance(1)
    await step()
    assert await find_call(door.services, "CA" + "8" * 32) is not None


async def test_old_answers_are_forgotten(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    door.clock.advance(timedelta(days=1, seconds=1).total_seconds())
    await reconcile(door.services, door.rest)
    async with door.services.sessions.read() as session:
        assert (await session.execute(select(WebhookAnswer))).first() is None
