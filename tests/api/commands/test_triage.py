"""`relais triage`: the contract, with a gate and a router that are told what to answer."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from api.commands.given_text import TEXT_BYTES
from api.commands.jsonl import BadLine, answer_lines
from api.commands.triage import Triage
from foundation.clock import ManualClock
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from triage.interventions.types import InterventionType
from triage.signals import Question


@pytest.fixture
def triage(gate: ScriptedGate, router: ScriptedRouter, clock: ManualClock) -> Triage:
    return Triage(gate, router, clock)  # type: ignore[arg-type]


@pytest.fixture
def risk_only(gate: ScriptedGate, clock: ManualClock) -> Triage:
    return Triage(gate, None, clock)  # type: ignore[arg-type]


async def test_an_ordinary_message_goes_to_the_bot(triage: Triage) -> None:
    assert await triage.answer({"id": "m1", "text": "vous ouvrez à quelle heure?", "channel": "chat"}) == {
        "id": "m1",
        "risk": False,
        "level": "none",
        "signals": [],
        "type": "information",
        "confidence": 0.9,
        "route": "bot",
        "ms": 0.0,
    }


async def test_a_risk_is_quoted_by_code_points_and_still_typed(triage: Triage, router: ScriptedRouter) -> None:
    text = "😔😔 Je veux mourir à soir"
    router.say(text, type=InterventionType.CRISE, subtopic="crise/suicide")
    got = await triage.answer({"id": 1, "text": text, "channel": "phone"})
    (signal,) = got["signals"]  # type: ignore[misc]
    assert text[signal["start"] : signal["end"]] == signal["quote"] == "Je veux mourir"
    assert (got["risk"], got["level"], got["type"], got["route"]) == (True, "risk", "crise", "handoff")
    assert set(signal) == {"kind", "quote", "start", "end", "detector", "score"}


async def test_a_risk_reaches_a_person_whatever_the_type(triage: Triage) -> None:
    got = await triage.answer({"id": 1, "text": "je veux mourir", "channel": "chat"})
    assert (got["type"], got["route"]) == ("information", "handoff")


async def test_a_fault_of_the_gate_is_a_risk_without_a_quote(triage: Triage, gate: ScriptedGate) -> None:
    gate.broken = True
    got = await triage.answer({"id": 1, "text": "bonjour", "channel": "chat"})
    assert got["signals"] == [{"kind": "fault", "detector": "gate", "score": 1.0}]
    assert (got["risk"], got["route"]) == (True, "handoff")


@pytest.mark.parametrize(
    ("subtopic", "type_", "understood", "route"),
    [
        ("crise/detresse", InterventionType.CRISE, True, "handoff"),
        ("crise/detresse", InterventionType.CRISE, False, "handoff"),
        ("conversation/personne", InterventionType.INFORMATION, True, "handoff"),
        ("conversation/personne", InterventionType.INFORMATION, False, "bot"),
        ("education/sommeil", InterventionType.EDUCATION, False, "bot"),
        ("securite_civile/inondation", InterventionType.SECURITE_CIVILE, True, "bot"),
    ],
)
async def test_the_route_is_the_flows(
    triage: Triage, router: ScriptedRouter, subtopic: str, type_: InterventionType, understood: bool, route: str
) -> None:
    router.say("allo", type=type_, subtopic=subtopic, understood=understood)
    got = await triage.answer({"id": 1, "text": "allo", "channel": "chat"})
    assert (got["type"], got["route"]) == (type_.value, route)


async def test_without_an_answer_from_the_engine_a_person_is_reached_and_the_type_is_filled(
    triage: Triage, router: ScriptedRouter
) -> None:
    router.down()
    got = await triage.answer({"id": 1, "text": "vos heures?", "channel": "chat"})
    assert (got["type"], got["confidence"], got["route"]) == ("crise", 0.0, "handoff")


async def test_each_line_is_a_fresh_contact(triage: Triage, gate: ScriptedGate) -> None:
    for text in ("je veux", "mourir"):
        assert (await triage.answer({"id": text, "text": text, "channel": "chat"}))["risk"] is False
    assert gate.seen == [("je veux", Question.OPEN, ()), ("mourir", Question.OPEN, ())]


async def test_risk_only_leaves_the_type_out(risk_only: Triage) -> None:
    calm = await risk_only.answer({"id": 1, "text": "bonjour", "channel": "chat"})
    risk = await risk_only.answer({"id": 2, "text": "je veux mourir", "channel": "chat"})
    assert set(calm) == {"id", "risk", "level", "signals", "route", "ms"}
    assert (calm["route"], risk["route"]) == ("bot", "handoff")


async def test_unreadable_or_too_long_reaches_a_person_and_is_read_all_the_same(triage: Triage) -> None:
    unreadable = await triage.answer({"id": 1, "text": "\ufffd" * 30, "channel": "chat"})
    too_long = await triage.answer({"id": 2, "text": "a" * (TEXT_BYTES + 1), "channel": "chat"})
    at_risk = await triage.answer({"id": 3, "text": "je veux mourir " + "é" * TEXT_BYTES, "channel": "chat"})
    assert [got["route"] for got in (unreadable, too_long, at_risk)] == ["handoff"] * 3
    assert [got["risk"] for got in (unreadable, too_long, at_risk)] == [False, False, True]


@pytest.mark.parametrize("silence", ["", "  \n", "\u200b\u200b", "\x00\x07"])
async def test_nothing_said_is_a_silence_on_the_phone_and_refused_in_the_chat(
    triage: Triage, router: ScriptedRouter, silence: str
) -> None:
    got = await triage.answer({"id": 1, "text": silence, "channel": "phone"})
    assert (got["risk"], got["type"], got["route"]) == (False, "crise", "handoff")
    assert router.asked == []
    with pytest.raises(BadLine):
        await triage.answer({"id": 1, "text": silence, "channel": "chat"})


@pytest.mark.parametrize(
    "line",
    [
        {"text": "allo", "channel": "chat"},
        {"id": 1, "channel": "chat"},
        {"id": 1, "text": None, "channel": "chat"},
        {"id": 1, "text": ["allo"], "channel": "chat"},
        {"id": 1, "text": "allo", "channel": "fax"},
        {"id": 1, "text": "allo", "channel": None},
        {"id": 1, "text": "allo", "channel": ["chat"]},
    ],
)
async def test_a_line_without_its_fields_is_bad(triage: Triage, line: dict[str, object]) -> None:
    with pytest.raises(BadLine) as bad:
        await triage.answer(line)
    assert "allo" not in str(bad.value)


def test_lines_come_out_in_order_with_the_bad_ones_in_their_place(triage: Triage) -> None:
    source = b"\n".join(
        [
            json.dumps({"id": "a", "text": "je veux mourir", "channel": "chat"}).encode(),
            b"{",
            json.dumps({"id": "c", "text": "\ud800 allô", "channel": "phone"}).encode(),
            b"",
        ]
    )
    sink = io.BytesIO()
    with asyncio.Runner() as runner:
        answer_lines(io.BytesIO(source), sink, lambda line: runner.run(triage.answer(line)))
    first, second, third = (json.loads(line) for line in sink.getvalue().decode().splitlines())
    assert (first["id"], second["line"], third["id"]) == ("a", 2, "c")
