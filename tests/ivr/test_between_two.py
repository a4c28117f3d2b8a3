"""Between an intervenant and the queue: whoever was taken and is not with anybody waits again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from ivr.calls import find_call, note_call
from ivr.reconcile import reconcile
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from tests.ivr.doors import PREVENTION_SUICIDE, Door
from triage.handoff.ladder import FALLBACK
from triage.handoff.service import Actor
from triage.handoff.states import HandoffState, PresenceState, Role
from triage.handoff.tables import StepTaken
from triage.staff_desk import VoiceUnavailable

STAFF = Actor("staff-1", Role.INTERVENANT)
COLLEAGUE = Actor("staff-2", Role.INTERVENANT)
QUEUE = "relais_prevention_suicide"
Fields = Callable[..., dict[str, str]]


async def waiting_caller(door: Door) -> tuple[SimulatedPhone, str]:
    phone = door.phone(PREVENTION_SUICIDE)
    await phone.dial()
    await door.services.desk.be_present(STAFF, PresenceState.AVAILABLE)
    return phone, (await door.handed_over(phone.sid)).id


async def taken_caller(door: Door) -> tuple[SimulatedPhone, str]:
    phone, handoff_id = await waiting_caller(door)
    await door.services.desk.claim(STAFF, handoff_id)
    await phone.settle()
    assert phone.conference is not None
    return phone, handoff_id


async def taken_by_a_killed_process(door: Door) -> tuple[SimulatedPhone, str]:
    """The claim is written, and nothing more."""
    phone, handoff_id = await waiting_caller(door)
    real = door.services.desk.voice.bring_together

    async def killed(contact_id: str, staff_id: str) -> None:
        raise asyncio.CancelledError

    door.services.desk.voice.bring_together = killed  # type: ignore[method-assign]
    with pytest.raises(asyncio.CancelledError):
        await door.services.desk.claim(STAFF, handoff_id)
    door.services.desk.voice.bring_together = real  # type: ignore[method-assign]
    return phone, handoff_id


async def state_of(door: Door, phone: SimulatedPhone) -> HandoffState:
    return (await door.handed_over(phone.sid)).state


async def test_a_released_caller_is_in_the_queue_again(door: Door) -> None:
    phone, handoff_id = await taken_caller(door)
    await door.services.desk.release(STAFF, handoff_id)
    await phone.settle()
    assert (phone.queue, phone.conference) == (QUEUE, None)
    await door.services.desk.claim(COLLEAGUE, handoff_id)
    await phone.settle()
    assert phone.conference is not None


async def test_signing_out_during_a_call_puts_the_caller_in_the_queue(door: Door) -> None:
    phone, _ = await taken_caller(door)
    await door.services.desk.be_gone(STAFF)
    await phone.settle()
    assert phone.queue == QUEUE
    assert await state_of(door, phone) is HandoffState.WAITING


async def test_released_while_twilio_fails_the_caller_is_put_back_later(door: Door) -> None:
    phone, handoff_id = await taken_caller(door)
    door.rest_client.down = True
    await door.services.desk.release(STAFF, handoff_id)
    door.rest_client.down = False
    assert phone.conference is not None
    await reconcile(door.services, door.rest)
    assert phone.conference is not None, "not before a caller had the time to reach the queue"
    door.clock.advance(60)
    assert await reconcile(door.services, door.rest) == 1
    await phone.settle()
    assert phone.queue == QUEUE
    assert await reconcile(door.services, door.rest) == 0


async def test_after_the_silent_code_going_back_says_nothing(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("5")
    await phone.press("5")
    handoff = await door.handed_over(phone.sid)
    await door.services.desk.claim(STAFF, handoff.id)
    await phone.settle()
    before = len(phone.words())
    await door.services.desk.release(STAFF, handoff.id)
    await phone.settle()
    await phone.stay_silent()
    assert phone.queue == "relais_info_social"
    assert phone.words()[before:] == []


async def test_a_claim_whose_caller_stays_in_the_queue_is_given_back(door: Door) -> None:
    phone, _ = await taken_by_a_killed_process(door)
    door.clock.advance(5)
    assert await reconcile(door.services, door.rest) == 0
    door.clock.advance(6)
    assert await reconcile(door.services, door.rest) == 1
    assert await state_of(door, phone) is HandoffState.WAITING
    assert phone.queue == QUEUE


async def test_a_caller_in_conversation_is_left_there(door: Door) -> None:
    phone, _ = await taken_caller(door)
    door.clock.advance(600)
    assert await reconcile(door.services, door.rest) == 0
    assert await state_of(door, phone) is HandoffState.CLAIMED
    assert phone.conference is not None


async def test_the_conference_ends_and_giving_back_fails_once(door: Door, fields: Fields) -> None:
    phone, _ = await taken_caller(door)
    real = door.services.desk.give_back

    async def failing(*args: object, **kwargs: object) -> None:
        door.services.desk.give_back = real  # type: ignore[method-assign]
        raise TimeoutError

    door.services.desk.give_back = failing  # type: ignore[method-assign]
    request = fields(CallSid=phone.sid, To=PREVENTION_SUICIDE, CallStatus="in-progress")
    assert "<Enqueue" in (await door.post("/ivr/after-conversation", request)).text
    assert await state_of(door, phone) is HandoffState.WAITING


async def outside_round(door: Door, phone: SimulatedPhone, handoff_id: str) -> None:
    """The last rung of the ladder is reached, and the caller is let out to the outside numbers."""
    handoff = await door.handed_over(phone.sid)
    async with door.services.sessions.write() as session:
        step = StepTaken(handoff_id=handoff_id, step=FALLBACK, round=handoff.round, at=door.clock.now())
        session.add(step)
    await phone.stay_silent()


async def test_a_caller_with_an_outside_number_is_not_taken_away(door: Door) -> None:
    phone, handoff_id = await waiting_caller(door)
    first = door.services.settings.fallback_numbers["prevention_suicide"][0]
    door.network.outside[first] = OutsidePhone.PRESSES_ONE
    await outside_round(door, phone, handoff_id)
    await note_call(door.services, phone.sid, outside_since=None)  # pressed 1 while the database was lost
    door.clock.advance(600)
    assert await reconcile(door.services, door.rest) == 0
    assert phone.queue is None
    await note_call(door.services, phone.sid, outside_since=door.clock.now())
    contact_id = (await door.handed_over(phone.sid)).contact_id
    with pytest.raises(VoiceUnavailable):
        await door.services.desk.voice.back_to_queue(contact_id)
    await phone.outside_ends()
    assert phone.queue == QUEUE


async def test_a_failure_after_an_outside_conversation_leaves_the_caller_within_reach(
    door: Door, fields: Fields, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, handoff_id = await waiting_caller(door)
    await note_call(door.services, phone.sid, outside_since=door.clock.now())

    async def lost(*args: object) -> str:
        raise TimeoutError

    monkeypatch.setattr("ivr.waiting.call_person_again", lost)
    ended = fields(CallSid=phone.sid, To=PREVENTION_SUICIDE, CallStatus="in-progress", DialBridged="true")
    assert "<Enqueue" in (await door.post("/ivr/overflow?i=1", ended)).text
    await door.services.desk.claim(STAFF, handoff_id)
    await phone.settle()
    assert phone.conference is not None


async def test_an_outside_conversation_of_before_skips_no_outside_number(door: Door) -> None:
    phone, handoff_id = await waiting_caller(door)
    await note_call(door.services, phone.sid, outside_since=door.clock.now())
    await outside_round(door, phone, handoff_id)
    assert door.network.dialled == door.services.settings.fallback_numbers["prevention_suicide"]
    call = await find_call(door.services, phone.sid)
    assert call is not None
    assert call.outside_since is None
