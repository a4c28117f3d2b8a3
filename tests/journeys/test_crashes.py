"""What breaks in the middle: Rasa killed, the API killed. Nobody who was told that help is coming is lost."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.fixtures.processes import Running, answers, api, free_port, rasa, wait_until

pytestmark = pytest.mark.rasa


def open_session(url: str) -> dict[str, str]:
    token = httpx.post(f"{url}/chat/sessions", json={}, timeout=10).raise_for_status().json()["token"]
    return {"Authorization": f"Bearer {token}"}


def say(url: str, session: dict[str, str], client_id: str, words: str) -> dict[str, object]:
    answer = httpx.post(
        f"{url}/chat/messages", json={"client_id": client_id, "text": words}, headers=session, timeout=20
    )
    result: dict[str, object] = answer.raise_for_status().json()
    return result


def rows(database_url: str, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(database_url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def test_rasa_killed_in_mid_conversation_the_next_message_reaches_a_person(sqlite_url: str, tmp_path: Path) -> None:
    with rasa(tmp_path / "rasa.log") as engine, api(sqlite_url, engine.url, tmp_path / "api.log", tmp_path) as door:
        ready = f"{door.url}/readyz"
        wait_until(lambda: answers(ready, lambda r: r.json()["bot"] == "ok"), 30, "the bot joined")
        session = open_session(door.url)
        say(door.url, session, "m1", "Bonjour, quelles sont vos heures d'ouverture?")
        assert rows(sqlite_url, "SELECT count(*) FROM handoff") == [(0,)]
        engine.kill()
        say(door.url, session, "m2", "Est-ce qu'il faut un rendez-vous?")
        assert rows(sqlite_url, "SELECT state, reason FROM handoff") == [("waiting", "fault")]
        said = httpx.get(ready, timeout=10)
        assert said.status_code == 200
        assert said.json()["bot"] == "down"


def test_the_api_killed_right_after_a_risk_keeps_the_person_in_the_queue(
    sqlite_url: str, tmp_path: Path, rasa_server: Running
) -> None:
    port = free_port()
    with api(sqlite_url, rasa_server.url, tmp_path / "api.log", tmp_path, port) as door:
        session = open_session(door.url)
        say(door.url, session, "m1", "j'en peux plus, je veux mourir ce soir")
        door.kill()
    with api(sqlite_url, rasa_server.url, tmp_path / "again.log", tmp_path, port) as door:
        assert rows(sqlite_url, "SELECT state, level FROM handoff")[0][0] == "waiting"
        again = say(door.url, session, "m1", "j'en peux plus, je veux mourir ce soir")
        assert again
        assert rows(sqlite_url, "SELECT count(*) FROM handoff") == [(1,)]
