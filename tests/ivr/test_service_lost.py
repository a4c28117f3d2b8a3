"""The service dies under a caller, at any step: the outside numbers are dialled all the same."""

from __future__ import annotations

import httpx
import pytest

from foundation.settings import Settings
from ivr import twiml
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.webhooks import SignedRequests
from tests.ivr.doors import INFO_SOCIAL, TOKEN, Door
from triage.interventions.types import Line


class Breakable(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.dead = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.dead:
            raise httpx.ConnectError("dead")
        return await self.inner.handle_async_request(request)


def phone_on(door: Door, transport: Breakable, settings: Settings) -> SimulatedPhone:
    http = httpx.AsyncClient(transport=transport, base_url=settings.public_url)
    requests = SignedRequests(http, settings.public_url, TOKEN)
    phone = SimulatedPhone(
        door.network,
        requests,
        INFO_SOCIAL,
        line_name="info_social",
        kept_fallback=twiml.static_dial(settings, Line.INFO_SOCIAL, screened=False),
    )
    door.phones.append(phone)
    return phone


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_whenever_the_service_dies_somebody_outside_is_reached(
    door: Door, settings: Settings, steps: int
) -> None:
    transport = Breakable(httpx.ASGITransport(app=door.app))
    phone = phone_on(door, transport, settings)
    first = settings.fallback_numbers["info_social"][0]
    door.network.outside[first] = OutsidePhone.PRESSES_ONE
    acts = [phone.dial, lambda: phone.press("2"), phone.stay_silent, phone.stay_silent]
    for act in acts[:steps]:
        await act()
    transport.dead = True
    await acts[steps]()
    assert door.network.dialled == [first]
    assert not phone.over
    await phone.hang_up()
