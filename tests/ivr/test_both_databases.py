"""The same call on SQLite and on PostgreSQL: requests at once, and a person at risk who leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import func, select

from foundation.clock import ManualClock
from ivr.legs.clock import look_after_legs
from ivr.simulated.network import OutsidePhone, SimulatedNetwork
from ivr.simulated.rest import SimulatedRest
from ivr.voice import TwilioVoice
from tests.ivr.answerers import (
    MARIE,
    PAUL,
    PAULS_PHONE,
    assert_back_at_head,
    assert_with,
    leg_to,
    own_phone,
    talking_on_own_phone,
    tick,
)
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


async def test_a_call_is_answered_handed_over_and_lost_on_both(
    services_on_both: Services,
    voice: TwilioVoice,
    network: SimulatedNetwork,
    rest_client: SimulatedRest,
    clock: ManualClock,
) -> None:
    voice.settings = services_on_both.settings
    services_on_both.desk.voice = voice
    services_on_both.voice_desk.calls = voice
    async with open_door(services_on_both, voice, network, rest_client, clock) as door:
        phone, handoff = await talking_on_own_phone(door)
        await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.PRESSES_ONE)
        await services_on_both.voice_desk.invite_colleague(MARIE, handoff.contact_id, PAUL.id)
        await tick(door)
        await services_on_both.voice_desk.hand_over(MARIE, handoff.contact_id, PAUL.id)
        await tick(door)
        await assert_with(door, phone, handoff.contact_id, PAUL)
        # Several processes look after the same legs in the same instant.
        await leg_to(door, PAULS_PHONE).hang_up()
        await network.settled()
        await asyncio.gather(*(look_after_legs(services_on_both, door.rest) for _ in range(3)))
        await assert_back_at_head(door, phone, handoff.contact_id)
