"""The queues of Twilio and ours are compared, and a difference is put right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from twilio.http.response import Response

from ivr.calls import find_call
from ivr.reconcile import Reconciling, reconcile
from ivr.simulated.network import CallStatus
from ivr.tables import WebhookAnswer
from tests.ivr.doors import INFO_SOCIAL, PREVENTION_SUICIDE, Door
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import Ladder
from triage.handoff.states import HandoffReason, HandoffState, QueueClass

Fields = Callable[..., dict[str, str]]
SUICIDE_QUEUE = "relais_prevention_suicide"
LONGEST_HOLD_SECONDS = 10


def sid_of(number: int) -> str:
    return f"CA{number:032d}"


async def compared(step: Reconciling) -> None:
    await step()
    assert step.comparison is not None
    await step.comparison


async def many_on_line(door: Door, fields: Fields, count: int) -> None:
    for number in range(count):
        await door.post("/ivr/voice", fields(CallSid=sid_of(number), To=PREVENTION_SUICIDE))
        door.is_on_line(sid_of(number), PREVENTION_SUICIDE)
        door.clock.advance(1)


def hold_back(door: Door) -> threading.Event:
    """Twilio answers nothing until the event is set; the limit is for a clock that would wait for it."""
    real, released = door.rest_client.request, threading.Event()

    def held(*args: object, **kwargs: object) -> Response:
        released.wait(LONGEST_HOLD_SECONDS)
        return real(*args, **kwargs)  # type: ignore[arg-type]

    door.rest_client.request = held  # type: ignore[method-assign]
    return released


async def test_somebody_in_the_queue_without_a_row_gets_a_handoff(door: Door) -> None:
    door.is_on_line(sid_of(9), INFO_SOCIAL, "relais_info_social")
    assert await reconcile(door.services, door.rest) == 1
    handoff = await door.handed_over(sid_of(9))
    assert (handoff.reason, handoff.line.value) == (HandoffReason.FAULT, "info_social")
    assert await reconcile(door.services, door.rest) == 0


async def test_somebody_in_the_suicide_lines_queue_without_a_row_is_at_risk(door: Door) -> None:
    door.is_on_line(sid_of(9), PREVENTION_SUICIDE, SUICIDE_QUEUE)
    await reconcile(door.services, door.rest)
    assert (await door.handed_over(sid_of(9))).queue_class is QueueClass.RISK
    door.network.set_status(sid_of(9), CallStatus.COMPLETED)
    await reconcile(door.services, door.rest)
    assert (await door.handed_over(sid_of(9))).state is HandoffState.LEFT


async def test_a_caller_whose_number_cannot_be_learnt_is_called_for_too(door: Door) -> None:
    door.network.enter_queue(SUICIDE_QUEUE, sid_of(1))
    door.is_on_line(sid_of(2), PREVENTION_SUICIDE, SUICIDE_QUEUE)
    assert await reconcile(door.services, door.rest) == 2
    for number in (1, 2):
        assert (await door.handed_over(sid_of(number))).state is HandoffState.WAITING


async def test_one_caller_that_fails_does_not_hold_back_the_others(door: Door) -> None:
    for number in (1, 2):
        door.is_on_line(sid_of(number), PREVENTION_SUICIDE, SUICIDE_QUEUE)
    door.fail_once()
    assert await reconcile(door.services, door.rest) == 1
    assert await reconcile(door.services, door.rest) == 1


async def test_a_hang_up_that_nobody_told_us_about_is_found(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak("je veux mourir")
    assert await reconcile(door.services, door.rest) == 0
    door.network.set_status(phone.sid, CallStatus.COMPLETED)
    assert await reconcile(door.services, door.rest) == 1
    assert (await door.handed_over(phone.sid)).state is HandoffState.LEFT


async def test_a_ghost_past_the_twentieth_caller_is_found(door: Door, fields: Fields) -> None:
    await many_on_line(door, fields, 21)
    door.network.set_status(sid_of(20), CallStatus.COMPLETED)
    await reconcile(door.services, door.rest)
    assert (await door.handed_over(sid_of(20))).state is HandoffState.LEFT
    assert (await door.handed_over(sid_of(0))).state is HandoffState.WAITING


async def test_many_ghosts_are_found_in_a_few_rounds_whatever_twilio_refuses(door: Door, fields: Fields) -> None:
    await many_on_line(door, fields, 45)
    for number in range(45):
        if number < 20:
            door.network.forget(sid_of(number))
        else:
            door.network.set_status(sid_of(number), CallStatus.COMPLETED)
    for _ in range(8):
        await reconcile(door.services, door.rest)
        door.clock.advance(30)
    states = {(await door.handed_over(sid_of(number))).state for number in range(20, 45)}
    assert states == {HandoffState.LEFT}


async def test_the_clocks_step_compares_every_thirty_seconds(door: Door) -> None:
    step = Reconciling(door.services, door.rest)
    await compared(step)
    door.is_on_line(sid_of(8), INFO_SOCIAL, "relais_info_social")
    door.clock.advance(29)
    await compared(step)
    assert await find_call(door.services, sid_of(8)) is None
    door.clock.advance(1)
    await compared(step)
    assert await find_call(door.services, sid_of(8)) is not None


async def test_a_slow_twilio_does_not_hold_the_clock(door: Door, fields: Fields) -> None:
    await many_on_line(door, fields, 2)
    released = hold_back(door)
    step = Reconciling(door.services, door.rest)
    clock_work = ClockWork(door.services.sessions, door.clock, Ladder.load(), (step,))
    try:
        await clock_work.tick()
        first = step.comparison
        assert first is not None
        assert not first.done()
        door.clock.advance(31)
        await clock_work.tick()
        assert step.comparison is first, "one comparison at a time"
    finally:
        released.set()
        await step.close()
    assert first.done()


async def test_twilio_down_is_noted_and_tried_again(door: Door) -> None:
    step = Reconciling(door.services, door.rest)
    door.rest_client.down = True
    await compared(step)
    door.rest_client.down = False
    door.is_on_line(sid_of(8), INFO_SOCIAL, "relais_info_social")
    door.clock.advance(30)
    await compared(step)
    assert await find_call(door.services, sid_of(8)) is not None


async def test_old_answers_are_forgotten(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    door.clock.advance(timedelta(days=1, seconds=1).total_seconds())
    await reconcile(door.services, door.rest)
    async with door.services.sessions.read() as session:
        assert (await session.execute(select(WebhookAnswer))).first() is None
