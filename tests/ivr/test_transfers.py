"""The contact changes hands, warm or cold: always exactly one owner, and the caller with them or in the queue."""

from __future__ import annotations

import asyncio

import pytest

from ivr.simulated.network import OutsidePhone
from tests.ivr.answerers import (
    CALL,
    CALLS,
    MARIE,
    MARIES_PHONE,
    PARTICIPANT,
    PAUL,
    PAULS_PHONE,
    assert_back_at_head,
    assert_with,
    events_of,
    fail,
    handoff_of,
    leg_to,
    mend,
    own_phone,
    talking_on_own_phone,
    tick,
    with_colleague,
)
from tests.ivr.doors import Door
from triage.handoff.service import NotYours
from triage.handoff.states import HandoffEventKind
from triage.voice_port import NotOnLine, VoiceUnavailable


async def test_a_warm_transfer_leaves_exactly_one_owner(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    await door.services.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)
    assert leg_to(door, MARIES_PHONE).over
    with pytest.raises(NotYours):
        await door.services.voice_desk.hold(MARIE, handoff.contact_id, True)
    kinds = [event.kind for event in await events_of(door, await handoff_of(door, handoff.contact_id))]
    assert kinds.count(HandoffEventKind.TRANSFERRED) == 1
    await leg_to(door, PAULS_PHONE).hang_up()
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id, "call_leg_lost")


async def test_two_hand_overs_at_once_leave_one_owner(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    desk = door.services.voice_desk
    done = await asyncio.gather(
        desk.hand_over(MARIE, handoff.contact_id, PAUL.id),
        desk.hand_over(MARIE, handoff.contact_id, PAUL.id),
        return_exceptions=True,
    )
    assert sum(one is None for one in done) >= 1
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)


async def test_nothing_is_handed_over_to_somebody_who_is_not_in_the_call(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    with pytest.raises(NotOnLine):
        await door.services.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_hand_over_that_twilio_refuses_changes_nothing(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    fail(door, PARTICIPANT)
    with pytest.raises(VoiceUnavailable):
        await door.services.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
    mend(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_hand_over_whose_last_step_fails_has_changed_hands(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    fail(door, CALL)
    await door.services.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
    mend(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)


async def test_the_owner_drops_with_a_colleague_in_the_call(door: Door) -> None:
    phone, handoff = await with_colleague(door)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id, "call_leg_lost")
    assert leg_to(door, PAULS_PHONE).over


async def test_a_cold_transfer_rings_the_colleague_while_the_caller_waits(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.PRESSES_ONE)
    await door.services.voice_desk.cold_transfer(MARIE, handoff.contact_id, PAUL.id)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == PAUL.id
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, PAUL)
    assert leg_to(door, MARIES_PHONE).over
    assert "Je vous passe une autre personne de l'équipe. Restez en ligne." in phone.words()


async def test_a_cold_transfer_nobody_answers_puts_the_caller_at_the_head(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.RINGS)
    await door.services.voice_desk.cold_transfer(MARIE, handoff.contact_id, PAUL.id)
    await tick(door, 19)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == PAUL.id
    await tick(door, 1)
    await assert_back_at_head(door, phone, handoff.contact_id, "not_bridged")


async def test_a_cold_transfer_that_cannot_begin_changes_nothing(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    fail(door, CALL)
    with pytest.raises(VoiceUnavailable):
        await door.services.voice_desk.cold_transfer(MARIE, handoff.contact_id, PAUL.id)
    mend(door)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_cold_transfer_that_cannot_ring_puts_the_caller_at_the_head(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.PRESSES_ONE)
    fail(door, CALLS)
    with pytest.raises(VoiceUnavailable):
        await door.services.voice_desk.cold_transfer(MARIE, handoff.contact_id, PAUL.id)
    mend(door)
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id, "voice_unavailable")
