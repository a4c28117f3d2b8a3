"""The action against the samples that the service's own tests accept as well."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.request_person import RequestPerson

CONTRACTS = Path("tests/contracts")
TOKEN = "callback-token-that-nobody-may-see"
PRIVATE = "mon voisin Untel"


def contract(name: str) -> Any:
    return json.loads((CONTRACTS / name).read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_API_URL", "http://relais.test/")
    monkeypatch.setenv("RELAIS_CALLBACK_TOKEN", TOKEN)


async def run(handler: Callable[[httpx.Request], httpx.Response]) -> list:
    contact = contract("bot_person_request.json")["contact"]
    tracker = Tracker(contact, {}, {"text": PRIVATE}, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await RequestPerson(httpx.MockTransport(handler)).run(dispatcher, tracker, {})
    assert dispatcher.messages == []
    return events


async def test_asks_as_the_contract_says() -> None:
    asked: list[httpx.Request] = []

    def service(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=contract("bot_person_answer.json"))

    assert await run(service) == []
    (request,) = asked
    assert (request.method, str(request.url)) == ("POST", "http://relais.test/bot/person")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(request.content) == contract("bot_person_request.json")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403),
        httpx.Response(404, json={"detail": "unknown"}),
        httpx.Response(500, text=PRIVATE),
        httpx.Response(200, json={"handoff": False}),
        httpx.Response(200, json={"handoff": "oui"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, text="<html>"),
    ],
)
async def test_anything_but_a_handoff_is_a_rejection_without_secrets(answer: httpx.Response) -> None:
    with pytest.raises(ActionExecutionRejection) as caught:
        await run(lambda request: answer)
    assert TOKEN not in str(caught.value)
    assert PRIVATE not in str(caught.value)


async def test_unreachable_service_is_a_rejection() -> None:
    def service(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ActionExecutionRejection):
        await run(service)


async def test_missing_setting_is_a_rejection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RELAIS_CALLBACK_TOKEN")
    with pytest.raises(ActionExecutionRejection):
        await run(lambda request: httpx.Response(200, json=contract("bot_person_answer.json")))
