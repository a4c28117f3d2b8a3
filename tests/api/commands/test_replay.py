"""`relais replay`: whole contacts through the real flow."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.commands.jsonl import BadLine
from api.commands.replay import REASONS, Replay, throw_away_settings
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from tests.fixtures.services import make_settings
from triage.handoff.states import HandoffReason
from triage.interventions.types import InterventionType
from triage.services import Services


@pytest.fixture
def replay(services: Services) -> Replay:
    return Replay(services.conversation)


async def turns_of(replay: Replay, *texts: str, channel: str = "chat") -> list[dict[str, object]]:
    answered = await replay.answer({"id": "x", "channel": channel, "turns": list(texts)})
    assert answered["id"] == "x"
    return answered["turns"]  # type: ignore[return-value]


async def test_a_risk_reaches_a_person_and_the_bot_is_silent_from_then_on(replay: Replay) -> None:
    calm, risk, after = await turns_of(replay, "vos heures?", "je veux mourir", "vous êtes là?")
    assert calm["reply"]
    assert {**calm, "reply": None} == {
        "risk": False,
        "level": "none",
        "handoff": False,
        "reason": None,
        "type": "information",
        "reply": None,
    }
    assert (risk["risk"], risk["level"], risk["handoff"], risk["reason"]) == (True, "risk", True, "risk")
    assert "911" in str(risk["reply"])
    assert (after["risk"], after["handoff"], after["reason"], after["reply"]) == (False, True, "risk", None)


async def test_a_risk_at_the_first_turn_has_no_type(replay: Replay) -> None:
    (turn,) = await turns_of(replay, "je veux mourir")
    assert (turn["type"], turn["handoff"]) == (None, True)


async def test_each_reason_in_the_words_of_the_contract(
    replay: Replay, router: ScriptedRouter, gate: ScriptedGate
) -> None:
    router.say("quelqu'un svp", subtopic="conversation/personne")
    router.say("tout va mal", type=InterventionType.CRISE, subtopic="crise/detresse")
    router.say("blabla", understood=False)
    assert (await turns_of(replay, "quelqu'un svp"))[0]["reason"] == "asked"
    assert (await turns_of(replay, "tout va mal"))[0]["reason"] == "crise"
    assert [turn["reason"] for turn in await turns_of(replay, "blabla", "blabla")] == [None, "misunderstood"]
    assert (await turns_of(replay, "", channel="phone"))[0]["reason"] == "asked"
    assert (await turns_of(replay, "\ufffd" * 20))[0]["reason"] == "fault"
    gate.broken = True
    assert (await turns_of(replay, "vos heures?"))[0]["reason"] == "fault"
    gate.broken = False
    router.down()
    assert (await turns_of(replay, "vos heures?"))[0]["reason"] == "fault"


def test_no_reason_of_the_flow_is_without_its_word() -> None:
    assert set(REASONS) == set(HandoffReason)
    assert set(REASONS.values()) == {"risk", "asked", "crise", "misunderstood", "fault"}


async def test_two_contacts_of_the_same_id_do_not_meet(replay: Replay) -> None:
    await turns_of(replay, "je veux mourir")
    (turn,) = await turns_of(replay, "vos heures?")
    assert turn["handoff"] is False


@pytest.mark.parametrize(
    "line",
    [
        {"id": 1, "channel": "chat"},
        {"id": 1, "channel": "chat", "turns": []},
        {"id": 1, "channel": "chat", "turns": "allo"},
        {"id": 1, "channel": "chat", "turns": ["allo", 3]},
        {"id": 1, "channel": "chat", "turns": [""]},
        {"channel": "chat", "turns": ["allo"]},
    ],
)
async def test_a_bad_contact_writes_nothing(replay: Replay, line: dict[str, object], router: ScriptedRouter) -> None:
    with pytest.raises(BadLine):
        await replay.answer(line)
    assert router.asked == []


def test_the_database_and_the_key_are_its_own(sqlite_url: str, tmp_path: Path) -> None:
    settings = make_settings(sqlite_url, tmp_path, demo=False)
    assert settings.key_ring
    first, second = (throw_away_settings(settings, tmp_path) for _ in range(2))
    assert first.demo
    assert first.database_url.endswith("/replay.db")
    assert first.rasa_url == settings.rasa_url
    keys = {one.key_ring.hash_number("+15145550100").digest for one in (settings, first, second)}
    assert len(keys) == 3
