"""Every row of the bad-input table that a visitor of the web can cause."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from api.widget_chat.rate_limit import SESSION_BURST
from foundation.clock import ManualClock
from tests.api.widget_chat.conftest import Visitor
from triage.handoff.states import HandoffReason
from triage.handoff.tables import Handoff
from triage.record.tables import Contact, Turn
from triage.services import Services

RISK = "je veux mourir"


async def handoffs(services: Services) -> list[Handoff]:
    async with services.sessions.read() as session:
        return list((await session.execute(select(Handoff))).scalars())


async def count(services: Services, table: type[Turn] | type[Contact]) -> int:
    async with services.sessions.read() as session:
        return (await session.execute(select(func.count()).select_from(table))).scalar_one()


def numbers_of(answer: object) -> list[str]:
    return [number["number"] for number in answer["numbers"]]  # type: ignore[index]


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x07\x1b", "\u200b\u200d\ufeff"])
async def test_empty_or_control_characters_only_are_refused(visitor: Visitor, services: Services, text: str) -> None:
    answer = await visitor.say(text)
    assert answer.status_code == 422
    assert "911" in numbers_of(answer.json())
    assert await count(services, Contact) == 0


async def test_a_long_text_is_stored_whole(visitor: Visitor) -> None:
    text = "Je voudrais savoir une chose. " * 1500
    answer = await visitor.say(text)
    assert answer.status_code == 200
    assert answer.json()["turns"][0]["text"] == text


async def test_a_long_text_is_read_whole(visitor: Visitor, services: Services) -> None:
    answer = await visitor.say("bonjour " * 900 + RISK)
    assert answer.status_code == 200
    assert [h.reason for h in await handoffs(services)] == [HandoffReason.RISK]


async def test_invalid_utf8_is_stored_as_decoded_and_reaches_a_person(visitor: Visitor, services: Services) -> None:
    answer = await visitor.send_bytes(b'{"client_id": "message-1", "text": "all\xe9 \xff"}')
    assert answer.status_code == 200
    assert answer.json()["turns"][0]["text"] == "all\ufffd \ufffd"
    assert answer.json()["state"]["state"] == "waiting"
    assert [h.reason for h in await handoffs(services)] == [HandoffReason.UNREADABLE]


async def test_invalid_utf8_with_a_risk_is_a_risk(visitor: Visitor, services: Services) -> None:
    await visitor.send_bytes(b'{"text": "je veux mourir \xff"}')
    assert [h.reason for h in await handoffs(services)] == [HandoffReason.RISK]


@pytest.mark.parametrize("body", [b"pas du json", b'{"text": "coup', b'["une liste"]', b"[" * 20000])
async def test_a_body_that_is_no_message_reaches_a_person(visitor: Visitor, services: Services, body: bytes) -> None:
    answer = await visitor.send_bytes(body)
    assert answer.status_code == 200
    assert [h.reason for h in await handoffs(services)] == [HandoffReason.UNREADABLE]


async def test_unreadable_text_opens_one_handoff_a_contact(visitor: Visitor, services: Services) -> None:
    await visitor.say("\ufffd\ufffd\ufffd\ufffd")
    await visitor.say("\ufffd\ufffd\ufffd")
    assert len(await handoffs(services)) == 1


async def test_half_a_character_is_written_back(visitor: Visitor) -> None:
    answer = await visitor.send_bytes(b'{"text": "bonjour \\ud83d vous \\ud83d\\ude00"}')
    assert answer.status_code == 200
    assert answer.json()["turns"][0]["text"] == "bonjour \ufffd vous \U0001f600"


async def test_a_body_over_the_limit_gets_numbers_and_a_person(visitor: Visitor, services: Services) -> None:
    answer = await visitor.say("mot " * 20_000, "message-1")
    assert answer.status_code == 413
    assert "911" in numbers_of(answer.json())
    assert [h.reason for h in await handoffs(services)] == [HandoffReason.UNREADABLE]
    kept = (await visitor.turns())["turns"][1]["text"]
    assert kept.startswith("mot mot")
    assert len(kept) > 60_000


async def test_a_body_over_the_limit_is_read_for_risk(visitor: Visitor, services: Services) -> None:
    answer = await visitor.say("mot " * 3000 + RISK + " mot" * 20_000)
    assert answer.status_code == 413
    assert [h.reason for h in await handoffs(services)] == [HandoffReason.RISK]


async def test_a_body_over_the_limit_without_session_writes_nothing(visitor: Visitor, services: Services) -> None:
    visitor.token = "unknown"
    answer = await visitor.say("mot " * 20_000)
    assert answer.status_code == 401
    assert await count(services, Contact) == 0


async def test_the_same_client_id_gets_the_stored_answer(visitor: Visitor, services: Services) -> None:
    first = await visitor.say("À quelle heure ouvrez-vous ?", "message-1")
    again = await visitor.say("À quelle heure ouvrez-vous ?", "message-1")
    assert again.json()["turns"] == first.json()["turns"]
    assert await count(services, Turn) == 2


async def test_a_strange_client_id_is_no_reason_to_refuse(visitor: Visitor, services: Services) -> None:
    strange = json.dumps({"client_id": "x\x00" * 500, "text": RISK}).encode()
    assert (await visitor.send_bytes(strange)).status_code == 200
    assert (await visitor.send_bytes(strange)).status_code == 200
    assert len(await handoffs(services)) == 1
    assert await count(services, Turn) == 2


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer unknown", "Basic abc", "Bearer " + "a" * 5000])
async def test_an_unknown_token_gets_numbers(visitor: Visitor, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization is not None else {}
    for path in ("/chat/turns", "/chat/stream"):
        answer = await visitor.http.get(path, headers=headers)
        assert answer.status_code == 401
        assert "911" in numbers_of(answer.json())


async def test_an_idle_session_expires(visitor: Visitor, clock: ManualClock) -> None:
    await visitor.say("Bonjour")
    clock.advance(25 * 3600)
    assert (await visitor.say("Bonjour")).status_code == 401


async def test_a_session_does_not_expire_while_a_handoff_is_open(visitor: Visitor, clock: ManualClock) -> None:
    await visitor.say(RISK)
    clock.advance(72 * 3600)
    assert (await visitor.say("Êtes-vous là ?")).status_code == 200


async def test_over_the_rate_limit_numbers_are_given_and_nothing_is_written(
    visitor: Visitor, services: Services, clock: ManualClock
) -> None:
    for _ in range(SESSION_BURST):
        assert (await visitor.say("Bonjour")).status_code == 200
    written = await count(services, Turn)
    refused = await visitor.say("Bonjour")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "911" in numbers_of(refused.json())
    assert await count(services, Turn) == written
    clock.advance(3)
    assert (await visitor.say("Bonjour")).status_code == 200


async def test_over_the_rate_limit_a_risk_is_never_refused(visitor: Visitor, services: Services) -> None:
    for _ in range(SESSION_BURST + 3):
        await visitor.say("Bonjour")
    answer = await visitor.say(RISK)
    assert answer.status_code == 200
    assert answer.json()["state"]["at_risk"] is True
    assert len(await handoffs(services)) == 1


async def test_over_the_rate_limit_a_person_may_be_asked_for(visitor: Visitor, services: Services) -> None:
    for _ in range(SESSION_BURST + 3):
        await visitor.say("Bonjour")
    first = await visitor.http.post("/chat/person", json={}, headers=visitor.headers)
    assert first.json()["state"]["state"] == "waiting"
    again = await visitor.http.post("/chat/person", json={}, headers=visitor.headers)
    assert again.status_code == 429
    assert len(await handoffs(services)) == 1


async def test_a_lost_database_gives_numbers(visitor: Visitor, services: Services, app: FastAPI) -> None:
    async with services.sessions.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE visitor_session")
    for answer in (await visitor.say(RISK), await visitor.http.post("/chat/sessions", json={})):
        assert answer.status_code == 503
        assert "911" in numbers_of(answer.json())


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script><b onclick=x>gras</b>", "je\u200bveux\u200d savoir", "'; DROP TABLE turn; --"]
)
async def test_html_and_invisible_characters_stay_text(visitor: Visitor, text: str) -> None:
    answer = await visitor.say(text)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["turns"][0]["text"] == text
