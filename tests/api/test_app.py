"""The application as a whole: its health, its refusals, what it says when something breaks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.errors import OUTSIDE_NUMBERS
from api.single_process import only_one_on_sqlite
from foundation.settings import Settings, UnsafeConfiguration
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from tests.fixtures.services import make_settings
from triage.interventions.types import Channel, Line


@pytest.fixture
async def app(settings: Settings, gate: ScriptedGate, router: ScriptedRouter) -> AsyncIterator[FastAPI]:
    built = create_app(settings, gate=gate, router=router)  # type: ignore[arg-type]
    async with built.router.lifespan_context(built):
        yield built


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as http:
        yield http


async def test_the_bot_down_is_said_and_is_200(client: httpx.AsyncClient, router: ScriptedRouter) -> None:
    assert (await client.get("/readyz")).json()["bot"] == "ok"
    router.down()
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["bot"] == "down"


async def test_a_gate_that_cannot_read_is_503(client: httpx.AsyncClient, gate: ScriptedGate) -> None:
    gate.broken = True
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["gate"] == "down"


async def test_metrics_count_who_waits(client: httpx.AsyncClient) -> None:
    text = (await client.get("/metrics")).text
    assert 'relais_waiting{queue_class="risk"} 0.0' in text
    assert "relais_phone_signature_refused_total" in text


async def test_a_failure_gives_numbers_and_its_message_is_not_logged(
    app: FastAPI, client: httpx.AsyncClient, captured_log: list[str]
) -> None:
    @app.get("/breaks")
    async def breaks() -> None:
        raise RuntimeError("je veux mourir, 819 555-0199")

    answer = await client.get("/breaks")
    page = await client.get("/breaks", headers={"Accept": "text/html"})
    assert answer.status_code == page.status_code == 503
    assert answer.json()["numbers"] == OUTSIDE_NUMBERS
    assert "911" in page.text
    assert captured_log
    assert not any("mourir" in line or "0199" in line for line in captured_log)


@pytest.fixture
def captured_log(app: FastAPI) -> Iterator[list[str]]:
    """The lines as they are really written."""
    written: list[str] = []
    (handler,) = logging.getLogger().handlers[:1]

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            handler.filter(record)
            written.append(handler.format(record))

    keep = Keep()
    logging.getLogger().addHandler(keep)
    yield written
    logging.getLogger().removeHandler(keep)


def test_servers_that_print_by_themselves_are_silenced(settings: Settings, gate: ScriptedGate) -> None:
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler())
    create_app(settings, gate=gate, router=ScriptedRouter())  # type: ignore[arg-type]
    assert logging.getLogger("uvicorn.error").handlers == []


async def test_what_was_typed_is_never_said_back(client: httpx.AsyncClient) -> None:
    answer = await client.post("/demo/telephone/calls", json={"line": "je veux mourir"})
    assert answer.status_code == 422
    assert "mourir" not in answer.text


async def test_a_body_without_end_is_refused(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 64 * 1024
            yield b"x" * 64 * 1024

    answer = await client.post("/bot/person", content=endless())
    assert answer.status_code == 413
    assert answer.json()["numbers"] == OUTSIDE_NUMBERS
    assert sent < 4 * 1024 * 1024


async def test_the_action_servers_token_is_asked_before_anything(client: httpx.AsyncClient) -> None:
    assert (await client.post("/bot/person", json={"contact": "x"})).status_code == 403
    token = {"Authorization": "Bearer test-callback-token-of-tests"}
    assert (await client.post("/bot/person", json={"contact": "x"}, headers=token)).status_code == 404
    assert (await client.post("/bot/person", json={}, headers=token)).status_code == 422


async def test_the_action_server_can_ask_for_a_person(app: FastAPI, client: httpx.AsyncClient) -> None:
    contact = await app.state.services.conversation.begin(Line.INFO_SOCIAL, Channel.CHAT)
    token = {"Authorization": "Bearer test-callback-token-of-tests"}
    answer = await client.post("/bot/person", json={"contact": contact}, headers=token)
    assert answer.json() == {"handoff": True}


def test_a_second_process_on_sqlite_is_refused(settings: Settings) -> None:
    with (
        only_one_on_sqlite(settings.database_url),
        pytest.raises(UnsafeConfiguration, match="PostgreSQL"),
        only_one_on_sqlite(settings.database_url),
    ):
        pass


def test_an_unsafe_configuration_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="RELAIS_SECRET_KEYS"):
        create_app(make_settings("sqlite+aiosqlite://", tmp_path, secret_keys=""))


def test_unsigned_texts_do_not_start_outside_a_demonstration(settings: Settings, tmp_path: Path) -> None:
    live = make_settings(
        settings.database_url,
        tmp_path,
        demo=False,
        demo_password="",
        public_url="https://relais.example",
        lines={"+18195550199": "info_social"},
        fallback_numbers={"info_social": ["+18195550101"]},
        info_sante_number="+18195550105",
        gap_number="+18195550106",
    )
    with pytest.raises(SystemExit, match="un clinicien doit le signer"):
        create_app(live)


def test_a_missing_risk_model_does_not_start(settings: Settings) -> None:
    with pytest.raises(SystemExit, match="ne démarre pas"):
        create_app(settings)
