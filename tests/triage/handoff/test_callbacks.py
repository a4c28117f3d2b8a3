"""A promised callback keeps its place, is tried again, and is ended by a person only: on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.clock import ManualClock
from tests.triage.handoff.test_queue import ANNE, BEN, GARDE, assert_folds, enqueue, events, get, order, present
from triage.handoff import queue, service
from triage.handoff.callback_rules import CALLBACK_RULES_FILE, CallbackRules, CallbackRulesError, callback_rules
from triage.handoff.callback_script import CallbackScript, load_callback_scripts
from triage.handoff.callbacks import NoCallback, note_attempt, set_callback
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import LADDER_FILE, Ladder, LadderError
from triage.handoff.service import AlreadyTaken, NotYours
from triage.handoff.states import AttemptResult, HandoffReason, HandoffState
from triage.handoff.tables import HandoffEvent
from triage.interventions.texts import TextFileError
from triage.interventions.types import Channel, Language
from triage.services import Services
from triage.signals import RiskLevel

RETRY = callback_rules().retry_after
IN_VAIN = [AttemptResult.NO_ANSWER, AttemptResult.MAILBOX, AttemptResult.NOT_SAFE]


@pytest.fixture
def services(services_on_both: Services) -> Services:
    return services_on_both


@pytest.fixture
def work(services: Services) -> ClockWork:
    return ClockWork(services.sessions, services.clock, Ladder.load())


async def promised(services: Services) -> str:
    handoff_id = await enqueue(services, channel=Channel.PHONE)
    await set_it(services, handoff_id)
    return handoff_id


async def set_it(services: Services, handoff_id: str) -> None:
    async with services.sessions.write() as session:
        await set_callback(session, await service.get(session, handoff_id), services.clock.now())


async def tried(services: Services, handoff_id: str, result: AttemptResult) -> None:
    async with services.sessions.write() as session:
        handoff = await service.get(session, handoff_id)
        await note_attempt(session, handoff, actor=ANNE, result=result, now=services.clock.now())


async def steps(services: Services, handoff_id: str) -> list[str]:
    return [e.detail["step"] for e in await events(services, handoff_id) if e.kind == "escalated"]


async def test_it_keeps_the_order_of_arrival(services: Services, clock: ManualClock) -> None:
    first = await enqueue(services, channel=Channel.PHONE)
    clock.advance(5)
    second = await enqueue(services, channel=Channel.PHONE)
    await set_it(services, first)
    assert await order(services) == [first, second]
    row = await get(services, first)
    assert (row.state, row.recall_possible, row.callback_attempts) == (HandoffState.CALLBACK, True, 0)
    assert row.callback_due_at == clock.now()
    await assert_folds(services, first)


async def test_at_risk_no_callback_can_be_promised(services: Services) -> None:
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK, Channel.PHONE)
    with pytest.raises(NoCallback):
        await set_it(services, handoff_id)
    assert (await get(services, handoff_id)).state is HandoffState.WAITING


@pytest.mark.parametrize("state", ["claimed", "already"])
async def test_only_who_waits_can_be_promised_one(services: Services, state: str) -> None:
    handoff_id = await enqueue(services, channel=Channel.CHAT)
    if state == "claimed":
        await services.desk.claim(ANNE, handoff_id)
    else:
        await set_it(services, handoff_id)
    version = (await get(services, handoff_id)).version
    with pytest.raises(NoCallback):
        await set_it(services, handoff_id)
    assert (await get(services, handoff_id)).version == version


async def test_a_promise_and_a_claim_at_once_have_one_winner(services: Services) -> None:
    handoff_id = await enqueue(services, channel=Channel.CHAT)

    async def claim() -> None:
        async with services.sessions.write() as session:
            await service.claim(session, handoff_id, ANNE, services.clock.now())

    results = await asyncio.gather(set_it(services, handoff_id), claim(), return_exceptions=True)
    row = await get(services, handoff_id)
    assert not isinstance(results[1], AlreadyTaken), "a callback can be claimed too"
    assert row.owner_id == ANNE.id
    await assert_folds(services, handoff_id)


async def test_leaving_after_the_promise_changes_nothing(services: Services) -> None:
    handoff_id = await promised(services)
    row = await get(services, handoff_id)
    await services.leaving.leave(row.contact_id, recall_possible=False)
    assert (await get(services, handoff_id)).version == row.version


async def test_who_came_back_and_leaves_again_is_still_called_back(services: Services) -> None:
    handoff_id = await promised(services)
    async with services.sessions.write() as session:
        await service.come_back(session, await service.get(session, handoff_id), services.clock.now())
    assert (await get(services, handoff_id)).state is HandoffState.WAITING
    await services.leaving.leave((await get(services, handoff_id)).contact_id, recall_possible=True)
    row = await get(services, handoff_id)
    assert (row.state, row.callback_due_at is not None) == (HandoffState.CALLBACK, True)
    await assert_folds(services, handoff_id)


async def test_the_machine_lets_nobody_go_who_was_promised_a_call(services: Services) -> None:
    handoff_id = await promised(services)
    with pytest.raises(ValueError, match="promised"):
        async with services.sessions.write() as session:
            await service.abandon(session, await service.get(session, handoff_id), services.clock.now())


async def test_a_risk_makes_it_somebody_who_left_at_risk(services: Services, work: ClockWork) -> None:
    handoff_id = await promised(services)
    async with services.sessions.write() as session:
        handoff = await service.get(session, handoff_id)
        await service.raise_level(session, handoff, RiskLevel.RISK, services.clock.now())
    assert (await get(services, handoff_id)).state is HandoffState.LEFT
    await assert_folds(services, handoff_id)
    await work.tick()
    assert "fallback" in await steps(services, handoff_id), "the ladder of a risk, nobody being on line"
    await services.leaving.leave((await get(services, handoff_id)).contact_id, recall_possible=True)
    assert (await get(services, handoff_id)).state is HandoffState.LEFT


async def test_its_ladder_dials_nobody_and_ends_with_a_garde(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    await present(services, ANNE)
    await services.desk.claim(ANNE, await enqueue(services))
    handoff_id = await promised(services)
    for _ in range(13):
        await present(services, ANNE)
        await work.tick()
        clock.advance(60)
    assert await steps(services, handoff_id) == ["garde"]


async def test_nobody_on_line_tells_a_garde_at_once(services: Services, work: ClockWork) -> None:
    handoff_id = await promised(services)
    await work.tick()
    assert await steps(services, handoff_id) == ["garde"]


async def test_it_is_offered_in_its_turn(services: Services, clock: ManualClock, work: ClockWork) -> None:
    first = await promised(services)
    clock.advance(5)
    second = await enqueue(services)
    await present(services, ANNE)
    await work.tick()
    assert (await get(services, first)).offered_to == ANNE.id
    assert (await get(services, second)).offered_to is None


@pytest.mark.parametrize("result", IN_VAIN)
async def test_a_call_in_vain_is_due_again_later(services: Services, clock: ManualClock, result: AttemptResult) -> None:
    handoff_id = await promised(services)
    opened_at = (await get(services, handoff_id)).opened_at
    await services.desk.claim(ANNE, handoff_id)
    clock.advance(30)
    await tried(services, handoff_id, result)
    row = await get(services, handoff_id)
    assert (row.state, row.owner_id, row.callback_attempts) == (HandoffState.CALLBACK, None, 1)
    assert (row.callback_due_at, row.opened_at) == (clock.now() + RETRY, opened_at)
    assert row.recall_safe is (False if result is AttemptResult.NOT_SAFE else None)
    await assert_folds(services, handoff_id)


async def test_what_is_not_due_is_neither_offered_nor_escalated(
    services: Services, clock: ManualClock, work: ClockWork
) -> None:
    handoff_id = await promised(services)
    await services.desk.claim(ANNE, handoff_id)
    await tried(services, handoff_id, AttemptResult.NO_ANSWER)
    await work.tick()
    assert await steps(services, handoff_id) == []
    await present(services, BEN)
    await work.tick()
    assert (await get(services, handoff_id)).offered_to is None
    clock.advance(RETRY.total_seconds())
    await present(services, BEN)
    await work.tick()
    assert (await get(services, handoff_id)).offered_to == BEN.id


async def test_after_some_calls_in_vain_a_garde_is_told(services: Services) -> None:
    handoff_id = await promised(services)
    for number in range(1, callback_rules().attempts_before_garde + 1):
        assert await steps(services, handoff_id) == []
        await services.desk.claim(ANNE, handoff_id)
        await tried(services, handoff_id, AttemptResult.NO_ANSWER)
        assert (await get(services, handoff_id)).callback_attempts == number
    assert await steps(services, handoff_id) == ["garde"]
    await assert_folds(services, handoff_id)


async def test_a_call_that_was_not_safe_tells_a_garde_at_once(services: Services) -> None:
    handoff_id = await promised(services)
    await services.desk.claim(ANNE, handoff_id)
    await tried(services, handoff_id, AttemptResult.NOT_SAFE)
    assert await steps(services, handoff_id) == ["garde"]


async def test_who_is_reached_stays_with_who_called_and_let_go_is_called_again(services: Services) -> None:
    handoff_id = await promised(services)
    await services.desk.claim(ANNE, handoff_id)
    await tried(services, handoff_id, AttemptResult.REACHED)
    row = await get(services, handoff_id)
    assert (row.state, row.owner_id, row.callback_attempts) == (HandoffState.CLAIMED, ANNE.id, 1)
    await services.desk.release(ANNE, handoff_id)
    assert (await get(services, handoff_id)).state is HandoffState.CALLBACK
    await assert_folds(services, handoff_id)


async def test_at_risk_a_call_in_vain_leaves_them_with_who_called_and_tells_a_garde(services: Services) -> None:
    handoff_id = await enqueue(services, RiskLevel.RISK, HandoffReason.RISK, Channel.PHONE)
    await services.leaving.leave((await get(services, handoff_id)).contact_id, recall_possible=True)
    await services.desk.claim(ANNE, handoff_id)
    for _ in range(2):
        await tried(services, handoff_id, AttemptResult.NO_ANSWER)
    row = await get(services, handoff_id)
    assert (row.state, row.owner_id, row.callback_attempts) == (HandoffState.CLAIMED, ANNE.id, 2)
    assert await steps(services, handoff_id) == ["garde"]
    await assert_folds(services, handoff_id)


async def test_only_its_owner_notes_a_call(services: Services) -> None:
    handoff_id = await promised(services)
    with pytest.raises(NotYours):
        await tried(services, handoff_id, AttemptResult.REACHED)
    await services.desk.claim(BEN, handoff_id)
    with pytest.raises(NotYours):
        await tried(services, handoff_id, AttemptResult.REACHED)


async def test_who_vanishes_gives_the_callback_back(services: Services, clock: ManualClock, work: ClockWork) -> None:
    await present(services, ANNE)
    handoff_id = await promised(services)
    await services.desk.claim(ANNE, handoff_id)
    clock.advance(25)
    await work.tick()
    assert (await get(services, handoff_id)).state is HandoffState.CALLBACK
    await assert_folds(services, handoff_id)


async def test_a_person_ends_it(services: Services) -> None:
    one, other = await promised(services), await promised(services)
    await services.desk.claim(ANNE, one)
    await services.desk.close(ANNE, one, "soutien")
    with pytest.raises(NotYours):
        await services.desk.close(ANNE, other, "soutien")
    await services.desk.close(GARDE, other, "rappel")
    for handoff_id in (one, other):
        assert (await get(services, handoff_id)).state is HandoffState.CLOSED
        await assert_folds(services, handoff_id)


async def test_its_steps_and_due_times_are_in_the_events(services: Services, clock: ManualClock) -> None:
    handoff_id = await promised(services)
    await services.desk.claim(ANNE, handoff_id)
    await tried(services, handoff_id, AttemptResult.MAILBOX)
    async with services.sessions.read() as session:
        found = select(HandoffEvent).where(HandoffEvent.handoff_id == handoff_id).order_by(HandoffEvent.version)
        kinds = [event.kind.value for event in (await session.execute(found)).scalars()]
        waiting = await queue.waiting(session, clock.now())
    assert kinds == ["opened", "callback_set", "claimed", "attempted"]
    assert [handoff.id for handoff in waiting] == [handoff_id]


@pytest.mark.parametrize(
    ("line", "wrong", "named"),
    [
        ("lignes: [info_social]", "lignes: [prevention_suicide]", "prévention du suicide"),
        ("lignes: [info_social]", "lignes: [lune]", "illisible"),
        ("nouvel_essai_secondes: 900", "nouvel_essai_secondes: 5", "nouvel_essai_secondes"),
        ("essais_avant_garde: 3", "essais_avant_garde: 0", "essais_avant_garde"),
    ],
)
def test_unusable_rules_are_refused(tmp_path: Path, line: str, wrong: str, named: str) -> None:
    content = CALLBACK_RULES_FILE.read_text(encoding="utf-8")
    assert line in content
    path = tmp_path / "callback_rules.yml"
    path.write_text(content.replace(line, wrong), encoding="utf-8")
    with pytest.raises(CallbackRulesError, match=named):
        CallbackRules.load(path)


def test_a_ladder_that_would_dial_for_a_callback_is_refused(tmp_path: Path) -> None:
    content = LADDER_FILE.read_text(encoding="utf-8")
    rung = "rappels:\n  - {etape: garde, apres: 600}"
    assert rung in content
    for wrong in ("rappels:\n  - {etape: fallback, apres: 600}", "rappels: []", ""):
        path = tmp_path / "ladder.yml"
        path.write_text(content.replace(rung, wrong), encoding="utf-8")
        with pytest.raises(LadderError):
            Ladder.load(path)
    dialled = rung.replace("rappels:\n", "rappels:\n  - {etape: fallback, apres: 10}\n")
    path.write_text(content.replace(rung, dialled), encoding="utf-8")
    with pytest.raises(LadderError, match="secours"):
        Ladder.load(path)


def test_the_script_never_names_the_line_to_somebody_unknown(tmp_path: Path) -> None:
    for script in load_callback_scripts():
        first = script.to_say[0]
        assert not any(name in first for name in ("Info-Social", "811", "suicide", "ligne", "line"))
        assert script.never
    (tmp_path / "callback_script_fr.yml").write_text("statut: non validé\navant: x\n", encoding="utf-8")
    with pytest.raises(TextFileError, match="dire"):
        CallbackScript.load(Language.FRENCH, tmp_path)
