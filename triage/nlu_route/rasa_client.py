"""The only place that speaks to Rasa."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from triage.interventions.types import InterventionType
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.openings import without_opening
from triage.nlu_route.particulars import Particulars, particulars_of
from triage.nlu_route.route import RouteDecision, RouteUnavailable
from triage.signals import RiskKind, RiskLevel, Signal

PARSE_SECONDS = 2.0
STATUS_SECONDS = 1.0
MAX_CHARACTERS = 4_000
CONVERSATION = "conversation"
DETECTOR = "rasa"
DANGERS = {
    "crise/suicide": RiskKind.SUICIDE,
    "crise/automutilation": RiskKind.SELF_HARM,
    "crise/violence_subie": RiskKind.VIOLENCE_VICTIM,
    "crise/violence_autrui": RiskKind.VIOLENCE_TOWARD_OTHERS,
    "crise/personne_vulnerable": RiskKind.VULNERABLE_IN_DANGER,
    "crise/medical": RiskKind.MEDICAL,
    "crise/etat_mental": RiskKind.MENTAL_STATE,
    "crise/danger_physique": RiskKind.PHYSICAL_DANGER,
}
# Under this share of the danger read, a kind is not named: its numbers could be the wrong ones.
SURE_OF_KIND = 0.5

# Rasa takes a text that starts with a slash for a command, and logs it.
_COMMAND_START = re.compile(r"^[\s/]+")


class Ranked(BaseModel):
    """One line of a ranking: a group or a subtopic, with its probability."""

    model_config = ConfigDict(frozen=True)
    name: str
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False)


class RasaAnswer(BaseModel):
    """What is read of `POST /model/parse`; the sample is tests/contracts/rasa_parse_answer.json."""

    intent_ranking: list[Ranked] = Field(min_length=1)
    subtopic_ranking: list[Ranked] = Field(min_length=1)
    # Read apart: whatever stands here, the route holds.
    entities: object = None


@dataclass(frozen=True, slots=True)
class RasaReading:
    """The best type, and the best subtopic inside it, with their probabilities (0 to 1).

    `risk` is the probability of every subtopic of danger together, `kind` the likeliest of their kinds.
    """

    type: InterventionType
    confidence: float
    subtopic: str
    subtopic_confidence: float
    risk: float
    kind: RiskKind
    particulars: Particulars = field(default_factory=Particulars)


class RasaRouter:
    """Rasa behind the two methods of `Router`."""

    def __init__(self, base_url: str, token: str, http: httpx.AsyncClient, confidence: ConfidenceThresholds) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._http = http
        self._confidence = confidence
        # Rasa takes its token in the address only, and httpx writes addresses at INFO.
        logging.getLogger("httpx").setLevel(logging.WARNING)

    async def parse(self, text: str) -> RouteDecision:
        """Raises RouteUnavailable, which never carries the text."""
        reading = await self.read(text)
        understood = self._confidence.understood(reading.type, reading.confidence, reading.subtopic_confidence)
        signal = None
        if reading.risk >= self._confidence.risk:
            signal = Signal(reading.kind, RiskLevel.RISK, DETECTOR, round(reading.risk, 4), text, 0, len(text))
        return RouteDecision(
            reading.type, reading.subtopic, reading.confidence, understood, signal, reading.particulars
        )

    async def read(self, text: str) -> RasaReading:
        """The reading before any threshold. Raises RouteUnavailable.

        Of a very long message the first 4,000 characters are read: the gate has read all of it, and a longer
        pass would keep the next person's message waiting.
        """
        asked = without_opening(_COMMAND_START.sub("", text))[:MAX_CHARACTERS]
        try:
            async with asyncio.timeout(PARSE_SECONDS):
                answer = await self._http.post(
                    f"{self._base_url}/model/parse", params={"token": self._token}, json={"text": asked}
                )
            if answer.status_code != httpx.codes.OK:
                raise RouteUnavailable("refused")
            return reading_of(RasaAnswer.model_validate_json(answer.content))
        except (TimeoutError, httpx.HTTPError, ValidationError, ValueError) as error:
            raise RouteUnavailable(type(error).__name__) from None

    async def is_ready(self) -> bool:
        """Whether Rasa answers and has its model."""
        try:
            async with asyncio.timeout(STATUS_SECONDS):
                answer = await self._http.get(f"{self._base_url}/status", params={"token": self._token})
            body = answer.json()
        except (TimeoutError, httpx.HTTPError, ValueError):
            return False
        return answer.status_code == httpx.codes.OK and isinstance(body, dict) and bool(body.get("model_file"))


def reading_of(answer: RasaAnswer) -> RasaReading:
    """Raises ValueError for a group that is neither a type nor `conversation`."""
    confidences: defaultdict[InterventionType, float] = defaultdict(float)
    for group in answer.intent_ranking:
        confidences[type_of(group.name)] += group.confidence
    best = max(confidences, key=lambda type_: confidences[type_])
    inside = [subtopic for subtopic in answer.subtopic_ranking if type_of(subtopic.name) is best]
    subtopic = max(inside, key=lambda ranked: ranked.confidence)
    risk, kind = danger_in(answer.subtopic_ranking)
    particulars = particulars_of(answer.entities)
    return RasaReading(best, min(confidences[best], 1.0), subtopic.name, subtopic.confidence, risk, kind, particulars)


def danger_in(ranking: Sequence[Ranked]) -> tuple[float, RiskKind]:
    """The probability of danger, and its kind when one kind holds most of it."""
    dangers = {DANGERS[ranked.name]: ranked.confidence for ranked in ranking if ranked.name in DANGERS}
    risk = min(sum(dangers.values()), 1.0)
    likeliest = max(dangers, key=lambda kind: dangers[kind], default=RiskKind.UNSPECIFIED)
    return risk, likeliest if dangers and dangers[likeliest] >= SURE_OF_KIND * risk > 0 else RiskKind.UNSPECIFIED


def type_of(name: str) -> InterventionType:
    """Of a group or of a `group/name`: small talk counts as information. Raises ValueError."""
    group = name.split("/")[0]
    return InterventionType.INFORMATION if group == CONVERSATION else InterventionType(group)
