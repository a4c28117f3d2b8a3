"""Everything that time does to the queue, in one place.

It ticks every second in every API process; each step is a conditional change, recorded once for a
(handoff, step, round), so that N processes do it once. A step that fails is tried at the next tick
and does not hold back the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from foundation.clock import Clock
from foundation.sessions import Contention, ReadSession, Sessions, WriteSession
from triage.handoff import presence, queue, service
from triage.handoff.callbacks import is_due
from triage.handoff.ladder import RING_ALL, Ladder, Rung
from triage.handoff.service import MACHINE, QUEUE_TOPIC
from triage.handoff.states import HandoffEventKind, HandoffState
from triage.handoff.tables import Handoff, Presence, StepTaken

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
STEP_SECONDS = 8.0
OFFERED = "offered"
IN_DOUBT = "in_doubt"
OFFERED_STATES = (HandoffState.WAITING, HandoffState.CALLBACK)

Step = Callable[[], Awaitable[object]]


def every(clock: Clock, period: timedelta, step: Step) -> Step:
    """A step taken at most once a period by this process, the first time at the first tick."""
    next_at: list[datetime] = [clock.now()]

    async def taken_in_time() -> None:
        if clock.now() >= next_at[0]:
            next_at[0] = clock.now() + period
            await step()

    return taken_in_time


class ClockWork:
    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        ladder: Ladder,
        more_steps: tuple[Step, ...] = (),
        step_seconds: float = STEP_SECONDS,
        held_by_leg: Callable[[], Awaitable[presence.Held]] | None = None,
    ) -> None:
        """`held_by_leg`: who is on the telephone for whom; without it, nobody is."""
        self.sessions = sessions
        self.clock = clock
        self.ladder = ladder
        self.steps: tuple[Step, ...] = (
            self.end_expired_leases,
            self.tell_of_doubt,
            self.climb_ladders,
            self.make_offers,
            *more_steps,
        )
        self.step_seconds = step_seconds
        self.act_seconds = step_seconds / 4
        self.held_by_leg = held_by_leg
        self.last_tick: datetime | None = None

    async def run(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Tick for as long as the process lives."""
        while True:
            await self.tick()
            await pause(TICK_SECONDS)

    async def tick(self) -> None:
        for step in self.steps:
            try:
                async with asyncio.timeout(self.step_seconds):
                    await step()
            except (Contention, IntegrityError):
                continue  # another process came first
            except Exception as error:  # a step that is late included
                log.error("clock: %s failed (%s)", getattr(step, "__name__", "step"), type(error).__name__)
        self.last_tick = self.clock.now()

    async def _apart(self, act: Awaitable[None]) -> None:
        """One person's act: another process that came first, or a row that is held, stops nobody else's."""
        try:
            async with asyncio.timeout(self.act_seconds):
                await act
        except (Contention, IntegrityError):
            return
        except Exception as error:
            log.error("clock: an act failed (%s)", type(error).__name__)

    async def end_expired_leases(self) -> None:
        """Whoever gave no sign loses their chats, which go back to the head of their class."""
        now = self.clock.now()
        held = await self.held_by_leg() if self.held_by_leg is not None else presence.NOTHING_HELD
        async with self.sessions.read() as session:
            gone = await presence.gone_owners(session, now, held)
        for staff_id in gone:
            await self._apart(self._end_lease(staff_id, now, held))

    async def _end_lease(self, staff_id: str, now: datetime, held: presence.Held) -> None:
        async with self.sessions.write() as session:
            if not await presence.is_live(session, staff_id, now):
                await presence.end(session, staff_id, now, held)

    async def tell_of_doubt(self) -> None:
        """An intervenant gives no sign for some seconds: the page of the person is told, once a round."""
        now = self.clock.now()
        async with self.sessions.read() as session:
            found = (
                select(Handoff)
                .join(Presence, Presence.staff_id == Handoff.owner_id)
                .where(Handoff.state == HandoffState.CLAIMED, Presence.seen_at < now - presence.DOUBT_AFTER)
            )
            doubtful = list((await session.execute(found)).scalars())
        for handoff in doubtful:
            await self._apart(self._tell_in_doubt(handoff, now))

    async def _tell_in_doubt(self, handoff: Handoff, now: datetime) -> None:
        async with self.sessions.write() as session:
            if await self._take(session, handoff, IN_DOUBT, now):
                session.announce(f"contact:{handoff.contact_id}", IN_DOUBT, handoff.id)

    async def climb_ladders(self) -> None:
        """Each waiting person's ladder, rung by rung. Nobody on line: it starts at its last rung."""
        now = self.clock.now()
        async with self.sessions.read() as session:
            waiting = await queue.waiting(session, now)
            nobody = not await _anybody_on_line(session, now)
            taken = await _steps_taken(session, [handoff.id for handoff in waiting])
        for handoff in waiting:
            for rung in self._rungs_due(handoff, now, nobody=nobody):
                if (handoff.id, rung.step, handoff.round) not in taken:
                    await self._apart(self._escalate(handoff.id, handoff.round, rung.step, now))

    def _rungs_due(self, handoff: Handoff, now: datetime, *, nobody: bool) -> list[Rung]:
        """A callback climbs from the moment it is due."""
        if not is_due(handoff, now):
            return []
        rungs, since = self.ladder.rungs_of(handoff), handoff.waiting_since
        if handoff.state is HandoffState.CALLBACK and handoff.callback_due_at is not None:
            since = max(since, handoff.callback_due_at)
        last = rungs[-1].step if nobody else None
        return [rung for rung in rungs if now - since >= timedelta(seconds=rung.after_seconds) or rung.step == last]

    async def _escalate(self, handoff_id: str, round_: int, step: str, now: datetime) -> None:
        async with self.sessions.write() as session:
            handoff = await service.get(session, handoff_id)
            if handoff.owner_id is not None or handoff.round != round_:
                return
            if await self._take(session, handoff, step, now):
                kind = HandoffEventKind.OFFERED if step == RING_ALL else HandoffEventKind.ESCALATED
                await service.change(session, handoff, kind, MACHINE, now, {}, {"step": step})

    async def make_offers(self) -> None:
        """Below risk: one free intervenant after another. Nobody gets a lower class while a higher one waits."""
        now = self.clock.now()
        async with self.sessions.read() as session:
            waiting = [h for h in await queue.waiting(session, now) if h.state in OFFERED_STATES and is_due(h, now)]
            if not waiting or waiting[0].queue_class.is_risk:
                return
            free = await presence.free(session, now)
            held = {h.offered_to for h in waiting if h.offered_until is not None and h.offered_until > now}
        free = [staff_id for staff_id in free if staff_id not in held]
        for handoff in waiting:
            if not free:
                return
            if handoff.offered_until is not None and handoff.offered_until > now:
                continue
            await self._apart(self._offer(handoff.id, self._next(free, handoff.offered_to), now))

    def _next(self, free: list[str], last: str | None) -> str:
        """The one after the last who was asked, round the table."""
        chosen = next((staff_id for staff_id in free if last is not None and staff_id > last), free[0])
        free.remove(chosen)
        return chosen

    async def _offer(self, handoff_id: str, staff_id: str, now: datetime) -> None:
        async with self.sessions.write() as session:
            handoff = await service.get(session, handoff_id)
            taken = handoff.offered_until is not None and handoff.offered_until > now
            if handoff.state not in OFFERED_STATES or taken:
                return
            until = now + timedelta(seconds=self.ladder.offer_seconds)
            changes = {"offered_to": staff_id, "offered_until": until}
            await service.change(
                session, handoff, HandoffEventKind.OFFERED, MACHINE, now, changes, {"step": OFFERED, "to": staff_id}
            )

    async def _take(self, session: WriteSession, handoff: Handoff, step: str, now: datetime) -> bool:
        """Take a step for everybody: false when it was already taken in this round."""
        key = (handoff.id, step, handoff.round)
        if await session.get(StepTaken, key) is not None:
            return False
        session.add(StepTaken(handoff_id=handoff.id, step=step, round=handoff.round, at=now))
        await session.flush()
        session.announce(QUEUE_TOPIC, step, handoff.id)
        return True


async def _anybody_on_line(session: ReadSession, now: datetime) -> bool:
    found = select(Presence.staff_id).where(Presence.lease_until > now).limit(1)
    return (await session.execute(found)).first() is not None


async def _steps_taken(session: ReadSession, handoff_ids: list[str]) -> set[tuple[str, str, int]]:
    found = select(StepTaken.handoff_id, StepTaken.step, StepTaken.round).where(StepTaken.handoff_id.in_(handoff_ids))
    return {(row[0], row[1], row[2]) for row in await session.execute(found)}
