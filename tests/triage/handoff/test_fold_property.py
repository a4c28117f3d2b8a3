"""Whatever happens to a handoff, its row is what its events say, and it has one owner or none."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.clock import ManualClock
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter, ScriptedVoice
from tests.fixtures.services import make_settings
from triage.handoff import service
from triage.handoff.callbacks import may_be_called_back, note_attempt, set_callback
from triage.handoff.clock_work import ClockWork
from triage.handoff.events import fold
from triage.handoff.ladder import Ladder
from triage.handoff.service import Actor, AlreadyTaken, NotYours
from triage.handoff.states import OPEN_STATES, AttemptResult, HandoffState, PresenceState, Role
from triage.handoff.tables import Handoff, HandoffEvent
from triage.interventions.types import Channel, Line
from triage.services import Services, build_services
from triage.signals import RiskLevel
from triage.turn import IncomingTurn, Said

STAFF = [Actor("anne", Role.INTERVENANT), Actor("ben", Role.INTERVENANT), Actor("garde", Role.GARDE_CLINIQUE)]
ATTEMPTS = {
    "reached": AttemptResult.REACHED,
    "no_answer": AttemptResult.NO_ANSWER,
    "not_safe": AttemptResult.NOT_SAFE,
}
ACTS = st.sampled_from(
    [
        *("ask", "risk", "imminent", "leave", "talk", "tick", "sign0"),
        *("claim0", "claim1", "release0", "close0", "close2"),
        *("callback", "reached0", "no_answer0", "not_safe0", "later"),
    ]
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(ACTS, min_size=3, max_size=14))
def test_row_and_events_agree(acts: list[str], sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / f"{abs(hash(tuple(acts)))}.db"
    path.write_bytes(sqlite_template.read_bytes())
    asyncio.run(_play(acts, f"sqlite+aiosqlite:///{path}", tmp_path))


async def _play(acts: list[str], url: str, var: Path) -> None:
    clock = ManualClock()
    async with httpx.AsyncClient() as http:
        gate: Any = ScriptedGate()
        services = build_services(
            make_settings(url, var), http=http, voice=ScriptedVoice(), clock=clock, router=ScriptedRouter(), gate=gate
        )
        work = ClockWork(services.sessions, clock, Ladder.load())
        contact = await services.conversation.begin(Line.INFO_SOCIAL, Channel.CHAT)
        highest = RiskLevel.NONE
        for number, act in enumerate(acts):
            await _act(services, work, clock, contact, act, number)
            highest = await _check(services, highest)
        await services.close()


async def _act(services: Services, work: ClockWork, clock: ManualClock, contact: str, act: str, number: int) -> None:
    said = {"risk": "je veux mourir", "imminent": "j'ai tout avalé", "talk": "allo"}
    if act in said:
        await services.conversation.handle_turn(IncomingTurn(contact, f"t{number}", said[act]))
    elif act == "ask":
        await services.conversation.handle_turn(IncomingTurn(contact, f"t{number}", said=Said.ASKED_PERSON))
    elif act == "leave":
        await services.leaving.leave(contact, recall_possible=False)
    elif act in ("tick", "later"):
        clock.advance(7 if act == "tick" else 1000)
        await work.tick()
    elif act == "callback":
        await _promise(services, contact)
    else:
        await _staff_act(services, contact, act)


async def _staff_act(services: Services, contact: str, act: str) -> None:
    actor = STAFF[int(act[-1])]
    async with services.sessions.read() as session:
        handoff = await service.last_of_contact(session, contact)
    if act.startswith("sign"):
        await services.desk.be_present(actor, PresenceState.AVAILABLE)
    elif handoff is not None:
        try:
            if act.startswith("claim"):
                await services.desk.claim(actor, handoff.id)
            elif act[:-1] in ATTEMPTS:
                await _attempt(services, handoff.id, actor, ATTEMPTS[act[:-1]])
            elif act.startswith("release"):
                await services.desk.release(actor, handoff.id)
            else:
                await services.desk.close(actor, handoff.id, "soutien")
        except (AlreadyTaken, NotYours):
            return


async def _promise(services: Services, contact: str) -> None:
    async with services.sessions.write() as session:
        handoff = await service.open_of_contact(session, contact)
        if handoff is not None and may_be_called_back(handoff):
            await set_callback(session, handoff, services.clock.now())


async def _attempt(services: Services, handoff_id: str, actor: Actor, result: AttemptResult) -> None:
    async with services.sessions.write() as session:
        handoff = await service.get(session, handoff_id)
        await note_attempt(session, handoff, actor=actor, result=result, now=services.clock.now())


async def _check(services: Services, highest: RiskLevel) -> RiskLevel:
    async with services.sessions.read() as session:
        rows = list((await session.execute(select(Handoff))).scalars())
        for row in rows:
            found = select(HandoffEvent).where(HandoffEvent.handoff_id == row.id).order_by(HandoffEvent.version)
            folded = fold(list((await session.execute(found)).scalars()))
            assert (folded.state, folded.owner_id, folded.level, folded.queue_class, folded.version) == (
                row.state,
                row.owner_id,
                row.level,
                row.queue_class,
                row.version,
            )
            assert (row.state is HandoffState.CLAIMED) <= (row.owner_id is not None)
            assert (folded.callback_due_at, folded.callback_attempts) == (row.callback_due_at, row.callback_attempts)
            if row.state not in (HandoffState.CLAIMED, HandoffState.CLOSED):
                assert row.owner_id is None
            if row.state is HandoffState.CALLBACK:
                assert row.level is RiskLevel.NONE
                assert row.callback_due_at is not None
                assert row.person_left_at is not None
            if row.state is HandoffState.ABANDONED:
                assert row.level is RiskLevel.NONE
                assert row.callback_due_at is None
    assert sum(row.state in OPEN_STATES for row in rows) <= 1
    level = max((row.level for row in rows), key=lambda level: level.rank, default=RiskLevel.NONE)
    assert level.rank >= highest.rank
    return level
