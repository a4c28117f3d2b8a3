"""The same callers over real signed HTTP: a service in a process of its own, killed and started again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import httpx

from ivr.rest_side import TwilioRest
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.rest import SimulatedRest
from ivr.voice import TwilioVoice
from tests.fixtures.database import migrate
from tests.fixtures.processes import Running, api, free_port
from tests.fixtures.services import make_settings
from tests.ivr.stateful.call_machine import CallMachine
from tests.ivr.stateful.faults import FaultyTransport
from tests.ivr.stateful.recorded import RecordedGate, RecordedRouter
from tests.ivr.stateful.world import World
from triage.services import build_services

TOKEN_OF_PROCESS = "jeton-de-test-de-twilio"
NO_RASA = "http://127.0.0.1:9"
# Each start of the process takes seconds: past so many, a death is a connection refused.
KILLS_AT_MOST = 4
KILLED_AFTER_SECONDS = 0.004


class OverHttp(World):
    """The database of the process is read from here; what it does is only asked for over HTTP."""

    def __init__(self, caused: Counter[str]) -> None:
        super().__init__(caused)
        self.var = Path(self.folder.name)
        self.database_url = f"sqlite+aiosqlite:///{self.var}/relais.db"
        migrate(self.database_url)
        self.port, self.kills = free_port(), 0
        self.processes = ExitStack()
        self.process = self._start()
        self.run(self._read_beside())

    def _start(self) -> Running:
        log = self.var / f"api{self.kills}.log"
        return self.processes.enter_context(api(self.database_url, NO_RASA, log, self.var, self.port))

    async def _read_beside(self) -> None:
        url = f"http://127.0.0.1:{self.port}"
        settings = make_settings(
            self.database_url, self.var, public_url=url, twilio_auth_token=TOKEN_OF_PROCESS, port=self.port
        )
        self.network = SimulatedNetwork()
        voice = TwilioVoice(settings, TwilioRest(settings, SimulatedRest(self.network)))
        outside = await self.stack.enter_async_context(httpx.AsyncClient())
        self.services = build_services(
            settings,
            http=outside,
            voice=voice,
            router=RecordedRouter(self.sentences),
            gate=RecordedGate(self.sentences),  # type: ignore[arg-type]
        )
        self.stack.push_async_callback(self.services.close)
        self.transport = FaultyTransport(httpx.AsyncHTTPTransport(), self.caused)
        self.transport.kill_in_flight = self._kill_in_flight
        self.http = await self.stack.enter_async_context(httpx.AsyncClient(transport=self.transport, base_url=url))

    def token(self) -> str:
        return TOKEN_OF_PROCESS

    async def _kill_in_flight(self, moment: int) -> None:
        await asyncio.sleep(KILLED_AFTER_SECONDS * moment)
        self.kill()

    def kill(self) -> None:
        super().kill()
        if self.kills < KILLS_AT_MOST and self.process.process.poll() is None:
            self.kills += 1
            self.process.kill()

    def revive(self) -> None:
        if self.process.process.poll() is not None:
            self.process = self._start()
        super().revive()

    def close(self) -> None:
        self.processes.close()
        super().close()


class OverHttpMachine(CallMachine):
    make_world: ClassVar[Callable[[Counter[str]], World]] = OverHttp
    examples_a_world = 10_000
