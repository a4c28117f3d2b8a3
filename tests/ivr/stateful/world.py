"""Where the machine's callers live: the service, its network and its clock, in this process."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from foundation.clock import ManualClock
from ivr import twiml
from ivr.calls import Call, find_call
from ivr.reconcile import reconcile
from ivr.rest_side import TwilioRest
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.rest import SimulatedRest
from ivr.simulated.webhooks import SignedRequests
from ivr.voice import TwilioVoice
from tests.fixtures.services import make_settings
from tests.ivr.doors import LINES, TOKEN, Door, open_door
from tests.ivr.stateful.faults import FaultyTransport, make_breakable
from tests.ivr.stateful.recorded import RecordedGate, RecordedRouter, load_recorded
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import Ladder
from triage.handoff.service import last_of_contact
from triage.handoff.states import OPEN_STATES
from triage.handoff.tables import Handoff
from triage.interventions.types import Line
from triage.services import Services, build_services

# A database in memory when the machine has one: 5,000 commits a minute wear nothing out.
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of a random name is made in it)


class World:
    """What both worlds share: callers' phones, and what is read in the database of the service."""

    services: Services
    network: SimulatedNetwork
    transport: FaultyTransport
    http: httpx.AsyncClient
    has_inside = False

    def __init__(self, caused: Counter[str]) -> None:
        self.caused = caused
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.sentences = load_recorded()
        self.examples = 0

    def run[Result](self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.runner.run(work)

    def close(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    def token(self) -> str:
        return TOKEN

    def time_passes(self, seconds: float) -> object:
        return None

    async def dial(self, called: str, caller: str) -> SimulatedPhone:
        """Somebody calls. At Twilio, the number keeps the static document of its line."""
        settings = self.services.settings
        line = Line(LINES[called])
        phone = SimulatedPhone(
            self.network,
            SignedRequests(self.http, settings.public_url, self.token()),
            called,
            caller,
            line_name=line.value,
            time_passes=self.time_passes,
            kept_fallback=twiml.static_dial(settings, line, screened=False),
        )
        await phone.dial()
        return phone

    def kill(self) -> None:
        self.transport.dead = True

    def revive(self) -> None:
        self.transport.dead = False

    async def call(self, sid: str) -> Call | None:
        return await find_call(self.services, sid)

    async def handoffs(self, contact_id: str) -> tuple[int, Handoff | None]:
        """How many are open for a contact, and the last one."""
        open_now = select(func.count()).where(Handoff.contact_id == contact_id, Handoff.state.in_(OPEN_STATES))
        async with self.services.sessions.read() as session:
            count = (await session.execute(open_now)).scalar_one()
            return count, await last_of_contact(session, contact_id)

    def entries(self, sid: str) -> int:
        """How often a call is in the queues at Twilio."""
        return sum(self.network.queue_members(name).count(sid) for name in self.network.queue_names())


class InProcess(World):
    """The app in this process, with recorded answers of the gate and of the route; every part can be made to fail."""

    has_inside = True

    def __init__(self, caused: Counter[str]) -> None:
        super().__init__(caused)
        self.clock = ManualClock()
        self.network = SimulatedNetwork()
        self.gate, self.router = RecordedGate(self.sentences), RecordedRouter(self.sentences)
        self.rest_client = SimulatedRest(self.network)
        self.door: Door = self.run(self._open())
        self.clock_work = ClockWork(self.services.sessions, self.clock, Ladder.load())

    async def _open(self) -> Door:
        folder = Path(self.folder.name)
        settings = make_settings(f"sqlite+aiosqlite:///{folder}/relais.db", folder)
        voice = TwilioVoice(settings, TwilioRest(settings, self.rest_client))
        outside = await self.stack.enter_async_context(httpx.AsyncClient())
        self.services = build_services(
            settings,
            http=outside,
            voice=voice,
            clock=self.clock,
            router=self.router,
            gate=self.gate,  # type: ignore[arg-type]
        )
        self.stack.push_async_callback(self.services.close)
        door = await self.stack.enter_async_context(
            open_door(self.services, voice, self.network, self.rest_client, self.clock)
        )
        make_breakable(self.services, self.gate, self.router)
        served = httpx.ASGITransport(app=door.app, raise_app_exceptions=False)
        self.transport = FaultyTransport(served, self.caused)
        self.http = await self.stack.enter_async_context(
            httpx.AsyncClient(transport=self.transport, base_url=settings.public_url)
        )
        return door

    def time_passes(self, seconds: float) -> object:
        return self.clock.advance(seconds)

    async def compare_queues(self) -> None:
        await reconcile(self.services, self.door.rest)
