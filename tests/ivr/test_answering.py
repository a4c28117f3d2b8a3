"""A claim makes a telephone ring; the caller joins whoever answers, or is at the head of the queue again."""

from __future__ import annotations

import pytest

from ivr.reconcile import reconcile
from ivr.simulated.network import OutsidePhone
from tests.ivr.answerers import (
    MARIE,
    MARIES_PHONE,
    PAUL,
    QUEUE,
    assert_back_at_head,
    assert_with,
    handoff_of,
    heard_by,
    leg_to,
    legs,
    own_phone,
    softphone,
    talking_on_own_phone,
    tick,
    waiting_caller,
)
from tests.ivr.doors import INFO_SOCIAL, Door
from triage.handoff.states import HandoffState
from triage.voice_port import AnswerWay, LegState, RefusedNumber, VoiceUnavailable

LEVEL_WORDS = ("risque", "danger imminent", "Appel avec", "ligne de prévention")


async def test_an_own_telephone_rings_and_its_one_brings_the_caller_in(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)
    heard = heard_by(door, MARIES_PHONE)
    assert heard[0].startswith("Relais :")
    assert "Appel avec un risque." in heard
    assert not any(word in said for said in phone.words() for word in LEVEL_WORDS)


async def test_nothing_of_the_person_is_said_before_the_one(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.MAILBOX)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    heard = heard_by(door, MARIES_PHONE)
    assert heard
    assert not any(word in said for said in heard for word in LEVEL_WORDS)
    await assert_back_at_head(door, phone, handoff.contact_id, "not_bridged")


@pytest.mark.parametrize("behaviour", [OutsidePhone.NO_ANSWER, OutsidePhone.BUSY, OutsidePhone.FAILED])
async def test_no_answer_gives_the_caller_back_to_the_head(door: Door, behaviour: OutsidePhone) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, behaviour)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id, "not_bridged")
    assert [leg.state for leg in await legs(door, handoff.contact_id)] == [LegState.ENDED]


async def test_after_twenty_seconds_the_ringing_stops_and_the_caller_is_given_back(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.RINGS)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door, 19)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == MARIE.id
    assert await reconcile(door.services, door.rest) == 0, "a telephone rings: the claim holds"
    await tick(door, 1)
    await assert_back_at_head(door, phone, handoff.contact_id, "not_bridged")
    assert leg_to(door, MARIES_PHONE).over


async def test_without_a_way_to_answer_the_claim_is_given_back(door: Door) -> None:
    door.services.settings.demo = False
    phone, handoff = await waiting_caller(door)
    assert await door.services.voice_desk.answer_way(MARIE) is None
    with pytest.raises(VoiceUnavailable):
        await door.services.desk.claim(MARIE, handoff.id)
    await assert_back_at_head(door, phone, handoff.contact_id, "voice_unavailable")


