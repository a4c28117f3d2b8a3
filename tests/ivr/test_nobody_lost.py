"""Between two steps of an answered call: whatever comes in between, the caller is with one person or in the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from ivr.legs.clock import LegsClock, look_after_legs
from ivr.reconcile import reconcile
from ivr.simulated.network import OutsidePhone
from ivr.tables import PhoneLeg
from tests.ivr.answerers import (
    CALL,
    INTERPRETER,
    MARIE,
    MARIES_PHONE,
    PAUL,
    PAULS_PHONE,
    QUEUE,
    assert_back_at_head,
    assert_with,
    fail,
    handoff_of,
    leg_to,
    legs,
    mend,
    own_phone,
    softphone,
    talking_on_own_phone,
    tick,
    waiting_caller,
    with_colleague,
)
from tests.ivr.doors import Door
from tests.ivr.test_call_acts import silent_caller
from triage.handoff.states import HandoffState, PresenceState
from triage.voice_port import LegState, VoiceUnavailable


def first(door: Door, name: str, before: Callable[[], Awaitable[object]], of: object | None = None) -> None:
    """Once, just before this request or act, something else happens."""
    target = of or door.rest
    real = getattr(target, name)

    async def late(*given: Any, **named: Any) -> Any:
        setattr(target, name, real)
        await before()
        return await real(*given, **named)

    setattr(target, name, late)


async def test_somebody_alone_in_a_conference_is_found(door: Door) -> None:
    assert door.network.dialling is not None
    door.network.dialling.callbacks.hold_back()
    await softphone(door, MARIE)
    _, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    alone = await door.rest.conference(handoff.contact_id)
    assert alone is not None
    await tick(door, 12)
    assert await door.rest.conference(handoff.contact_id) == alone


async def test_the_same_intervenant_claims_again_before_the_end_of_their_leg_is_told(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    dialling = door.network.dialling
    assert dialling is not None
    dialling.callbacks.hold_back()
    old = leg_to(door, MARIES_PHONE)
    [leg] = await legs(door, handoff.contact_id)
    await old.hang_up()
    await phone.settle()
    await _live_again(door, leg.id)
    door.clock.advance(1)
    await door.services.desk.claim(MARIE, handoff.id)
    assert leg_to(door, MARIES_PHONE) is not old, "their telephone rings again"
    dialling.callbacks.release()
    await tick(door)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)
    assert [leg.state for leg in await legs(door, handoff.contact_id)] == [LegState.ENDED, LegState.ON_LINE]


async def _live_again(door: Door, leg_id: str) -> None:
    """As if nobody had told us of its end yet."""
    async with door.services.sessions.write() as session:
        await session.execute(
            update(PhoneLeg).where(PhoneLeg.id == leg_id).values(state=LegState.ON_LINE, cause=None, ended_at=None)
        )


async def test_a_release_does_not_stop_the_telephone_of_the_next_one(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.RINGS)
    door.clock.advance(1)
    first(door, "run_document", lambda: door.services.desk.claim(PAUL, handoff.id))
    await door.services.desk.release(MARIE, handoff.id)
    await tick(door)
    assert leg_to(door, MARIES_PHONE).over
    assert not leg_to(door, PAULS_PHONE).over
    await leg_to(door, PAULS_PHONE).pick_up()
    await leg_to(door, PAULS_PHONE).press("1")
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)


async def test_who_let_go_and_is_still_on_the_line_hears_nothing_of_the_next_conversation(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.PRESSES_ONE)
    door.clock.advance(1)
    fail(door, CALL)
    await door.services.desk.release(MARIE, handoff.id)
    mend(door)
    await door.services.desk.claim(PAUL, handoff.id)
    for _ in range(3):
        await tick(door, 1)
    assert leg_to(door, MARIES_PHONE).over
    await assert_with(door, phone, handoff.contact_id, PAUL)


async def test_a_claim_made_while_a_key_is_awaited_goes_on_ringing(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.RINGS)
    phone, handoff = await silent_caller(door)
    await door.services.voice_desk.ask_key(MARIE, handoff.contact_id)
    await phone.settle()
    door.clock.advance(1)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await door.services.desk.claim(PAUL, handoff.id)
    await phone.press("1")
    await tick(door)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == PAUL.id
    await leg_to(door, PAULS_PHONE).pick_up()
    await leg_to(door, PAULS_PHONE).press("1")
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)


async def test_a_claim_made_before_the_end_of_the_conversation_is_told_goes_on_ringing(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.RINGS)
    door.clock.advance(1)

    async def taken_by_paul() -> None:
        await door.services.desk.give_back(handoff.id, cause="call_leg_lost", claimed_by=MARIE.id)
        await door.services.desk.claim(PAUL, handoff.id)

    await taken_by_paul()
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == PAUL.id
    assert phone.queue == QUEUE
    assert not leg_to(door, PAULS_PHONE).over


async def test_the_clock_ticks_in_the_middle_of_a_cold_transfer(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.RINGS)
    door.clock.advance(60)
    for actor in (MARIE, PAUL):
        await door.services.desk.be_present(actor, PresenceState.AVAILABLE)
    first(door, "end_call", lambda: look_after_legs(door.services, door.rest))
    first(door, "bring_together", lambda: look_after_legs(door.services, door.rest), of=door.services.desk.voice)
    await door.services.voice_desk.cold_transfer(MARIE, handoff.contact_id, PAUL.id)
    await tick(door)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == PAUL.id
    assert phone.queue == QUEUE, "until Paul is on the line"
    await leg_to(door, PAULS_PHONE).pick_up()
    await leg_to(door, PAULS_PHONE).press("1")
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)


async def test_the_intervenant_drops_while_the_caller_is_being_moved(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.settled()

    async def drops() -> None:
        await leg_to(door, MARIES_PHONE).hang_up()
        await door.network.settled()

    first(door, "run_document", drops)
    await tick(door)
    await tick(door, 1)
    await assert_back_at_head(door, phone, handoff.contact_id)


async def test_a_caller_alone_in_the_conversation_waits_there_a_few_seconds_at_most(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    conference_sid = str(await door.rest.conference(handoff.contact_id))
    await door.rest.ends_conference(conference_sid, leg_to(door, MARIES_PHONE).sid, ends=False)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    assert phone.conference == handoff.contact_id
    await tick(door, 6)
    await assert_back_at_head(door, phone, handoff.contact_id)


async def test_a_hand_over_cut_before_its_last_step_ends_the_first_leg_only(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    voice = door.services.voice_desk.calls

    async def killed() -> None:
        raise KeyboardInterrupt

    first(door, "finish_hand_over", killed, of=voice)
    with pytest.raises(KeyboardInterrupt):
        await door.services.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
    await tick(door, 1)
    await assert_with(door, phone, handoff.contact_id, PAUL)
    assert leg_to(door, MARIES_PHONE).over


async def test_a_hand_over_that_half_failed_leaves_a_colleague_who_may_leave(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    maries = leg_to(door, MARIES_PHONE).sid
    door.rest_client.fails = lambda method, path: method == "POST" and maries in path
    with pytest.raises(VoiceUnavailable):
        await door.services.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
    mend(door)
    await leg_to(door, PAULS_PHONE).hang_up()
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_an_outside_person_answers_while_a_telephone_rings(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.post("/ivr/screen", {"CallSid": "CA" + "5" * 32, "ParentCallSid": phone.sid, "Digits": "1"})
    await tick(door)
    assert leg_to(door, MARIES_PHONE).over or (await handoff_of(door, handoff.contact_id)).owner_id is None
    await tick(door)
    assert leg_to(door, MARIES_PHONE).over, "nobody is kept on a line where the caller will not come"


async def test_every_callback_lost_a_claim_is_not_given_back_while_the_whisper_lasts(door: Door) -> None:
    assert door.network.dialling is not None
    door.network.dialling.callbacks.hold_back()
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.settled()
    await tick(door, 11)
    assert await reconcile(door.services, door.rest) == 0
    await tick(door, 1)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_guest_hears_nothing_of_ours(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    door.network.outside[INTERPRETER] = OutsidePhone.RINGS
    await door.services.voice_desk.invite_number(MARIE, handoff.contact_id, INTERPRETER, "")
    await tick(door)
    await leg_to(door, INTERPRETER).pick_up()
    door.clock.advance(1)
    await phone.hang_up()
    await leg_to(door, INTERPRETER).press("1")
    await tick(door)
    guest = leg_to(door, INTERPRETER)
    assert guest.over
    assert not any(word in said for said in guest.words() for word in ("console", "dossier", "file"))


async def test_one_slow_contact_holds_back_no_other(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_phone, slow = await waiting_caller(door)
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.RINGS)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.RINGS)
    await door.services.desk.claim(MARIE, slow.id)
    await door.network.settled()
    stuck, real = asyncio.Event(), door.rest.end_call
    maries = leg_to(door, MARIES_PHONE).sid

    async def end_call(call_sid: str) -> None:
        if call_sid == maries:
            await stuck.wait()
        await real(call_sid)

    monkeypatch.setattr(door.rest, "end_call", end_call)
    door.clock.advance(20)
    step = LegsClock(door.services, door.rest)
    await step()
    try:
        phone, handoff = await waiting_caller(door)
        await door.services.desk.claim(PAUL, handoff.id)
        await door.network.settled()
        door.clock.advance(20)
        async with asyncio.timeout(20):
            while (await handoff_of(door, handoff.contact_id)).owner_id is not None:
                await step()
                await asyncio.sleep(0.01)
    finally:
        stuck.set()
        await step.close()
    assert (await handoff_of(door, handoff.contact_id)).state is HandoffState.WAITING
    assert phone.queue == slow_phone.queue == QUEUE


async def test_a_telephone_that_is_not_needed_any_more_when_it_begins_to_ring_stops(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.RINGS)
    _, handoff = await waiting_caller(door)
    real = door.rest.call_number

    async def slow(*given: Any) -> str:
        sid = await real(*given)
        door.clock.advance(21)
        await look_after_legs(door.services, door.rest)
        return sid

    door.rest.call_number = slow  # type: ignore[method-assign,assignment]
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    assert leg_to(door, MARIES_PHONE).over


async def test_in_the_demonstration_a_console_that_dies_leaves_no_caller_alone(door: Door) -> None:
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)
    await tick(door, 21)
    await assert_back_at_head(door, phone, handoff.contact_id)
