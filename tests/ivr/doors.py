"""The door under test, and what a test does with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from foundation.clock import ManualClock
from foundation.database import Base
from ivr import webhooks
from ivr.rest_side import TwilioRest, TwilioVoice
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.rest import SimulatedRest
from ivr.simulated.webhooks import SignedRequests
from triage.services import Services

INFO_SOCIAL = "+18005550811"
PREVENTION_SUICIDE = "+18005550277"
PARTENAIRES = "+18005550999"
LINES = {INFO_SOCIAL: "info_social", PREVENTION_SUICIDE: "prevention_suicide", PARTENAIRES: "partenaires"}
TOKEN = "test-token-of-twilio"


@dataclass
class Door:
    """The door under test, and what a test does with it."""

    app: FastAPI
    services: Services
    http: httpx.AsyncClient
    network: SimulatedNetwork
    rest_client: SimulatedRest
    rest: TwilioRest
    clock: ManualClock
    phones: list[SimulatedPhone] = field(default_factory=list)

    def phone(self, called: str = INFO_SOCIAL, caller: str = "+18195550150") -> SimulatedPhone:
        requests = SignedRequests(self.http, self.services.settings.public_url, TOKEN)
        phone = SimulatedPhone(
            self.network,
            requests,
            called,
            caller,
            line_name=LINES.get(called, ""),
            time_passes=self.clock.advance,
        )
        self.phones.append(phone)
        return phone

    async def post(self, path: str, fields: dict[str, str], token: str = "", **changes: str) -> httpx.Response:
        """One signed request; `changes` may forge the `signature`."""
        url = self.services.settings.public_url + path
        signature = RequestValidator(TOKEN).compute_signature(url, fields)
        headers = {"X-Twilio-Signature": changes.get("signature", signature)}
        if token:
            headers["I-Twilio-Idempotency-Token"] = token
        return await self.http.post(path, data=fields, headers=headers)


@asynccontextmanager
async def open_door(
    services: Services, voice: TwilioVoice, network: SimulatedNetwork, rest_client: SimulatedRest, clock: ManualClock
) -> AsyncIterator[Door]:
    async with services.sessions.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    voice.attach(services.sessions)
    app = FastAPI()
    app.state.services = services
    app.include_router(webhooks.router)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.public_url) as http:
        door = Door(app, services, http, network, rest_client, voice.rest, clock)
        yield door
        for phone in door.phones:
            await phone.close()