async def test_twilio_down_at_the_claim_gives_back_at_once(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    door.rest_client.down = True
    with pytest.raises(VoiceUnavailable):
        await door.services.desk.claim(MARIE, handoff.id)
    door.rest_client.down = False
    await assert_back_at_head(door, phone, handoff.contact_id, "voice_unavailable")


async def test_twilio_down_when_the_caller_is_to_be_moved_is_tried_again(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.settled()
    door.rest_client.down = True
    await tick(door)
    assert phone.queue == QUEUE
    door.rest_client.down = False
    await tick(door, 1)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_move_whose_answer_is_lost_is_not_made_twice(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.settled()
    real = door.rest.run_document

    async def lost(call_sid: str, document: str) -> None:
        await real(call_sid, document)
        raise VoiceUnavailable("late")

    door.rest.run_document = lost  # type: ignore[method-assign]
    await tick(door)
    door.rest.run_document = real  # type: ignore[method-assign]
    await tick(door, 1)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_softphone_connects_and_hears_the_whisper(door: Door) -> None:
    await softphone(door, MARIE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    assert phone.queue == QUEUE, "the caller waits until the browser is in"
    call = await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)
    assert "Appel avec un risque." in call.words()


async def test_a_browser_that_never_connects_loses_the_claim(door: Door) -> None:
    await softphone(door, MARIE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door, 20)
    await assert_back_at_head(door, phone, handoff.contact_id, "not_bridged")
    call = await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    assert call.over, "too late: the call is not theirs any more"
    assert phone.queue == QUEUE


async def test_a_browser_gets_no_call_that_is_not_its_own(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    for identity, contact in ((PAUL.id, handoff.contact_id), (MARIE.id, "0" * 32), ("", handoff.contact_id)):
        call = await door.network.softphone_connect(identity, {"contact": contact})
        assert call.over
        assert not any(word in said for said in call.words() for word in LEVEL_WORDS)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_second_tab_does_not_take_the_first_ones_call(door: Door) -> None:
    await softphone(door, MARIE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    await tick(door)
    second = await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    assert second.over
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_the_intervenants_leg_drops_and_the_caller_is_at_the_head(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id, "call_leg_lost")


async def test_the_caller_hangs_up_while_a_telephone_rings(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.RINGS)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await door.network.settled()
    door.clock.advance(1)
    await phone.hang_up()
    await tick(door)
    left = await handoff_of(door, handoff.contact_id)
    assert (left.state, left.owner_id) == (HandoffState.CLAIMED, MARIE.id)
    assert left.person_left_at is not None
    assert leg_to(door, MARIES_PHONE).over, "nobody is rung for somebody who has gone"


async def test_the_caller_hangs_up_in_the_conversation(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    door.clock.advance(1)
    await phone.hang_up()
    await tick(door)
    left = await handoff_of(door, handoff.contact_id)
    assert (left.state, left.owner_id) == (HandoffState.CLAIMED, MARIE.id)
    assert leg_to(door, MARIES_PHONE).over
    assert all(leg.state is LegState.ENDED for leg in await legs(door, handoff.contact_id))


async def test_released_every_leg_ends_and_the_caller_waits(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await door.services.desk.release(MARIE, handoff.id)
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id, "let_go")
    assert leg_to(door, MARIES_PHONE).over
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_closed_every_leg_ends(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await door.services.desk.close(MARIE, handoff.id, "resolu")
    await tick(door)
    assert phone.over
    assert leg_to(door, MARIES_PHONE).over


async def test_callbacks_repeated_and_reversed_change_nothing(door: Door) -> None:
    dialling = door.network.dialling
    assert dialling is not None
    dialling.callbacks.times = 2
    phone, handoff = await talking_on_own_phone(door)
    dialling.callbacks.hold_back()
    await leg_to(door, MARIES_PHONE).hang_up()
    await phone.settle()
    dialling.callbacks.release(backwards=True)
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_every_callback_lost_the_caller_is_brought_in_all_the_same(door: Door) -> None:
    dialling = door.network.dialling
    assert dialling is not None
    dialling.callbacks.hold_back()
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    assert phone.queue == QUEUE, "perhaps the whisper is not over"
    await tick(door, 12)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_process_killed_between_claim_and_ringing_gives_back_after_twenty_seconds(door: Door) -> None:
    phone, handoff = await waiting_caller(door)
    real = door.services.desk.voice.bring_together

    async def killed(contact_id: str, staff_id: str) -> None:
        raise KeyboardInterrupt

    door.services.desk.voice.bring_together = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await door.services.desk.claim(MARIE, handoff.id)
    door.services.desk.voice.bring_together = real  # type: ignore[method-assign]
    await tick(door, 19)
    assert (await handoff_of(door, handoff.contact_id)).owner_id == MARIE.id
    await tick(door, 1)
    await assert_back_at_head(door, phone, handoff.contact_id, "not_bridged")


async def test_in_the_demonstration_an_intervenant_is_with_the_caller_at_once(door: Door) -> None:
    phone, handoff = await waiting_caller(door, INFO_SOCIAL)
    assert await door.services.voice_desk.answer_way(MARIE) is AnswerWay.SIMULATED
    await door.services.desk.claim(MARIE, handoff.id)
    await phone.settle()
    await assert_with(door, phone, handoff.contact_id, MARIE)


@pytest.mark.parametrize("number", ["911", "9-1-1", "+1 911", "+18005550811", "1 900 555 0142", "711", "abc", ""])
async def test_an_own_telephone_is_a_number_that_may_be_dialled(door: Door, number: str) -> None:
    with pytest.raises(RefusedNumber):
        await door.services.voice_desk.choose_way(MARIE, AnswerWay.OWN_PHONE, number)
    assert await door.services.voice_desk.answer_way(MARIE) is AnswerWay.SIMULATED


async def test_an_own_number_is_shown_by_its_last_two_digits(door: Door) -> None:
    await door.services.voice_desk.choose_way(MARIE, AnswerWay.OWN_PHONE, "(819) 555-0161")
    assert await door.services.voice_desk.own_number_shown(MARIE) == "61"
