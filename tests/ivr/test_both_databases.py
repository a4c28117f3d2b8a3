"""The same call on SQLite and on PostgreSQL: requests at once, and a person at risk who leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import func, select

from foundation.clock import ManualClock
from ivr.rest_side import TwilioVoice
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.rest import SimulatedRest
from tests.ivr.doors import open_door
from triage.handoff.tables import Handoff
from triage.services import Services


async def test_many_at_once_are_one_call_and_one_queue_entry(
    services_on_both: Services,
    voice: TwilioVoice,
    network: SimulatedNetwork,
    rest_client: SimulatedRest,
    clock: ManualClock,
    fields: Callable[..., dict[str, str]],
) -> None:
    async with open_door(services_on_both, voice, network, rest_client, clock) as door:
        first = await asyncio.gather(*(door.post("/ivr/voice", fields(), token=f"v{n}") for n in range(3)))
        assert len({answer.content for answer in first}) == 1
        asked = await asyncio.gather(
            *(door.post("/ivr/turn?n=1", fields(Digits="0"), token=f"t{n % 2}") for n in range(4))
        )
        assert len({answer.content for answer in asked}) == 1
        assert "<Enqueue" in asked[0].text
        phone = door.phone()
        await phone.dial()
        await phone.speak("je veux mourir")
        await phone.hang_up()
        async with services_on_both.sessions.read() as session:
            assert (await session.execute(select(func.count()).select_from(Handoff))).scalar_one() == 2
