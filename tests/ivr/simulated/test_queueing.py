"""`<Enqueue>` on the simulated phone: the waiting document in a loop, and every QueueResult."""

from __future__ import annotations

import asyncio

import pytest

from ivr.simulated.heard import HeardKind
from ivr.simulated.phone import SimulatedPhone
from tests.ivr.simulated.scripted_service import PUBLIC, ScriptedService

QUEUE = "relais_info_social"
ENQUEUE = f'<Enqueue waitUrl="{PUBLIC}/ivr/wait" action="{PUBLIC}/ivr/after-queue">{QUEUE}</Enqueue>'
LISTENS = "<Gather/><Hangup/>"
WAIT = f'<Gather input="dtmf speech" timeout="15" action="{PUBLIC}/ivr/wait"><Say>Restez en ligne.</Say></Gather>'


async def waiting(service: ScriptedService, *wait: str | int) -> SimulatedPhone:
    service.on("/ivr/voice", ENQUEUE)
    service.on("/ivr/wait", *(wait or (WAIT,)))
    service.on("/ivr/after-queue", LISTENS)
    phone = service.phone()
    await phone.dial()
    return phone


def result(service: ScriptedService) -> str:
    (fields,) = service.fields_of("/ivr/after-queue")
    return fields["QueueResult"]


async def test_the_waiting_document_comes_again_with_the_time_that_passed(service: ScriptedService) -> None:
    phone = await waiting(service)
    await phone.stay_silent()
    await phone.stay_silent()
    assert phone.words() == ["Restez en ligne."] * 3
    assert [fields["QueueTime"] for fields in service.fields_of("/ivr/wait")] == ["0", "15", "30"]
    assert [fields["QueuePosition"] for fields in service.fields_of("/ivr/wait")] == ["1"] * 3


async def test_leave(service: ScriptedService) -> None:
    phone = await waiting(service, WAIT, "<Leave/>")
    await phone.stay_silent()
    assert (result(service), phone.queue) == ("leave", None)


@pytest.mark.parametrize("broken", [500, "<Gather"])
async def test_error(service: ScriptedService, broken: str | int) -> None:
    phone = await waiting(service, WAIT, broken)
    await phone.stay_silent()
    assert (result(service), phone.over) == ("error", False)


@pytest.mark.parametrize("refusal", ["queue-full", "system-error"])
async def test_a_queue_that_refuses(service: ScriptedService, refusal: str) -> None:
    service.network.queue_failures[QUEUE] = refusal
    phone = await waiting(service)
    assert (result(service), phone.queue) == (refusal, None)
    assert service.network.queue_members(QUEUE) == []


async def test_hangup(service: ScriptedService) -> None:
    phone = await waiting(service)
    await phone.hang_up()
    assert result(service) == "hangup"
    assert service.network.queue_members(QUEUE) == []


async def test_redirected(service: ScriptedService) -> None:
    phone = await waiting(service)
    moved = f"<Response><Say>Ailleurs.</Say>{LISTENS}</Response>"
    await asyncio.to_thread(lambda: service.client.calls(phone.sid).update(twiml=moved))
    await phone.settle()
    assert (result(service), phone.words()[-1]) == ("redirected", "Ailleurs.")


async def test_bridged_is_told_when_the_conversation_ends(service: ScriptedService) -> None:
    phone = await waiting(service)
    await phone.taken_from_queue()
    assert service.fields_of("/ivr/after-queue") == []
    assert (phone.queue, phone.heard[-1].kind) == (None, HeardKind.OUTSIDE)
    await phone.outside_ends()
    assert result(service) == "bridged"


async def test_redirected_from_bridged(service: ScriptedService) -> None:
    phone = await waiting(service)
    await phone.taken_from_queue()
    moved = f"<Response>{LISTENS}</Response>"
    await asyncio.to_thread(lambda: service.client.calls(phone.sid).update(twiml=moved))
    await phone.settle()
    assert result(service) == "redirected-from-bridged"
