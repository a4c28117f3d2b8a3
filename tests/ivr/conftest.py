"""The phone door on a fresh database, with a simulated network and phones that speak to it over signed HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from foundation.clock import ManualClock
from foundation.settings import Settings
from ivr import guard
from ivr.rest_side import TwilioRest
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.rest import SimulatedRest
from ivr.voice import TwilioVoice
from tests.ivr.doors import INFO_SOCIAL, Door, open_door
from triage.services import Services


@pytest.fixture(autouse=True)
def busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the door does when it is late has its own test: elsewhere a slow machine must not make it late."""
    monkeypatch.setattr(guard, "BUDGET_SECONDS", 60.0)
    monkeypatch.setattr(guard, "FAULT_BUDGET_SECONDS", 60.0)


@pytest.fixture
def network() -> SimulatedNetwork:
    return SimulatedNetwork()


@pytest.fixture
def rest_client(network: SimulatedNetwork) -> SimulatedRest:
    return SimulatedRest(network)


@pytest.fixture
def voice(settings: Settings, rest_client: SimulatedRest) -> TwilioVoice:
    return TwilioVoice(settings, TwilioRest(settings, rest_client))


@pytest.fixture
async def door(
    services: Services, voice: TwilioVoice, network: SimulatedNetwork, rest_client: SimulatedRest, clock: ManualClock
) -> AsyncIterator[Door]:
    async with open_door(services, voice, network, rest_client, clock) as door:
        yield door


@pytest.fixture
def fields() -> Callable[..., dict[str, str]]:
    """The fields of a request of Twilio's, with some changed."""

    def made(**changes: str) -> dict[str, str]:
        common = {"CallSid": "CA" + "1" * 32, "From": "+18195550150", "To": INFO_SOCIAL, "CallStatus": "ringing"}
        return common | changes

    return made
