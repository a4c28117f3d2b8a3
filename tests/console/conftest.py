"""The console mounted alone, with its accounts, and people who arrive."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from playwright.async_api import Browser, Page

from console import accounts
from console.routes import router as console_router
from console.vendor import LIBRARIES, SERVED
from foundation.clock import ManualClock
from tests.console.scripted_calls import ScriptedCalls
from tests.fixtures.require import missing
from triage.handoff.states import Role
from triage.interventions.types import Channel, Line
from triage.services import Services
from triage.turn import IncomingTurn

PASSWORD = "un mot de passe pour les tests"
PEOPLE = {
    "alice": Role.INTERVENANT,
    "bruno": Role.INTERVENANT,
    "garde": Role.GARDE_CLINIQUE,
    "coord": Role.COORDINATION,
    "admin": Role.ADMIN,
}

Arrive = Callable[..., Awaitable[str]]


@dataclass(slots=True)
class Colleague:
    """A browser of the staff, signed in or not yet."""

    http: httpx.AsyncClient
    staff_id: str
    csrf: str = ""

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        answer = await self.http.post("/console/connexion", data={"login": login, "password": password})
        if answer.status_code == 303:
            page = await self.http.get("/console/")
            found = re.search(r'name="csrf" value="([^"]+)"', page.text)
            assert found is not None
            self.csrf = found.group(1)
        return answer

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.http.post(path, data=fields, headers={"X-CSRF-Token": self.csrf})

    async def get(self, path: str) -> httpx.Response:
        return await self.http.get(path)


Meet = Callable[[str], Awaitable[Colleague]]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function at its lowest cost: most tests are not about how long a guess takes."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def voice(clock: ManualClock) -> ScriptedCalls:
    return ScriptedCalls(clock)


@pytest.fixture
def app(services: Services) -> FastAPI:
    made = FastAPI()
    made.state.services = services
    made.include_router(console_router)
    return made


@pytest.fixture
async def staff_ids(services: Services) -> dict[str, str]:
    async with services.sessions.write() as session:
        return {
            login: (
                await accounts.create_user(session, login=login, name=login.title(), role=role, password=PASSWORD)
            ).id
            for login, role in PEOPLE.items()
        }


@pytest.fixture
async def http_browser(app: FastAPI) -> AsyncIterator[Callable[[], Awaitable[httpx.AsyncClient]]]:
    """A new browser at each call."""
    async with AsyncExitStack() as stack:

        async def new() -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app=app)
            client = httpx.AsyncClient(transport=transport, base_url="http://relais.test")
            return await stack.enter_async_context(client)

        yield new


@pytest.fixture
def meet(staff_ids: dict[str, str], http_browser: Callable[[], Awaitable[httpx.AsyncClient]]) -> Meet:
    """Somebody of the staff, signed in, in a browser of their own."""

    async def signed_in(login: str) -> Colleague:
        colleague = Colleague(await http_browser(), staff_ids[login])
        assert (await colleague.sign_in(login)).status_code == 303
        return colleague

    return signed_in


@pytest.fixture
def arrive(services: Services) -> Arrive:
    """Somebody writes (or speaks) these words: the id of their contact."""

    async def with_words(
        *texts: str, line: Line = Line.INFO_SOCIAL, channel: Channel = Channel.CHAT, contact_id: str = ""
    ) -> str:
        contact = contact_id or await services.conversation.begin(line, channel)
        for text in texts:
            turn = IncomingTurn(contact_id=contact, client_id=f"{abs(hash((contact, text))):x}", text=text)
            await services.conversation.handle_turn(turn)
        return contact

    return with_words


@pytest.fixture
def handoff_id(services: Services) -> Callable[[str], Awaitable[str]]:
    from triage.handoff.service import last_of_contact

    async def of(contact_id: str) -> str:
        async with services.sessions.read() as session:
            handoff = await last_of_contact(session, contact_id)
            assert handoff is not None
            return handoff.id

    return of


Desk = Callable[[str], Awaitable[Page]]


class TestServer(uvicorn.Server):
    """Says when it is ready, and leaves the signals of the process to pytest."""

    __test__ = False

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    def install_signal_handlers(self) -> None:
        return

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@pytest.fixture
async def address(app: FastAPI) -> AsyncIterator[str]:
    for name in LIBRARIES:
        if not (SERVED / name).exists():
            missing("bibliothèques de la console", "lancez « npm ci », puis « python -m console.vendor »")
    server = TestServer(uvicorn.Config(app, port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve())
    await server.ready.wait()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.fixture
async def desk(browser: Browser, address: str, staff_ids: dict[str, str]) -> AsyncIterator[Desk]:
    """The desk of somebody, in their own browser; any error or refused style of the page fails the test."""
    errors: list[str] = []

    async def open_desk(login: str) -> Page:
        page = await (await browser.new_context(locale="fr-CA")).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None,
        )
        await page.goto(f"{address}/console/")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        async with page.expect_response("**/console/flux"):
            await page.click("button[type=submit]")
        return page

    yield open_desk
    assert errors == []
