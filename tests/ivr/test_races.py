"""Two intervenants for one call, a thousand times: one winner each time, and no caller with nobody."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import pytest
from sqlalchemy import func, select

from foundation.clock import ManualClock
from foundation.sessions import Contention
from ivr.simulated.heard import HangUp
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.rest import SimulatedRest
from ivr.voice import TwilioVoice
from tests.ivr.doors import PREVENTION_SUICIDE, Door, open_door
from triage.handoff.service import Actor, AlreadyTaken
from triage.handoff.states import HandoffEventKind, HandoffState, Role
from triage.handoff.tables import Handoff, HandoffEvent
from triage.services import Services
from triage.staff_desk import VoiceUnavailable

RACES = 1_000
RACES_A_CALLER = 25
HEAD_STARTS = 40  # turns of the event loop
PATIENCE_SECONDS = 60.0
ONE, OTHER = Actor("staff-1", Role.INTERVENANT), Actor("staff-2", Role.INTERVENANT)
LOST = (AlreadyTaken, Contention)


@dataclass(slots=True)
class Race:
    """`meanwhile`: what the caller does during the race."""

    door: Door
    phone: SimulatedPhone
    handoff_id: str
    chance: random.Random

    async def claim(self, actor: Actor) -> bool:
        await turns_of_loop(self.chance.randrange(HEAD_STARTS))
        try:
            await self.door.services.desk.claim(actor, self.handoff_id)
        except LOST:
            return False
        return True

    async def run(self, meanwhile: Callable[[], object] = lambda: None) -> Actor:
        """Both claim at once: the one winner."""

        async def caller_acts() -> None:
            await turns_of_loop(self.chance.randrange(HEAD_STARTS))
            meanwhile()

        one, other, _ = await asyncio.gather(self.claim(ONE), self.claim(OTHER), caller_acts())
        assert one is not other, "one winner"
        return ONE if one else OTHER

    async def is_with(self, winner: Actor) -> None:
        """The database and the network say the same: this intervenant, and nobody else, has the caller."""
        await until(self.phone, in_conversation)
        handoff = await self.door.handed_over(self.phone.sid)
        assert (handoff.id, handoff.state, handoff.owner_id) == (self.handoff_id, HandoffState.CLAIMED, winner.id)
        assert in_queues(self.door.network, self.phone.sid) == 0

    async def waits_again(self, winner: Actor) -> None:
        await self.door.services.desk.release(winner, self.handoff_id)
        await until(self.phone, in_queue)
        assert in_queues(self.door.network, self.phone.sid) == 1


async def turns_of_loop(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def until(phone: SimulatedPhone, true: Callable[[SimulatedPhone], bool]) -> None:
    """What the phone hears changes until this is true. Fails with a TimeoutError when it never is."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true(phone):
            phone.changed.clear()
            await phone.changed.wait()


async def until_over(phone: SimulatedPhone) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not phone.over:
            await phone.settle()


def in_conversation(phone: SimulatedPhone) -> bool:
    return phone.conference is not None


def in_queue(phone: SimulatedPhone) -> bool:
    return phone.queue is not None


def in_queues(network: SimulatedNetwork, sid: str) -> int:
    return sum(network.queue_members(name).count(sid) for name in network.queue_names())


async def waiting_caller(door: Door, chance: random.Random) -> Race:
    phone = door.phone(PREVENTION_SUICIDE)
    await phone.dial()
    return Race(door, phone, (await door.handed_over(phone.sid)).id, chance)


async def claims_kept(door: Door) -> int:
    claimed = select(func.count()).where(HandoffEvent.kind == HandoffEventKind.CLAIMED)
    async with door.services.sessions.read() as session:
        return (await session.execute(claimed)).scalar_one()


async def open_owners(door: Door) -> list[str | None]:
    async with door.services.sessions.read() as session:
        return list((await session.execute(select(Handoff.owner_id).where(Handoff.closed_at.is_(None)))).scalars())


async def thousand_races(door: Door) -> None:
    chance = random.Random(811)
    for _ in range(RACES // RACES_A_CALLER):
        race = await waiting_caller(door, chance)
        for number in range(1, RACES_A_CALLER + 1):
            winner = await race.run()
            await race.is_with(winner)
            if number < RACES_A_CALLER:
                await race.waits_again(winner)
        await door.services.desk.close(winner, race.handoff_id, "resolu")
        await until_over(race.phone)
    assert await claims_kept(door) == RACES, "one claim a race, and nothing else"
    assert await open_owners(door) == []


async def hang_ups_in_races(door: Door) -> None:
    """The caller, at risk, hangs up during the race: nobody is lost, whoever had them or not."""
    chance = random.Random(277)
    for _ in range(RACES // RACES_A_CALLER):
        race = await waiting_caller(door, chance)
        try:
            winner: Actor | None = await race.run(partial(race.phone.does, HangUp()))
        except VoiceUnavailable:
            winner = None
        await until_over(race.phone)
        handoff = await door.handed_over(race.phone.sid)
        assert handoff.person_left_at is not None
        assert handoff.owner_id in (None if winner is None else winner.id, None)
        assert handoff.state is (HandoffState.CLAIMED if handoff.owner_id else HandoffState.LEFT)
        assert in_queues(door.network, race.phone.sid) == 0


@pytest.mark.parametrize("races", [thousand_races, hang_ups_in_races])
async def test_two_intervenants_for_one_call(
    services_on_both: Services,
    voice: TwilioVoice,
    network: SimulatedNetwork,
    rest_client: SimulatedRest,
    clock: ManualClock,
    races: Callable[[Door], Awaitable[None]],
) -> None:
    async with open_door(services_on_both, voice, network, rest_client, clock) as door:
        await races(door)
