"""The risk that the way in carries outlives any failure, and after the silent code nothing is said aloud."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from foundation.settings import Settings
from ivr import twiml
from ivr.calls import find_call
from ivr.simulated.twiml_linter import problems_of
from tests.ivr.doors import PARTENAIRES, PREVENTION_SUICIDE, Door
from triage.handoff.states import HandoffState, QueueClass
from triage.interventions.types import Language, Line
from triage.record.tables import RiskSignal
from triage.signals import RiskKind, RiskLevel
from triage.turn import Said

SID = "CA" + "1" * 32
Fields = Callable[..., dict[str, str]]


async def signals(door: Door, kind: RiskKind) -> int:
    async with door.services.sessions.read() as session:
        counted = select(func.count()).select_from(RiskSignal).where(RiskSignal.kind == kind)
        return (await session.execute(counted)).scalar_one()


async def is_mute(door: Door) -> bool:
    call = await find_call(door.services, SID)
    assert call is not None
    return call.state.mute


async def in_queue(door: Door, fields: Fields) -> None:
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(Digits="0"))


async def coded(door: Door, fields: Fields) -> str:
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(Digits="5"))
    return (await door.post("/ivr/turn?n=2&f=1", fields(Digits="5"))).text


def lose_database(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise OSError

    monkeypatch.setattr(door.services.sessions, "read", lost)
    monkeypatch.setattr(door.services.sessions, "write", lost)


async def test_on_the_suicide_line_a_first_request_that_fails_is_still_a_risk(door: Door, fields: Fields) -> None:
    door.fail_once()
    assert "<Enqueue" in (await door.post("/ivr/voice", fields(To=PREVENTION_SUICIDE))).text
    assert (await door.handed_over(SID)).queue_class is QueueClass.RISK
    await door.post("/ivr/status", fields(To=PREVENTION_SUICIDE, CallStatus="completed"))
    assert (await door.handed_over(SID)).state is HandoffState.LEFT


async def test_the_silent_code_whose_request_fails_is_still_a_silent_risk(door: Door, fields: Fields) -> None:
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(Digits="5"))
    door.fail_once(lambda turn: turn.said is Said.ENTERED)
    document = (await door.post("/ivr/turn?n=2", fields(Digits="5"))).text
    assert (await door.handed_over(SID)).level is RiskLevel.RISK
    assert "<Say" not in document
    assert await is_mute(door)


async def test_a_first_five_whose_request_fails_still_begins_the_code(door: Door, fields: Fields) -> None:
    await door.post("/ivr/voice", fields())
    real = door.services.sessions.write
    broken = iter([True])

    def failing_once() -> object:
        if next(broken, False):
            raise TimeoutError
        return real()

    door.services.sessions.write = failing_once  # type: ignore[method-assign, assignment]
    assert "<Enqueue" in (await door.post("/ivr/turn?n=1", fields(Digits="5"))).text
    await door.post("/ivr/wait", fields(Digits="5"))
    assert await is_mute(door)
    assert (await door.handed_over(SID)).level is RiskLevel.RISK


async def test_the_partners_key_whose_request_fails_is_still_imminent(door: Door, fields: Fields) -> None:
    await door.post("/ivr/voice", fields(To=PARTENAIRES))
    door.fail_once(lambda turn: turn.said is Said.ENTERED)
    await door.post("/ivr/turn?n=1", fields(To=PARTENAIRES, Digits="1"))
    assert (await door.handed_over(SID)).level is RiskLevel.IMMINENT


@pytest.mark.parametrize(("key", "level"), [("5", RiskLevel.RISK), ("2", None)])
async def test_the_code_then_a_hang_up_at_once_is_a_risk(
    door: Door, fields: Fields, key: str, level: RiskLevel | None
) -> None:
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(Digits="5"))
    await door.post("/ivr/turn?n=2&f=1", fields(Digits=key, CallStatus="completed"))
    handoff = await door.handoff(SID)
    assert (handoff.level if handoff else None) is level
    if handoff is not None:
        assert (handoff.state, handoff.recall_safe) == (HandoffState.LEFT, False)


@pytest.mark.parametrize("where", ["menu", "queue"])
async def test_words_said_with_the_code_are_read(door: Door, fields: Fields, where: str) -> None:
    if where == "menu":
        await door.post("/ivr/voice", fields())
        paths = ["/ivr/turn?n=1", "/ivr/turn?n=2&f=1"]
    else:
        await in_queue(door, fields)
        paths = ["/ivr/wait", "/ivr/wait"]
    await door.post(paths[0], fields(Digits="5"), token="first")
    await door.post(paths[1], fields(Digits="5", SpeechResult="j'ai tout avalé"), token="second")
    assert (await door.handed_over(SID)).level is RiskLevel.IMMINENT
    assert await signals(door, RiskKind.SILENT_CODE) == 1
    assert await signals(door, RiskKind.MEDICAL) == 1


async def test_the_code_in_the_queue_that_the_heart_did_not_get_is_told_again(door: Door, fields: Fields) -> None:
    await in_queue(door, fields)
    await door.post("/ivr/wait", fields(Digits="5"))
    door.fail_once(lambda turn: turn.said is Said.ENTERED)
    assert "<Leave" in (await door.post("/ivr/wait", fields(Digits="5"))).text
    document = (await door.post("/ivr/after-queue", fields(QueueResult="leave"))).text
    assert "<Say" not in document
    assert await signals(door, RiskKind.SILENT_CODE) == 1
    assert (await door.handed_over(SID)).queue_class is QueueClass.RISK


async def test_two_requests_of_the_queue_at_once_keep_the_code(door: Door, fields: Fields) -> None:
    await in_queue(door, fields)
    await door.post("/ivr/wait", fields(Digits="5"))
    await asyncio.gather(
        door.post("/ivr/wait", fields(Digits="5"), token="code"),
        *(door.post("/ivr/wait", fields(Digits="3", SpeechResult="allô"), token=f"t{n}") for n in range(3)),
    )
    assert await is_mute(door) == (await signals(door, RiskKind.SILENT_CODE) == 1)
    await door.post("/ivr/wait", fields(Digits="5"), token="again")
    await door.post("/ivr/wait", fields(Digits="5"), token="and again")
    await asyncio.gather(*(door.post("/ivr/wait", fields(Digits="3"), token=f"u{n}") for n in range(3)))
    assert await is_mute(door)


async def test_words_of_the_queue_that_nobody_read_count_as_a_risk(door: Door, fields: Fields) -> None:
    await in_queue(door, fields)
    door.fail_once(lambda turn: turn.said is Said.TEXT)
    assert "<Leave" in (await door.post("/ivr/wait", fields(SpeechResult="mon histoire"))).text
    assert (await door.handed_over(SID)).queue_class is QueueClass.RISK


async def test_after_the_code_every_address_of_the_call_says_so(door: Door, fields: Fields) -> None:
    queue = await coded(door, fields)
    overflow = (await door.post("/ivr/after-queue?m=1", fields(QueueResult="leave"))).text
    wait = (await door.post("/ivr/wait?m=1", fields())).text
    for document in (queue, overflow, wait):
        assert "<Say" not in document
        addresses = re.findall(r'(?:action|waitUrl)="([^"]*)"|<Redirect[^>]*>([^<]*)<', document)
        assert addresses
        assert all("m=1" in "".join(address) for address in addresses)


def test_the_documents_made_after_the_code_say_so_too(settings: Settings) -> None:
    documents = [
        twiml.conversation(settings, "c" * 32, mute=True),
        twiml.overflow(settings, Line.INFO_SOCIAL, "+18195550101", 1, (), Language.FRENCH, mute=True),
        twiml.static_dial(settings, Line.INFO_SOCIAL, screened=True, mute=True),
    ]
    for document in documents:
        assert problems_of(document) == []
        assert "m=1</Redirect>" in html.unescape(document).replace("&", "")


@pytest.mark.parametrize(
    "path",
    ["turn?n=2&f=1", "after-queue?m=1", "overflow?i=1&m=1", "after-conversation?m=1", "again?m=1"],
)
async def test_without_a_database_nothing_is_said_after_the_code(
    door: Door, fields: Fields, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(Digits="5"))
    lose_database(door, monkeypatch)
    document = (await door.post(f"/ivr/{path}", fields(Digits="5"))).text
    assert "<Say" not in document
    assert "+18195550101" in document
    assert "again?m=1" in document


async def test_the_code_given_while_the_database_was_lost_is_told_when_it_answers_again(
    door: Door, fields: Fields
) -> None:
    await door.post("/ivr/voice", fields())
    document = (await door.post("/ivr/again?m=1", fields())).text
    assert "<Enqueue" in document
    assert "<Say" not in document
    assert await signals(door, RiskKind.SILENT_CODE) == 1
    assert (await door.handed_over(SID)).queue_class is QueueClass.RISK


async def test_the_static_document_leads_back_to_the_queue(
    door: Door, fields: Fields, monkeypatch: pytest.MonkeyPatch
) -> None:
    await door.post("/ivr/voice", fields(To=PREVENTION_SUICIDE))
    with monkeypatch.context() as lost:
        lose_database(door, lost)
        static = (await door.post("/ivr/after-queue", fields(To=PREVENTION_SUICIDE))).text
    (address,) = re.findall(r"<Redirect[^>]*>http://relais.test([^<]*)<", static)
    back = (await door.post(address, fields(To=PREVENTION_SUICIDE))).text
    assert "<Enqueue" in back
    assert (await door.handed_over(SID)).state is HandoffState.WAITING
