"""How the simulated phone asks: which failures are tried again, how long, and what follows when nothing comes."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from ivr.simulated.heard import HeardKind
from ivr.simulated.overrides import ConnectionSettings, Failure, settings_of
from ivr.simulated.webhooks import DocumentFailed, SignedRequests
from tests.ivr.simulated.scripted_service import PUBLIC, TOKEN, ScriptedService

FRAGMENT = "#rc=2&rp=ct,rt,5xx&rt=4000&tt=10000"
LISTENS = "<Gather/><Hangup/>"


def test_without_a_fragment_only_a_connection_is_tried_again() -> None:
    assert settings_of("") == ConnectionSettings(5.0, 15.0, 15.0, 1, frozenset({Failure.CONNECTION}))


def test_the_fragment_says_how() -> None:
    said = settings_of(FRAGMENT.removeprefix("#"))
    expected = frozenset({Failure.CONNECTION, Failure.READ, Failure.SERVER_ERROR})
    assert said == ConnectionSettings(5.0, 4.0, 10.0, 2, expected)
    assert settings_of("rp=all").policy == frozenset(Failure)


@pytest.mark.parametrize(("fragment", "tries"), [("", 1), (FRAGMENT, 3), ("#rp=4xx", 1)])
async def test_a_failing_service_is_asked_again_when_the_address_says_so(
    service: ScriptedService, fragment: str, tries: int
) -> None:
    service.on("/ivr/turn", 503)
    with pytest.raises(DocumentFailed) as failed:
        await service.requests.content("POST", f"{PUBLIC}/ivr/turn{fragment}", {})
    assert (failed.value.code, failed.value.url) == (11200, f"{PUBLIC}/ivr/turn"), "the fragment is told to nobody"
    assert len(service.asked) == tries
    assert len({one.token for one in service.asked}) == 1, "the same token each time"


async def test_a_lost_connection_is_tried_again_and_a_late_answer_is_not(service: ScriptedService) -> None:
    service.on("/ivr/turn", LISTENS)
    service.requests.lose_next_answer = True
    assert await service.requests.content("POST", f"{PUBLIC}/ivr/turn", {})
    assert [one.token for one in service.asked[:1]] == [one.token for one in service.asked[1:]]
    service.requests.late_next_answer = True
    with pytest.raises(DocumentFailed) as failed:
        await service.requests.content("POST", f"{PUBLIC}/ivr/turn", {})
    assert failed.value.code == 11205
    service.requests.late_next_answer = True
    assert await service.requests.content("POST", f"{PUBLIC}/ivr/turn{FRAGMENT}", {})


async def test_every_try_together_has_its_time() -> None:
    never = asyncio.Event()

    async def hang(request: httpx.Request) -> httpx.Response:
        await never.wait()
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang), base_url=PUBLIC) as http:
        requests = SignedRequests(http, PUBLIC, TOKEN)
        with pytest.raises(DocumentFailed) as failed:
            await requests.content("POST", f"{PUBLIC}/ivr/turn#tt=100", {})
    assert failed.value.code == 11205


async def test_a_document_over_64_kb_is_refused(service: ScriptedService) -> None:
    service.on("/ivr/turn", " " * 65 * 1024)
    with pytest.raises(DocumentFailed) as failed:
        await service.requests.content("POST", f"{PUBLIC}/ivr/turn", {})
    assert failed.value.code == 11750


@pytest.mark.parametrize(("answer", "code"), [(500, "11200"), ("<Say>", "12100"), (" " * 65 * 1024, "11750")])
async def test_the_fallback_is_told_what_failed(service: ScriptedService, answer: str | int, code: str) -> None:
    service.on("/ivr/voice", answer)
    service.on("/ivr/fallback.xml", LISTENS)
    phone = service.phone(line_name="info_social")
    await phone.dial()
    (told,) = service.fields_of("/ivr/fallback.xml")
    assert (told["ErrorCode"], told["ErrorUrl"]) == (code, f"{PUBLIC}/ivr/voice")
    assert not phone.over


async def test_without_a_fallback_the_call_ends(service: ScriptedService) -> None:
    service.on("/ivr/voice", 500)
    service.on("/ivr/fallback.xml", 500)
    phone = service.phone()
    await phone.dial()
    await phone.settle()
    assert (phone.over, phone.ended_by_line) == (True, True)
    assert HeardKind.ERROR in [thing.kind for thing in phone.heard]


async def test_a_callback_told_several_times(service: ScriptedService) -> None:
    service.on("/ivr/voice", LISTENS)
    service.requests.tell_times = 3
    phone = service.phone()
    await phone.dial()
    await phone.hang_up()
    assert [fields["CallStatus"] for fields in service.fields_of("/ivr/status")] == ["completed"] * 3
