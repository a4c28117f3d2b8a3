"""Finds the thresholds of confidence.yml on the calibration sentences, with the Rasa that is running.

`.venv/bin/python -m triage.nlu_route.fit_confidence`, after every change of model. Sentences of risk are left
out: the gate has them before the router does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from foundation.settings import Settings, load_settings
from triage.interventions.types import InterventionType
from triage.nlu_route.confidence import THRESHOLDS_FILE, ConfidenceThresholds
from triage.nlu_route.rasa_client import RasaReading, RasaRouter

SENTENCES = Path(__file__).parents[2] / "nlu_data" / "sentences"
# The sample of ordinary talk: it has one subtopic for all, and the bot is not trained on it.
TALK = "talk"
# What two readers of the labels agree on, of 100 harmless sentences: the type of 88, the subtopic of 78. Asking more
# of the bot than people agree on would make it ask everybody again.
TYPE_PRECISION = 0.85
SUBTOPIC_PRECISION = 0.78
LEAST_KEPT = 10
# What the second opinion may add: one alarm in a hundred harmless sentences that are not read as crise.
RISK_ALARMS = 0.01
STEPS = tuple(step / 20 for step in range(2, 19))

HEADER = """\
# Smallest confidences (0 to 1) from which the bot answers; below, it asks once to say it otherwise, then a
# person is reached. Written by triage/nlu_route/fit_confidence.py on the calibration sentences without risk.
# `crise` is 0: whatever is read as crise reaches a person. `risk`: from it, the subtopics of danger together are a
# second opinion that reaches a person as a risk.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A calibration sentence: what it is, and what Rasa read."""

    type: InterventionType
    subtopic: str
    reading: RasaReading

    @property
    def right_type(self) -> bool:
        return self.reading.type is self.type

    @property
    def right_subtopic(self) -> bool:
        return self.reading.subtopic == self.subtopic


def fit(measured: Sequence[Measured]) -> ConfidenceThresholds:
    """The lowest thresholds that keep both precisions; the type's are found first."""
    types = {
        type_: lowest(
            [
                (one.reading.confidence, one.right_type)
                for one in measured
                if one.reading.type is type_ and type_ is not InterventionType.CRISE
            ],
            TYPE_PRECISION,
        )
        for type_ in InterventionType
    }
    types[InterventionType.CRISE] = 0.0
    answered = [
        (one.reading.subtopic_confidence, one.right_subtopic)
        for one in measured
        if one.reading.type is not InterventionType.CRISE and one.reading.confidence >= types[one.reading.type]
    ]
    return ConfidenceThresholds(types, lowest(answered, SUBTOPIC_PRECISION), lowest_alarm(measured))


def lowest_alarm(measured: Sequence[Measured]) -> float:
    """The first step above which few harmless sentences are alarmed; those read as crise reach a person anyhow."""
    harmless = [one.reading.risk for one in measured if one.reading.type is not InterventionType.CRISE]
    for step in STEPS:
        if sum(risk >= step for risk in harmless) <= RISK_ALARMS * len(harmless):
            return step
    return STEPS[-1]


def lowest(scored: Sequence[tuple[float, bool]], precision: float) -> float:
    """The first step above which `precision` is held; when none does, the last that keeps ten sentences."""
    last = STEPS[0]
    for step in STEPS:
        kept = [right for confidence, right in scored if confidence >= step]
        if len(kept) < LEAST_KEPT:
            break
        last = step
        if sum(kept) / len(kept) >= precision:
            break
    return last


def calibration_sentences(folder: Path = SENTENCES) -> list[tuple[str, InterventionType, str]]:
    """Text, type and subtopic of each calibration sentence without risk, but for ordinary talk."""
    lines = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    return [
        (line["text"], InterventionType(line["type"]), line["subtopic"])
        for line in lines
        if line["split"] == "calibration" and not line["risk"] and line.get("sample") != TALK
    ]


async def measure(settings: Settings) -> list[Measured]:
    """One reading a sentence. Raises RouteUnavailable when Rasa is not there."""
    async with httpx.AsyncClient() as http:
        token = settings.rasa_token.get_secret_value()
        router = RasaRouter(settings.rasa_url, token, http, ConfidenceThresholds.load())
        return [Measured(type_, subtopic, await router.read(text)) for text, type_, subtopic in calibration_sentences()]


def main() -> None:
    """Write the file, and say what it keeps."""
    measured = asyncio.run(measure(load_settings()))
    thresholds = fit(measured)
    document = {
        "types": {type_.value: threshold for type_, threshold in thresholds.types.items()},
        "subtopic": thresholds.subtopic,
        "risk": thresholds.risk,
    }
    THRESHOLDS_FILE.write_text(HEADER + yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    bots = [one for one in measured if one.reading.type is not InterventionType.CRISE]
    answered = [
        one
        for one in bots
        if thresholds.understood(one.reading.type, one.reading.confidence, one.reading.subtopic_confidence)
    ]
    sys.stdout.write(
        f"{len(measured)} sentences: {len(measured) - len(bots)} to a person, {len(answered)} answered "
        f"(type right {sum(one.right_type for one in answered)}, "
        f"subtopic right {sum(one.right_subtopic for one in answered)}), the rest asked again\n"
    )


if __name__ == "__main__":
    main()
