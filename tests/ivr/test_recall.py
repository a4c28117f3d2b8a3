"""Somebody who left is called back: the intervenant first, then the person, and nobody is named to whoever answers."""

from __future__ import annotations

import pytest

from ivr.calls import find_call
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from tests.ivr.answerers import (
    MARIE,
    MARIES_PHONE,
    assert_back_at_head,
    handoff_of,
    heard_by,
    leg_to,
    own_phone,
    softphone,
    tick,
    waiting_caller,
)
from tests.ivr.doors import PREVENTION_SUICIDE, Door
from triage.handoff.states import AttemptResult, HandoffState
from triage.handoff.tables import Handoff
from triage.voice_port import LegKind, NotOnLine, RefusedNumber, VoiceUnavailable

PERSON = "+18195550150"


async def gone_and_taken(door: Door) -> tuple[SimulatedPhone, Handoff]:
    """At risk, hung up while waiting, and taken by Marie."""
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door)
    await phone.hang_up()
    door.clock.advance(5)
    await door.services.desk.claim(MARIE, handoff.id)
    return phone, await handoff_of(door, handoff.contact_id)


async def called_back(door: Door) -> Handoff:
    """Somebody answered at the person's number, and is with Marie."""
    _, handoff = await gone_and_taken(door)
    door.network.outside[PERSON] = OutsidePhone.ANSWERS
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    await tick(door)
    await tick(door)
    assert leg_to(door, PERSON).conference == handoff.contact_id
    return handoff


async def test_the_intervenant_is_on_line_before_the_person_is_rung(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    door.network.outside[MARIES_PHONE] = OutsidePhone.RINGS
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    await tick(door)
    assert PERSON not in door.network.dialled
    door.network.outside[PERSON] = OutsidePhone.RINGS
    await leg_to(door, MARIES_PHONE).pick_up()
    await leg_to(door, MARIES_PHONE).press("1")
    await tick(door)
    await tick(door)
    assert door.network.dialled[-1] == PERSON
    assert any("Ne nommez pas la ligne" in said for said in heard_by(door, MARIES_PHONE))


async def test_whoever_answers_hears_nothing_of_the_machines(door: Door) -> None:
    handoff = await called_back(door)
    assert heard_by(door, PERSON) == []
    view = await door.services.voice_desk.call_view(MARIE, handoff.contact_id)
    assert view.caller_on_line
    assert {leg.kind for leg in view.legs} == {LegKind.PERSON, LegKind.INTERVENANT}


async def test_an_unknown_person_cut_off_hears_one_neutral_sentence(door: Door) -> None:
    handoff = await called_back(door)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    [said] = heard_by(door, PERSON)
    assert said.startswith("La communication a été coupée.")
    kept = await handoff_of(door, handoff.contact_id)
    assert (kept.state, kept.owner_id) == (HandoffState.CLAIMED, MARIE.id)
    assert kept.person_left_at is not None, "still to be called back"


async def test_a_person_who_was_reached_and_is_cut_off_is_in_the_queue(door: Door) -> None:
    handoff = await called_back(door)
    await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED)
    assert (await handoff_of(door, handoff.contact_id)).person_left_at is None
    person = leg_to(door, PERSON)
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await person.settle()
    again = await handoff_of(door, handoff.contact_id)
    assert (again.state, again.owner_id, again.at_head) == (HandoffState.WAITING, None, True)
    assert person.queue == "relais_prevention_suicide"
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    assert person.conference == handoff.contact_id


async def test_a_person_who_was_reached_and_hangs_up_is_gone_again(door: Door) -> None:
    handoff = await called_back(door)
    await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED)
    door.clock.advance(1)
    await leg_to(door, PERSON).hang_up()
    await tick(door)
    gone = await handoff_of(door, handoff.contact_id)
    assert (gone.state, gone.owner_id) == (HandoffState.CLAIMED, MARIE.id)
    assert gone.person_left_at is not None
    assert leg_to(door, MARIES_PHONE).over


@pytest.mark.parametrize("behaviour", [OutsidePhone.NO_ANSWER, OutsidePhone.BUSY, OutsidePhone.FAILED])
async def test_nobody_answers_and_the_intervenant_may_try_again(door: Door, behaviour: OutsidePhone) -> None:
    _, handoff = await gone_and_taken(door)
    door.network.outside[PERSON] = behaviour
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    await tick(door)
    await tick(door)
    view = await door.services.voice_desk.call_view(MARIE, handoff.contact_id)
    assert [leg.kind for leg in view.legs] == [LegKind.INTERVENANT]
    door.network.outside[PERSON] = OutsidePhone.ANSWERS
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    await tick(door)
    assert leg_to(door, PERSON).conference == handoff.contact_id


async def test_an_attempt_that_failed_ends_the_legs(door: Door) -> None:
    handoff = await called_back(door)
    await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.MAILBOX)
    await tick(door)
    assert leg_to(door, PERSON).over
    assert leg_to(door, MARIES_PHONE).over


async def test_an_intervenant_who_does_not_answer_rings_nobody(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    door.network.outside[MARIES_PHONE] = OutsidePhone.MAILBOX
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    await tick(door)
    await tick(door)
    assert PERSON not in door.network.dialled
    assert (await door.services.voice_desk.call_view(MARIE, handoff.contact_id)).legs == ()
    assert (await handoff_of(door, handoff.contact_id)).owner_id == MARIE.id


async def test_a_softphone_calls_back_too(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    await softphone(door, MARIE)
    door.network.outside[PERSON] = OutsidePhone.ANSWERS
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    call = await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    await tick(door)
    await tick(door)
    assert call.conference == leg_to(door, PERSON).conference == handoff.contact_id


async def test_twilio_down_leaves_nothing_half_made(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    door.rest_client.down = True
    with pytest.raises(VoiceUnavailable):
        await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    door.rest_client.down = False
    assert (await door.services.voice_desk.call_view(MARIE, handoff.contact_id)).legs == ()
    await tick(door)
    assert PERSON not in door.network.dialled


async def test_somebody_on_line_is_not_called_back(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    _, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    with pytest.raises(NotOnLine):
        await door.services.voice_desk.call_person(MARIE, handoff.contact_id)


async def test_a_hidden_number_cannot_be_called_back(door: Door) -> None:
    phone = door.phone(PREVENTION_SUICIDE, caller="+266696687")
    await phone.dial()
    handoff = await door.handed_over(phone.sid)
    await phone.hang_up()
    await door.services.desk.claim(MARIE, handoff.id)
    with pytest.raises(RefusedNumber):
        await door.services.voice_desk.call_person(MARIE, handoff.contact_id)


async def test_released_during_a_call_back_it_is_at_the_head_to_be_called(door: Door) -> None:
    handoff = await called_back(door)
    await door.services.desk.release(MARIE, handoff.id)
    await tick(door)
    kept = await handoff_of(door, handoff.contact_id)
    assert (kept.state, kept.owner_id, kept.at_head) == (HandoffState.LEFT, None, True)
    assert leg_to(door, PERSON).over


async def test_the_person_reached_is_a_call_like_another(door: Door) -> None:
    handoff = await called_back(door)
    person = leg_to(door, PERSON)
    await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED)
    assert await find_call(door.services, person.sid) is not None
    await door.services.voice_desk.hold(MARIE, handoff.contact_id, True)
    await person.settle()
    assert person.held
    await door.services.desk.release(MARIE, handoff.id)
    await tick(door)
    await assert_back_at_head(door, person, handoff.contact_id, "let_go")  # type: ignore[arg-type]
