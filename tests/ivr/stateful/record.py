"""Write `recorded_answers.json`: what the real gate and the real Rasa say of each of `sentences.txt`.

    .venv/bin/python -m tests.ivr.stateful.record

It starts Rasa for its own time, and needs both trained models.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import httpx

from foundation.settings import Settings
from tests.fixtures.processes import RASA_TOKEN, rasa
from tests.ivr.stateful.recorded import RECORDED
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.rasa_client import RasaRouter
from triage.risk_gate.gate import RiskGate

SENTENCES = Path(__file__).with_name("sentences.txt")
PATIENCE_SECONDS = 30.0


async def record(rasa_url: str) -> list[dict[str, object]]:
    """One entry a sentence: its text, the gate's signals, the route's decision."""
    gate = RiskGate.load(Settings().risk_model)
    answers: list[dict[str, object]] = []
    async with httpx.AsyncClient() as http:
        router = RasaRouter(rasa_url, RASA_TOKEN, http, ConfidenceThresholds.load())
        for text in SENTENCES.read_text("utf-8").splitlines():
            reading = await gate.read_within(text, seconds=PATIENCE_SECONDS)
            decision = await router.parse(text)
            signals = [asdict(signal) for signal in reading.signals]
            answers.append({"text": text, "signals": signals, "route": asdict(decision)})
    return answers


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, rasa(Path(folder) / "rasa.log") as running:
        answers = asyncio.run(record(running.url))
    lines = ",\n".join(json.dumps(answer, ensure_ascii=False) for answer in answers)
    RECORDED.write_text(f"[\n{lines}\n]\n", "utf-8")
    print(f"{len(answers)} phrases enregistrées")


if __name__ == "__main__":
    main()
