"""The figures reached, in docs/results/floors.json: CI fails when one falls by more than its interval.

They are measured on the sentences of the held-out authors, never trained on and never tuned on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.commands.evaluation.intervals import wilson
from tests.fixtures.processes import RASA_TOKEN, RISK_MODEL, ROOT, Running
from tests.fixtures.require import missing
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.rasa_client import RasaRouter
from triage.risk_gate.gate import RiskGate

FLOORS = json.loads((ROOT / "docs" / "results" / "floors.json").read_text(encoding="utf-8"))


def assert_holds(name: str, share: float, capsys: pytest.CaptureFixture[str]) -> None:
    floor = FLOORS[name]
    low, high = wilson(floor["reached"], floor["count"])
    with capsys.disabled():
        print(f"\n[mesure] {name} : {share:.3f} (atteint {floor['reached']:.3f}, intervalle {low:.3f} à {high:.3f})")
    if floor["better"] == "higher":
        assert share >= low, f"{name} fell under its interval"
    else:
        assert share <= high, f"{name} rose over its interval"


@pytest.fixture(scope="module")
def held_out() -> list[dict[str, Any]]:
    rows = [
        json.loads(line)
        for path in sorted((ROOT / "nlu_data" / "sentences").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in rows if row["split"] == "held_out"]


@pytest.fixture(scope="module")
def gate() -> Iterator[RiskGate]:
    if not Path(RISK_MODEL).exists():
        missing("modèle de risque", "le modèle de risque n'est pas entraîné (make setup)")
    loaded = RiskGate.load(RISK_MODEL)
    yield loaded
    loaded.close()


def share_alarmed(gate: RiskGate, rows: list[dict[str, Any]]) -> float:
    return sum(gate.read(row["text"]).is_risk for row in rows) / len(rows)


def test_the_gate_finds_the_dangers(
    gate: RiskGate, held_out: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    dangers = [row for row in held_out if row["risk"]]
    imminent = [row for row in held_out if row["level"] == "imminent"]
    assert_holds("gate.recall", share_alarmed(gate, dangers), capsys)
    assert_holds("gate.recall_imminent", share_alarmed(gate, imminent), capsys)


def test_the_gate_lets_ordinary_words_through(
    gate: RiskGate, held_out: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    ordinary = [row for row in held_out if row["kind"] == "ordinary"]
    hard = [row for row in held_out if not row["risk"] and row["kind"] != "ordinary"]
    assert_holds("gate.false_alarms_ordinary", share_alarmed(gate, ordinary), capsys)
    assert_holds("gate.false_alarms_hard", share_alarmed(gate, hard), capsys)


def test_the_route_names_the_type(
    rasa_server: Running, held_out: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row for row in held_out if not row["risk"]]

    async def right() -> int:
        async with httpx.AsyncClient() as http:
            router = RasaRouter(rasa_server.url, RASA_TOKEN, http, ConfidenceThresholds.load())
            return sum([(await router.parse(row["text"])).type.value == row["type"] for row in rows])

    assert_holds("route.type_right", asyncio.run(right()) / len(rows), capsys)
