"""The door under test, and what a test does with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from foundation.clock import ManualClock
from foundation.database import Base
from ivr import recordings, webhooks
from ivr.calls import find_call
from ivr.rest_side import TwilioRest
from ivr.simulated.dialling import serve
from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.rest import SimulatedRest
from ivr.simulated.webhooks import SignedRequests
from ivr.voice import TwilioVoice
from triage.handoff.service import last_of_contact
from triage.handoff.tables import Handoff
from triage.services import Services
from triage.turn import IncomingTurn, Outcome

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

    async def handoff(self, sid: str) -> Handoff | None:
        """The last handoff of a call."""
        call = await find_call(self.services, sid)
        if call is None:
            return None
        async with self.services.sessions.read() as session:
            return await last_of_contact(session, call.contact_id)

    async def handed_over(self, sid: str) -> Handoff:
        handoff = await self.handoff(sid)
        assert handoff is not None
        return handoff

    def is_on_line(self, sid: str, called: str, queue: str | None = None) -> None:
        """Twilio knows this call, and has it in a queue."""
        call = NetworkCall(sid, "+18195550150", called, lambda document: None, lambda: None, CallStatus.IN_PROGRESS)
        self.network.add(call)
        if queue is not None:
            self.network.enter_queue(queue, sid)

    def fail_once(self, when: Callable[[IncomingTurn], bool] = lambda turn: True) -> None:
        """The next such turn is lost on its way to the heart."""
        real = self.services.conversation.handle_turn

        async def failing(turn: IncomingTurn) -> Outcome:
            if not when(turn):
                return await real(turn)
            self.services.conversation.handle_turn = real  # type: ignore[method-assign]
            raise TimeoutError

        self.services.conversation.handle_turn = failing  # type: ignore[method-assign]


@asynccontextmanager
async def open_door(
    services: Services, voice: TwilioVoice, network: SimulatedNetwork, rest_client: SimulatedRest, clock: ManualClock
) -> AsyncIterator[Door]:
    async with services.sessions.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    voice.attach(services)
    app = FastAPI()
    app.state.services = services
    app.include_router(webhooks.router)
    app.include_router(recordings.router)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=services.settings.public_url) as http:
        door = Door(app, services, http, network, rest_client, voice.rest, clock)
        dialling = serve(network, SignedRequests(http, services.settings.public_url, TOKEN))
        yield door
        for phone in door.phones:
            await phone.close()
        await dialling.close()
        assert [problem for phone in (*door.phones, *dialling.legs) for problem in phone.problems] == []
