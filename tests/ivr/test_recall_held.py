"""Somebody who is called back: once they talk with an intervenant, nothing but the end of that call parts them."""

from __future__ import annotations

import asyncio

import pytest

from ivr.legs import rows
from ivr.legs.clock import look_after_legs
from ivr.simulated.network import OutsidePhone
from tests.ivr.answerers import MARIE, MARIES_PHONE, handoff_of, leg_to, legs, softphone, tick
from tests.ivr.doors import Door
from tests.ivr.test_recall import PERSON, called_back, gone_and_taken
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import Ladder
from triage.handoff.states import AttemptResult, HandoffState
from triage.voice_port import LegKind, LegState, NotOnLine


def clock_of(door: Door) -> ClockWork:
    services = door.services
    held = services.voice_desk.calls.held_by_leg
    return ClockWork(services.sessions, door.clock, Ladder.load(), held_by_leg=held)


async def test_the_console_closes_and_the_conversation_goes_on(door: Door) -> None:
    handoff = await called_back(door)
    work = clock_of(door)
    for _ in range(3):
        await work.end_expired_leases()
        await tick(door, 30)
    kept = await handoff_of(door, handoff.contact_id)
    assert (kept.state, kept.owner_id) == (HandoffState.CLAIMED, MARIE.id)
    assert leg_to(door, PERSON).conference == handoff.contact_id
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await work.end_expired_leases()
    given = await handoff_of(door, handoff.contact_id)
    assert (given.state, given.owner_id, given.at_head) == (HandoffState.LEFT, None, True)


async def test_the_console_closes_before_anybody_is_on_line_and_it_is_given_back(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    door.network.outside[MARIES_PHONE] = OutsidePhone.RINGS
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    door.clock.advance(60)
    await clock_of(door).end_expired_leases()
    assert (await handoff_of(door, handoff.contact_id)).state is HandoffState.LEFT
    await tick(door)
    assert leg_to(door, MARIES_PHONE).over


async def test_signing_out_gives_it_back_all_the_same(door: Door) -> None:
    handoff = await called_back(door)
    await door.services.desk.be_gone(MARIE)
    await tick(door)
    assert (await handoff_of(door, handoff.contact_id)).owner_id is None
    assert leg_to(door, PERSON).over


async def test_reached_noted_twice_does_not_end_the_conversation(door: Door) -> None:
    handoff = await called_back(door)
    for _ in range(2):
        await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED)
    with pytest.raises(NotOnLine):
        await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.NO_ANSWER)
    await tick(door)
    assert leg_to(door, PERSON).conference == leg_to(door, MARIES_PHONE).conference == handoff.contact_id
    kept = await handoff_of(door, handoff.contact_id)
    assert (kept.owner_id, kept.person_left_at, kept.callback_attempts) == (MARIE.id, None, 1)


async def test_the_clock_ticks_before_the_intervenants_telephone_rings(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    await rows.open_leg(door.services, handoff.contact_id, LegKind.PERSON)
    await look_after_legs(door.services, door.rest)
    [person] = await legs(door, handoff.contact_id)
    assert person.state is LegState.RINGING
    await tick(door, 20)
    [person] = await legs(door, handoff.contact_id)
    assert person.state is LegState.ENDED, "the process that began it is dead"


async def test_asked_twice_at_once_the_person_is_rung_once(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    door.network.outside[PERSON] = OutsidePhone.RINGS
    desk = door.services.voice_desk
    await asyncio.gather(*(desk.call_person(MARIE, handoff.contact_id) for _ in range(3)), return_exceptions=True)
    for _ in range(3):
        await tick(door)
    assert door.network.dialled.count(PERSON) == 1
    assert door.network.dialled.count(MARIES_PHONE) == 1


async def test_a_person_who_was_reached_ends_the_conversation_by_leaving(door: Door) -> None:
    handoff = await called_back(door)
    await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED)
    door.clock.advance(1)
    await leg_to(door, PERSON).hang_up()
    await door.network.settled()
    assert leg_to(door, MARIES_PHONE).over, "nobody talks to an empty line"


async def test_the_person_hangs_up_in_the_moment_when_they_are_noted_as_reached(door: Door) -> None:
    handoff = await called_back(door)
    person = leg_to(door, PERSON)
    await asyncio.gather(
        door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED),
        person.hang_up(),
    )
    door.clock.advance(1)
    await tick(door)
    from ivr.reconcile import reconcile

    await reconcile(door.services, door.rest)
    await tick(door)
    gone = await handoff_of(door, handoff.contact_id)
    assert gone.person_left_at is not None
    assert gone.state is HandoffState.CLAIMED


async def test_the_line_broken_after_a_recall_a_neutral_sentence_is_heard(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = await called_back(door)
    await door.services.voice_desk.note_attempt(MARIE, handoff.contact_id, AttemptResult.REACHED)

    async def broken(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(rows, "find_leg", broken)
    await leg_to(door, MARIES_PHONE).hang_up()
    await leg_to(door, PERSON).settle()
    assert [said for said in leg_to(door, PERSON).words() if said.startswith("La communication a été coupée.")]


async def test_a_softphone_that_calls_back_holds_it_too(door: Door) -> None:
    _, handoff = await gone_and_taken(door)
    await softphone(door, MARIE)
    door.network.outside[PERSON] = OutsidePhone.ANSWERS
    await door.services.voice_desk.call_person(MARIE, handoff.contact_id)
    await door.network.softphone_connect(MARIE.id, {"contact": handoff.contact_id})
    await tick(door)
    await tick(door, 60)
    await clock_of(door).end_expired_leases()
    assert (await handoff_of(door, handoff.contact_id)).owner_id == MARIE.id
