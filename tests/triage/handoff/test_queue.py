"""Claim, order, ladder, lease, leaving: on both databases, with a clock that moves when told."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from foundation.clock import ManualClock
from foundation.sessions import WriteSession
from triage.handoff import presence, queue, service
from triage.handoff.clock_work import ClockWork
from triage.handoff.events import fold
from triage.handoff.ladder import Ladder
from triage.handoff.service import Actor, AlreadyTaken, NotYours
from triage.handoff.states import (
    HandoffEventKind,
    HandoffReason,
    HandoffState,
    PresenceState,
    QueueClass,
    Role,
)
from triage.handoff.tables import Handoff, HandoffEvent, StepTaken
from triage.interventions.types import Channel, Line
from triage.services import Services
from triage.signals import RiskLevel
from triage.staff_desk import VoiceUnavailable

ANNE = Actor("anne", Role.INTERVENANT)
BEN = Actor("ben", Role.INTERVENANT)
GARDE = Actor("garde", Role.GARDE_CLINIQUE)


@pytest.fixture
def services(services_on_both: Services) -> Services:
    return services_on_both


@pytest.fixture
def work(services: Services) -> ClockWork:
    return ClockWork(services.sessions, services.clock, Ladder.load())


async def enqueue(
    services: Services,
    level: RiskLevel = RiskLevel.NONE,
    reason: HandoffReason = HandoffReason.ASKED,
    channel: Channel = Channel.CHAT,
    line: Line = Line.INFO_SOCIAL,
) -> str:
    async with services.sessions.write() as session:
        now = services.clock.now()
        contact = await services.record.open_contact(
            session,
            line=line,
            channel=channel,
            language="fr",
            now=now,  # type: ignore[arg-type]
        )
        await services.record.raise_level(session, contact, level)
        await services.record.hand_to_person(session, contact)
        handoff = await service.open_handoff(
            session, contact_id=contact.id, line=line, channel=channel, level=level, reason=reason, now=now
        )
        return handoff.id


async def get(services: Services, handoff_id: str) -> Handoff:
    async with services.sessions.read() as session:
        return await service.get(session, handoff_id)


async def order(services: Services) -> list[str]:
    async with services.sessions.read() as session:
        return [handoff.id for handoff in await queue.waiting(session, services.clock.now())]


async def events(services: Services, handoff_id: str) -> list[HandoffEvent]:
    async with services.sessions.read() as session:
        found = select(HandoffEvent).where(HandoffEvent.handoff_id == handoff_id).order_by(HandoffEvent.version)
        return list((await session.execute(found)).scalars())


async def present(services: Services, *actors: Actor, state: PresenceState = PresenceState.AVAILABLE) -> None:
    for actor in actors:
        await services.desk.be_present(actor, state)


async def assert_folds(services: Services, handoff_id: str) -> None:
    row, folded = await get(services, handoff_id), fold(await events(services, handoff_id))
    assert (row.callback_due_at, row.callback_attempts) == (folded.callback_due_at, folded.callback_attempts)
    assert (row.state, row.owner_id, row.queue_class, row.level, row.version) == (
        folded.state,
        folded.owner_id,
        folded.queue_class,
        folded.level,
        folded.version,
    )


async def test_two_who_claim_at_once_one_wins(services: Services) -> None:
    handoff_id = await enqueue(services)
    actors = [Actor(f"staff-{n}", Role.INTERVENANT) for n in range(5)]
    results = await asyncio.gather(
        *(services.desk.claim(actor, handoff_id) for actor in actors), return_exceptions=True
    )
    assert sum(isinstance(result, str) for result in results) == 1
    assert sum(isinstance(result, AlreadyTaken) for result in results) == 4
    await assert_folds(services, handoff_id)


async def test_one_open_handoff_a_contact(services: Services) -> None:
    handoff_id = await enqueue(services)
    contact_id = (await get(services, handoff_id)).contact_id

    async def second(session: WriteSession) -> None:
        await service.open_handoff(
            session,
            contact_id=contact_id,
            line=Line.INFO_SOCIAL,
            channel=Channel.CHAT,
            level=RiskLevel.NONE,
            reason=HandoffReason.ASKED,
            now=services.clock.now(),
        )

    with pytest.raises(IntegrityError):
        async with services.sessions.write() as session:
            await second(session)


async def test_the_order_of_the_queue(services: Services, clock: ManualClock) -> None:
    asked = await enqueue(services)
    clock.advance(1)
    partner = await enqueue(services, line=Line.PARTENAIRES)
    clock.advance(1)
    crisis = await enqueue(services, reason=HandoffReason.CRISE)
    clock.advance(1)
    risk = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    clock.advance(1)
    imminent = await enqueue(services, RiskLevel.IMMINENT, HandoffReason.RISK)
    assert await order(services) == [imminent, risk, crisis, partner, asked]


async def test_after_ten_minutes_anyone_moves_up_to_crisis_never_above_a_risk(
    services: Services, clock: ManualClock
) -> None:
    old = await enqueue(services)
    clock.advance(599)
    crisis = await enqueue(services, reason=HandoffReason.CRISE)
    risk = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    assert await order(services) == [risk, crisis, old]
    clock.advance(1)
    assert await order(services) == [risk, old, crisis]


async def test_the_ladder_of_a_risk(services: Services, clock: ManualClock, work: ClockWork) -> None:
    await present(services, ANNE)
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    seen: dict[int, list[str]] = {}
    for second in range(0, 63, 3):
        await present(services, ANNE)
        await work.tick()
        seen[second] = [e.detail["step"] for e in await events(services, handoff_id) if "step" in e.detail]
        clock.advance(3)
    assert seen[0] == ["ring_all"]
    assert seen[27] == ["ring_all"]
    assert seen[30] == ["ring_all", "garde"]
    assert seen[60] == ["ring_all", "garde", "outside_numbers", "fallback"]
    await assert_folds(services, handoff_id)


async def test_nobody_on_line_starts_at_the_last_step(services: Services, work: ClockWork) -> None:
    handoff_id = await enqueue(services, reason=HandoffReason.ASKED)
    await work.tick()
    assert [e.detail.get("step") for e in await events(services, handoff_id)][1:] == ["fallback"]


async def test_many_processes_take_each_step_once(services: Services, clock: ManualClock) -> None:
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    clock.advance(61)
    processes = [ClockWork(services.sessions, services.clock, Ladder.load()) for _ in range(4)]
    await asyncio.gather(*(process.tick() for process in processes))
    await asyncio.gather(*(process.tick() for process in processes))
    steps = [e.detail["step"] for e in await events(services, handoff_id) if "step" in e.detail]
    assert sorted(steps) == ["fallback", "garde", "outside_numbers", "ring_all"]
    await assert_folds(services, handoff_id)


async def test_a_new_round_climbs_again(services: Services, clock: ManualClock, work: ClockWork) -> None:
    await present(services, ANNE)
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    await work.tick()
    await services.desk.claim(ANNE, handoff_id)
    await services.desk.release(ANNE, handoff_id)
    await work.tick()
    async with services.sessions.read() as session:
        taken = (await session.execute(select(StepTaken.round).where(StepTaken.step == "ring_all"))).scalars()
        assert sorted(taken) == [1, 2]


async def test_offers_go_round_the_free_ones(services: Services, clock: ManualClock, work: ClockWork) -> None:
    await present(services, ANNE, BEN)
    handoff_id = await enqueue(services)
    await work.tick()
    first = (await get(services, handoff_id)).offered_to
    clock.advance(6)
    await present(services, ANNE, BEN)
    await work.tick()
    assert (await get(services, handoff_id)).offered_to == first
    clock.advance(7)
    await present(services, ANNE, BEN)
    await work.tick()
    second = (await get(services, handoff_id)).offered_to
    assert {first, second} == {"anne", "ben"}


async def test_no_lower_class_is_offered_while_a_risk_waits(services: Services, work: ClockWork) -> None:
    await present(services, ANNE)
    low = await enqueue(services)
    await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    await work.tick()
    assert (await get(services, low)).offered_to is None


async def test_the_busy_and_the_paused_are_offered_nothing(services: Services, work: ClockWork) -> None:
    mine = await enqueue(services)
    await present(services, ANNE)
    await present(services, BEN, state=PresenceState.PAUSED)
    await services.desk.claim(ANNE, mine)
    other = await enqueue(services)
    await work.tick()
    assert (await get(services, other)).offered_to is None


async def test_a_lost_intervenant_gives_the_chat_back_to_the_head_within_30_seconds(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    await present(services, ANNE)
    lost = await enqueue(services)
    await services.desk.claim(ANNE, lost)
    clock.advance(5)
    waiting = await enqueue(services)
    for _ in range(30):
        await present(services, BEN)
        await work.tick()
        clock.advance(1)
    row = await get(services, lost)
    assert row.state is HandoffState.WAITING
    assert row.owner_id is None
    assert await order(services) == [lost, waiting]
    await assert_folds(services, lost)


async def test_the_person_is_told_of_the_doubt_within_ten_seconds(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    await present(services, ANNE)
    handoff_id = await enqueue(services)
    await services.desk.claim(ANNE, handoff_id)
    contact_id = (await get(services, handoff_id)).contact_id
    async with services.sessions.read() as session:
        assert not await presence.in_doubt(session, ANNE.id, services.clock.now())
    for _ in range(10):
        clock.advance(1)
        await work.tick()
    async with services.sessions.read() as session:
        assert await presence.in_doubt(session, ANNE.id, services.clock.now())
        found = select(StepTaken).where(StepTaken.handoff_id == handoff_id, StepTaken.step == "in_doubt")
        assert (await session.execute(found)).scalar_one()
    assert contact_id


async def test_a_sign_held_up_on_its_way_never_moves_a_lease_backwards(services: Services, clock: ManualClock) -> None:
    before = clock.now()
    clock.advance(30)
    await present(services, ANNE)
    async with services.sessions.write() as session:
        await presence.renew(session, ANNE, PresenceState.AVAILABLE, before)
    async with services.sessions.read() as session:
        assert await presence.state_of(session, ANNE.id, clock.now()) is PresenceState.AVAILABLE


async def test_a_bridged_call_is_not_lost_with_the_browser(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    await present(services, ANNE)
    call = await enqueue(services, channel=Channel.PHONE)
    await services.desk.claim(ANNE, call)
    clock.advance(120)
    await work.tick()
    assert (await get(services, call)).owner_id == "anne"


async def test_leaving_at_risk_stays_in_the_queue_as_parti(services: Services, work: ClockWork) -> None:
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    contact_id = (await get(services, handoff_id)).contact_id
    await services.leaving.leave(contact_id, recall_possible=True, recall_safe=None)
    await work.tick()
    row = await get(services, handoff_id)
    assert row.state is HandoffState.LEFT
    assert row.recall_possible is True
    assert await order(services) == [handoff_id]
    await services.desk.close(GARDE, handoff_id, "rappel")
    assert (await get(services, handoff_id)).state is HandoffState.CLOSED
    await assert_folds(services, handoff_id)


async def test_only_a_person_disposes_of_somebody_who_left(services: Services) -> None:
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    contact_id = (await get(services, handoff_id)).contact_id
    await services.leaving.leave(contact_id, recall_possible=False)
    with pytest.raises(NotYours):
        await services.desk.close(ANNE, handoff_id, "rappel")
    with pytest.raises(ValueError, match="at risk"):
        async with services.sessions.write() as session:
            await service.abandon(session, await service.get(session, handoff_id), services.clock.now())


async def test_leaving_below_risk_ends_the_wait(services: Services) -> None:
    handoff_id = await enqueue(services)
    await services.leaving.leave((await get(services, handoff_id)).contact_id, recall_possible=False)
    assert (await get(services, handoff_id)).state is HandoffState.ABANDONED
    await assert_folds(services, handoff_id)


async def test_leaving_a_conversation_stays_with_its_intervenant_then_becomes_parti_if_she_vanishes(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    await present(services, ANNE)
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK)
    await services.desk.claim(ANNE, handoff_id)
    await services.leaving.leave((await get(services, handoff_id)).contact_id, recall_possible=False)
    row = await get(services, handoff_id)
    assert (row.state, row.owner_id) == (HandoffState.CLAIMED, "anne")
    await assert_folds(services, handoff_id)
    clock.advance(25)
    await work.tick()
    assert (await get(services, handoff_id)).state is HandoffState.LEFT
    await assert_folds(services, handoff_id)


async def test_acts_of_others_are_refused(services: Services) -> None:
    handoff_id = await enqueue(services)
    await services.desk.claim(ANNE, handoff_id)
    contact_id = (await get(services, handoff_id)).contact_id
    with pytest.raises(NotYours):
        await services.desk.release(BEN, handoff_id)
    with pytest.raises(NotYours):
        await services.desk.close(BEN, handoff_id, "soutien")
    with pytest.raises(NotYours):
        await services.desk.say(BEN, contact_id, "c1", "bonjour")
    with pytest.raises(NotYours):
        await services.desk.read(BEN, contact_id)


async def test_a_closed_contact_stays_readable_a_day_for_its_owner_and_always_for_a_garde(
    services: Services, clock: ManualClock
) -> None:
    handoff_id = await enqueue(services)
    contact_id = await services.desk.claim(ANNE, handoff_id)
    await services.desk.close(ANNE, handoff_id, "soutien")
    clock.advance(23 * 3600)
    await services.desk.read(ANNE, contact_id)
    clock.advance(2 * 3600)
    with pytest.raises(NotYours):
        await services.desk.read(ANNE, contact_id)
    await services.desk.read(GARDE, contact_id)


async def test_what_an_intervenant_says_twice_is_said_once(services: Services) -> None:
    handoff_id = await enqueue(services)
    contact_id = await services.desk.claim(ANNE, handoff_id)
    first = await services.desk.say(ANNE, contact_id, "c1", "Bonjour, je m'appelle Anne.")
    again = await services.desk.say(ANNE, contact_id, "c1", "Bonjour, je m'appelle Anne.")
    assert first == again
    opened = await services.desk.read(ANNE, contact_id)
    assert [turn.text for turn in opened.turns] == ["Bonjour, je m'appelle Anne."]


async def test_a_transfer_has_one_owner(services: Services) -> None:
    handoff_id = await enqueue(services)
    await services.desk.claim(ANNE, handoff_id)
    async with services.sessions.write() as session:
        handoff = await service.get(session, handoff_id)
        await service.transfer(session, handoff, actor=ANNE, to=BEN.id, now=services.clock.now())
    assert (await get(services, handoff_id)).owner_id == "ben"
    await assert_folds(services, handoff_id)


async def test_a_call_that_cannot_be_joined_goes_back_to_the_head(services: Services, voice: object) -> None:
    voice.fails = True  # type: ignore[attr-defined]
    handoff_id = await enqueue(services, channel=Channel.PHONE)
    with pytest.raises(VoiceUnavailable):
        await services.desk.claim(ANNE, handoff_id)
    row = await get(services, handoff_id)
    assert (row.state, row.owner_id, row.at_head) == (HandoffState.WAITING, None, True)


async def test_a_telephone_that_breaks_in_any_way_gives_the_caller_back(services: Services, voice: object) -> None:
    async def breaks(contact_id: str, staff_id: str) -> None:
        raise RuntimeError

    voice.bring_together = breaks  # type: ignore[attr-defined]
    handoff_id = await enqueue(services, channel=Channel.PHONE)
    with pytest.raises(VoiceUnavailable):
        await services.desk.claim(ANNE, handoff_id)
    assert (await get(services, handoff_id)).state is HandoffState.WAITING


async def test_a_late_failure_does_not_undo_the_claim_of_another(services: Services) -> None:
    handoff_id = await enqueue(services, channel=Channel.PHONE)
    await services.desk.claim(BEN, handoff_id)
    await services.desk.give_back(handoff_id, "voice_unavailable", claimed_by=ANNE.id)
    assert (await get(services, handoff_id)).owner_id == "ben"


async def test_a_released_caller_goes_back_where_callers_wait(services: Services, voice: object) -> None:
    handoff_id = await enqueue(services, channel=Channel.PHONE)
    contact_id = await services.desk.claim(ANNE, handoff_id)
    await services.desk.release(ANNE, handoff_id)
    assert voice.back_in_queue == [contact_id]  # type: ignore[attr-defined]


async def test_signing_out_gives_back_chats_and_calls(services: Services, voice: object) -> None:
    chat, call = await enqueue(services), await enqueue(services, channel=Channel.PHONE)
    for handoff_id in (chat, call):
        await services.desk.claim(ANNE, handoff_id)
    await services.desk.be_gone(ANNE)
    for handoff_id in (chat, call):
        assert (await get(services, handoff_id)).state is HandoffState.WAITING
        await assert_folds(services, handoff_id)
    assert len(voice.back_in_queue) == 1  # type: ignore[attr-defined]


async def test_a_call_left_while_claimed_becomes_parti_when_its_intervenant_vanishes(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK, Channel.PHONE)
    contact_id = await services.desk.claim(ANNE, handoff_id)
    await services.leaving.leave(contact_id, recall_possible=True)
    clock.advance(25)
    await work.tick()
    assert (await get(services, handoff_id)).state is HandoffState.LEFT


async def test_an_owner_without_any_presence_loses_the_chat(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    handoff_id = await enqueue(services)
    async with services.sessions.write() as session:
        await service.claim(session, handoff_id, ANNE, services.clock.now())
    await work.tick()
    assert (await get(services, handoff_id)).state is HandoffState.WAITING


async def test_a_step_that_never_ends_does_not_stop_the_others(services: Services) -> None:
    done: list[str] = []

    async def never() -> None:
        await asyncio.Event().wait()

    async def works() -> None:
        done.append("yes")

    await ClockWork(services.sessions, services.clock, Ladder.load(), (never, works), step_seconds=0.5).tick()
    assert done == ["yes"]


async def test_who_is_back_before_the_leaving_is_written_has_not_left(services: Services) -> None:
    handoff_id = await enqueue(services)

    async def back(session: WriteSession) -> bool:
        return False

    contact_id = (await get(services, handoff_id)).contact_id
    await services.leaving.leave(contact_id, recall_possible=False, still_gone=back)
    assert (await get(services, handoff_id)).state is HandoffState.WAITING


async def test_a_failing_step_does_not_hold_back_the_others(services: Services) -> None:
    done: list[str] = []

    async def fails() -> None:
        raise RuntimeError("no")

    async def works() -> None:
        done.append("yes")

    await ClockWork(services.sessions, services.clock, Ladder.load(), (fails, works)).tick()
    assert done == ["yes"]


async def test_every_event_kind_is_known_to_the_fold() -> None:
    base = HandoffEvent(version=1, kind=HandoffEventKind.OPENED, detail={"class": "risk", "level": "risk"})
    assert fold([base]).queue_class is QueueClass.RISK
    with pytest.raises(ValueError, match="opening"):
        fold([])
