"""Rasa's client: a whole answer is a decision, anything else is `RouteUnavailable` or "not ready"."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from triage.interventions.types import InterventionType
from triage.nlu_route import rasa_client
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.particulars import Particulars
from triage.nlu_route.rasa_client import RasaRouter
from triage.nlu_route.route import RouteUnavailable
from triage.signals import RiskKind, RiskLevel

SAMPLE = Path(__file__).parents[2] / "contracts" / "rasa_parse_answer.json"
TOKEN = "token-that-nobody-may-log"
PRIVATE = "mon voisin Untel habite au coin"
LOW = ConfidenceThresholds(dict.fromkeys(InterventionType, 0.3), subtopic=0.05, risk=0.9)
HIGH = ConfidenceThresholds(dict.fromkeys(InterventionType, 1.0), subtopic=1.0, risk=1.0)

THIRD = ConfidenceThresholds(dict.fromkeys(InterventionType, 0.3), subtopic=0.05, risk=0.33)

Handler = Callable[[httpx.Request], httpx.Response]


@asynccontextmanager
async def router_on(
    handler: Callable[[httpx.Request], Any], thresholds: ConfidenceThresholds = LOW
) -> AsyncIterator[RasaRouter]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(handler)) as http:
        yield RasaRouter("http://rasa.test/", TOKEN, http, thresholds)


def sample() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    return body


def ranking(**confidences: float) -> list[dict[str, object]]:
    return [{"name": name, "confidence": value} for name, value in confidences.items()]


def answering(groups: list[dict[str, object]], subtopics: list[tuple[str, float]]) -> Handler:
    body = {
        "intent_ranking": groups,
        "subtopic_ranking": [{"name": name, "confidence": value} for name, value in subtopics],
    }
    return lambda request: httpx.Response(200, json=body)


async def test_real_answer_becomes_a_decision() -> None:
    asked: list[httpx.Request] = []

    def rasa(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=sample())

    async with router_on(rasa) as router:
        decision = await router.parse("Bonjour, êtes-vous ouverts la fin de semaine ?")

    assert decision.type is InterventionType.INFORMATION
    assert decision.subtopic == "information/heures"
    assert 0.3 < decision.confidence <= 1
    assert decision.understood
    assert asked[0].method == "POST"
    assert asked[0].url.path == "/model/parse"
    assert asked[0].url.params["token"] == TOKEN
    assert json.loads(asked[0].content) == {"text": "êtes-vous ouverts la fin de semaine ?"}


async def test_under_the_threshold_the_type_is_filled_and_not_understood() -> None:
    async with router_on(lambda request: httpx.Response(200, json=sample()), HIGH) as router:
        decision = await router.parse("bonjour")
    assert decision.type is InterventionType.INFORMATION
    assert not decision.understood


async def test_sure_type_with_a_doubtful_subtopic_is_not_understood() -> None:
    rasa = answering(ranking(education=0.9, crise=0.1), [("education/sommeil", 0.04), ("crise/panique", 0.1)])
    async with router_on(rasa) as router:
        decision = await router.parse("dormir")
    assert (decision.type, decision.subtopic) == (InterventionType.EDUCATION, "education/sommeil")
    assert not decision.understood


async def test_small_talk_counts_as_information() -> None:
    rasa = answering(
        ranking(crise=0.4, conversation=0.35, information=0.25),
        [("crise/panique", 0.4), ("conversation/personne", 0.35), ("information/heures", 0.25)],
    )
    async with router_on(rasa) as router:
        decision = await router.parse("une personne svp")
    assert decision.type is InterventionType.INFORMATION
    assert decision.confidence == pytest.approx(0.6)
    assert decision.asks_for_person


async def test_text_never_reaches_rasa_as_a_command() -> None:
    texts: list[str] = []

    def rasa(request: httpx.Request) -> httpx.Response:
        texts.append(json.loads(request.content)["text"])
        return httpx.Response(200, json=sample())

    async with router_on(rasa) as router:
        await router.parse(" / /conversation quelqu'un?")
        await router.parse("a" * 9_000)
    assert texts == ["conversation quelqu'un?", "a" * 4_000]


def without(key: str) -> dict[str, Any]:
    body = sample()
    del body[key]
    return body


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"status": "failure"}),
        httpx.Response(409, json={"status": "failure"}),
        httpx.Response(500, text=PRIVATE),
        httpx.Response(204),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json=without("intent_ranking")),
        httpx.Response(200, json=without("subtopic_ranking")),
        httpx.Response(200, json=sample() | {"intent_ranking": []}),
        httpx.Response(200, json=sample() | {"intent_ranking": ranking(autre=1.0)}),
        httpx.Response(200, json=sample() | {"intent_ranking": ranking(crise=7.0)}),
        httpx.Response(200, json=sample() | {"subtopic_ranking": ranking(crise=0.2)[:0]}),
        httpx.Response(200, json={"intent_ranking": ranking(crise=1.0), "subtopic_ranking": ranking(education=1.0)}),
    ],
)
async def test_odd_answer_is_unavailable_and_quotes_nobody(answer: httpx.Response) -> None:
    async with router_on(lambda request: answer) as router:
        with pytest.raises(RouteUnavailable) as caught:
            await router.parse(PRIVATE)
    assert PRIVATE not in repr(caught.value)
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_transport_fault_is_unavailable(fault: type[httpx.TransportError]) -> None:
    def rasa(request: httpx.Request) -> httpx.Response:
        raise fault(PRIVATE)

    async with router_on(rasa) as router:
        with pytest.raises(RouteUnavailable) as caught:
            await router.parse(PRIVATE)
        assert not await router.is_ready()
    assert PRIVATE not in repr(caught.value)


async def test_text_that_cannot_be_sent_is_unavailable() -> None:
    async with router_on(lambda request: httpx.Response(200, json=sample())) as router:
        with pytest.raises(RouteUnavailable):
            await router.parse("\ud800")


async def test_silent_rasa_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def rasa(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        return httpx.Response(200)

    monkeypatch.setattr(rasa_client, "PARSE_SECONDS", 0.01)
    monkeypatch.setattr(rasa_client, "STATUS_SECONDS", 0.01)
    async with router_on(rasa) as router:
        with pytest.raises(RouteUnavailable):
            await router.parse(PRIVATE)
        assert not await router.is_ready()


def test_the_limits_are_those_of_the_design() -> None:
    assert (rasa_client.PARSE_SECONDS, rasa_client.STATUS_SECONDS) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (httpx.Response(200, json={"model_file": "relais.tar.gz"}), True),
        (httpx.Response(200, json={"model_file": ""}), False),
        (httpx.Response(200, json=["model_file"]), False),
        (httpx.Response(200, text="starting"), False),
        (httpx.Response(401, json={"model_file": "relais.tar.gz"}), False),
        (httpx.Response(409, json={}), False),
    ],
)
async def test_ready_means_a_loaded_model(answer: httpx.Response, ready: bool) -> None:
    def rasa(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/status"
        assert request.url.params["token"] == TOKEN
        return answer

    async with router_on(rasa) as router:
        assert await router.is_ready() is ready


async def test_neither_token_nor_text_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with router_on(lambda request: httpx.Response(200, json=sample())) as router:
        await router.parse(PRIVATE)
        await router.is_ready()
    assert TOKEN not in caplog.text
    assert PRIVATE not in caplog.text


async def test_subtopics_of_danger_together_are_a_second_opinion() -> None:
    groups = ranking(crise=0.4, education=0.6)
    vague = [("education/deuil", 0.6), ("crise/suicide", 0.2), ("crise/medical", 0.19)]
    async with router_on(answering(groups, vague), THIRD) as router:
        decision = await router.parse("des mots")
    assert decision.signal is not None
    assert (decision.signal.kind, decision.signal.level) == (RiskKind.SUICIDE, RiskLevel.RISK)
    assert (decision.signal.quote, decision.signal.start, decision.signal.end) == ("des mots", 0, 8)
    assert decision.signal.score == 0.39
    async with router_on(answering(groups, vague), LOW) as router:
        assert (await router.parse("des mots")).signal is None


async def test_no_kind_is_named_when_none_holds_half_of_the_danger() -> None:
    thirds = [("crise/suicide", 0.14), ("crise/medical", 0.13), ("crise/violence_subie", 0.13)]
    spread = [("education/deuil", 0.6), *thirds]
    async with router_on(answering(ranking(crise=0.4, education=0.6), spread), THIRD) as router:
        decision = await router.parse("des mots")
    assert decision.signal is not None
    assert decision.signal.kind is RiskKind.UNSPECIFIED


@pytest.mark.parametrize(
    "entities", [None, "x", {"entity": "age"}, [None, 3, {"entity": []}], [{"value": float("1e300")}]]
)
async def test_odd_entities_leave_the_route_whole(entities: object) -> None:
    body = {**sample(), "entities": entities}
    async with router_on(lambda request: httpx.Response(200, json=body)) as router:
        decision = await router.parse("bonjour")
    assert decision.subtopic == "information/heures"
    assert decision.particulars == Particulars()


async def test_an_answer_without_entities_is_whole() -> None:
    body = {key: value for key, value in sample().items() if key != "entities"}
    async with router_on(lambda request: httpx.Response(200, json=body)) as router:
        assert (await router.parse("bonjour")).particulars == Particulars()


async def test_what_the_message_says_in_passing_comes_with_the_decision() -> None:
    async with router_on(lambda request: httpx.Response(200, json=sample())) as router:
        decision = await router.parse("bonjour")
    assert decision.particulars.territories == (("05/sherbrooke/sherbrooke",),)
    assert decision.particulars.resources == ("clsc",)
