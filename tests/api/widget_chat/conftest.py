"""The web door on an application of its own, and a visitor who talks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from api.widget_chat import mount
from api.widget_chat.service import ChatDoor
from api.widget_chat.texts import ChatTexts
from triage.handoff.service import Actor
from triage.handoff.states import PresenceState, Role
from triage.services import Services

PATIENCE = 10.0
INTERVENANT = Actor("staff-1", Role.INTERVENANT)


class Visitor:
    """A browser with its token."""

    def __init__(self, http: httpx.AsyncClient, token: str = "") -> None:
        self.http = http
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def open(self, line: str = "info_social") -> dict[str, Any]:
        answer = await self.http.post("/chat/sessions", json={"line": line})
        assert answer.status_code == 201
        self.token = answer.json()["token"]
        return dict(answer.json())

    async def say(self, text: str, client_id: str | None = None) -> httpx.Response:
        message = {"text": text} | ({"client_id": client_id} if client_id else {})
        return await self.http.post("/chat/messages", json=message, headers=self.headers)

    async def send_bytes(self, body: bytes) -> httpx.Response:
        return await self.http.post("/chat/messages", content=body, headers=self.headers)

    async def turns(self, after: int = -1) -> dict[str, Any]:
        answer = await self.http.get("/chat/turns", params={"after": after}, headers=self.headers)
        assert answer.status_code == 200
        return dict(answer.json())

    async def leave(self) -> None:
        answer = await self.http.post("/chat/leave", json={}, headers=self.headers)
        assert answer.status_code == 204


@pytest.fixture
async def app(services: Services) -> FastAPI:
    app = FastAPI()
    app.state.services = services
    mount(app, services.settings)
    return app


@pytest.fixture
def door(app: FastAPI, services: Services) -> ChatDoor:
    app.state.chat_door = ChatDoor(services, ChatTexts.load())
    return app.state.chat_door


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as client:
        yield client


@pytest.fixture
async def visitor(http: httpx.AsyncClient) -> Visitor:
    visitor = Visitor(http)
    await visitor.open()
    return visitor


@pytest.fixture
async def intervenant(app: FastAPI, services: Services) -> Actor:
    await services.desk.be_present(INTERVENANT, PresenceState.AVAILABLE)
    return INTERVENANT


@pytest.fixture
async def server(app: FastAPI) -> AsyncIterator[str]:
    """The address of the application on a free port, over real HTTP."""
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve())
    async with asyncio.timeout(PATIENCE):
        while not running.started:  # noqa: ASYNC110 (uvicorn has no event to wait for)
            await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    await task
