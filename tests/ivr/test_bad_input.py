"""Bad input has one answer: each line of the design's table, at the phone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import quote_from_bytes

import httpx
import pytest
from sqlalchemy import func, select

from foundation.database import create_engine
from foundation.sessions import Sessions
from ivr import guard
from ivr.calls import find_call
from ivr.simulated.twiml_linter import problems_of
from tests.ivr.doors import TOKEN, Door
from triage.handoff.service import last_of_contact
from triage.handoff.states import HandoffReason, HandoffState, QueueClass
from triage.handoff.tables import Handoff
from triage.record.tables import Author
from triage.turn import IncomingTurn, Outcome

SID = "CA" + "1" * 32
Fields = Callable[..., dict[str, str]]


async def begin(door: Door, fields: Fields) -> None:
    assert (await door.post("/ivr/voice", fields())).status_code == 200


async def handoff_of(door: Door, sid: str = SID) -> Handoff | None:
    call = await find_call(door.services, sid)
    if call is None:
        return None
    async with door.services.sessions.read() as session:
        return await last_of_contact(session, call.contact_id)


async def handoffs(door: Door) -> int:
    async with door.services.sessions.read() as session:
        return (await session.execute(select(func.count()).select_from(Handoff))).scalar_one()


async def turns_said(door: Door, sid: str = SID) -> int:
    """How many turns of the caller are kept."""
    call = await find_call(door.services, sid)
    assert call is not None
    async with door.services.sessions.read() as session:
        contact = await door.services.record.contact(session, call.contact_id)
        return sum(turn.author is Author.PERSON for turn in await door.services.record.turns(session, contact))


def lose_database(door: Door) -> None:
    lost = Sessions(create_engine("sqlite+aiosqlite:////nowhere/at/all/relais.db"), door.services.events)
    door.services.sessions._read, door.services.sessions._write = lost._read, lost._write


@pytest.mark.parametrize("speech", ["", "   ", "\x00\x07", "\u200b"])
async def test_no_words_are_a_silence(door: Door, fields: Fields, speech: str) -> None:
    await begin(door, fields)
    await door.post("/ivr/turn?n=1", fields(Digits="2"))
    response = await door.post("/ivr/turn?n=2", fields(SpeechResult=speech))
    assert "<Enqueue" in response.text
    handoff = await handoff_of(door)
    assert handoff is not None
    assert handoff.reason is HandoffReason.SILENCE


async def test_long_words_are_read_whole(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    speech = "bonjour " * 900 + "je veux mourir"
    await door.post("/ivr/turn?n=1", fields(SpeechResult=speech))
    handoff = await handoff_of(door)
    assert handoff is not None
    assert handoff.queue_class is QueueClass.RISK


async def test_words_past_64_kb_reach_a_person_as_unreadable(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    response = await door.post("/ivr/turn?n=1", fields(SpeechResult="b" * 70_000))
    assert "<Enqueue" in response.text
    handoff = await handoff_of(door)
    assert handoff is not None
    assert handoff.reason is HandoffReason.UNREADABLE


async def test_unreadable_words_open_one_handoff_a_contact(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    for n, token in ((1, "first"), (2, "second")):
        answer = await door.post(f"/ivr/turn?n={n}", fields(SpeechResult="b" * 70_000), token=token)
        assert "<Enqueue" in answer.text
    assert await handoffs(door) == 1
    assert await turns_said(door) == 2


async def test_words_that_are_not_utf8_reach_a_person_as_unreadable(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    given = {k.encode(): v.encode() for k, v in fields().items()} | {b"SpeechResult": b"j'ai \xe9t\xe9 l\xe0"}
    signed = b"http://relais.test/ivr/turn?n=1" + b"".join(k + given[k] for k in sorted(given))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed, hashlib.sha1).digest()).decode()
    body = "&".join(f"{quote_from_bytes(k)}={quote_from_bytes(v)}" for k, v in given.items())
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    response = await door.http.post("/ivr/turn?n=1", content=body, headers=headers)
    assert "<Enqueue" in response.text
    handoff = await handoff_of(door)
    assert handoff is not None
    assert (handoff.reason, handoff.queue_class) == (HandoffReason.UNREADABLE, QueueClass.FALLBACK)


async def test_the_same_token_gets_the_same_bytes_and_one_queue_entry(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    first = await door.post("/ivr/turn?n=1", fields(Digits="0"), token="t-1")
    again = await door.post("/ivr/turn?n=1", fields(Digits="0"), token="t-1")
    assert first.content == again.content
    assert "<Enqueue" in first.text
    assert await handoffs(door) == 1


async def test_two_at_once_give_one_document_and_one_queue_entry(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    answers: list[httpx.Response] = await asyncio.gather(
        *(door.post("/ivr/turn?n=1", fields(Digits="0"), token=token) for token in ("a", "a", "b", "c"))
    )
    assert len({answer.content for answer in answers}) == 1
    assert await handoffs(door) == 1


async def test_two_first_requests_at_once_open_one_call(door: Door, fields: Fields) -> None:
    first, second = await asyncio.gather(*(door.post("/ivr/voice", fields(), token=t) for t in ("a", "b")))
    assert first.content == second.content


@pytest.mark.parametrize("n", ["0", "1", "99"])
async def test_a_stale_turn_gets_the_document_in_force(door: Door, fields: Fields, n: str) -> None:
    await begin(door, fields)
    current = await door.post("/ivr/turn?n=1", fields(Digits="2"))
    stale = await door.post(f"/ivr/turn?n={n}", fields(Digits="9"))
    assert stale.content == current.content
    assert await handoffs(door) == 0


@pytest.mark.parametrize("n", ["0", "1", "99"])
async def test_a_zero_that_comes_late_still_reaches_a_person(door: Door, fields: Fields, n: str) -> None:
    await begin(door, fields)
    await door.post("/ivr/turn?n=1", fields(Digits="2"))
    answer = await door.post(f"/ivr/turn?n={n}", fields(Digits="0"), token="late")
    assert "<Enqueue" in answer.text
    assert await handoffs(door) == 1
    assert (await door.post(f"/ivr/turn?n={n}", fields(Digits="0"))).content == answer.content
    assert await handoffs(door) == 1


async def test_a_call_that_is_not_known_is_a_person(door: Door, fields: Fields) -> None:
    response = await door.post("/ivr/turn?n=4", fields(SpeechResult="allô"))
    assert "<Enqueue" in response.text
    assert await handoffs(door) == 1


async def test_an_unknown_number_is_a_person(door: Door, fields: Fields) -> None:
    response = await door.post("/ivr/voice", fields(To="+15145550000"))
    assert "<Enqueue" in response.text
    assert problems_of(response.content) == []


@pytest.mark.parametrize("path", ["voice", "turn?n=1", "after-queue", "overflow?i=0", "after-conversation"])
async def test_without_a_database_the_outside_numbers_are_dialled(door: Door, fields: Fields, path: str) -> None:
    await begin(door, fields)
    lose_database(door)
    response = await door.post(f"/ivr/{path}", fields(Digits="2", To="+18005550277"))
    assert response.status_code == 200
    assert "<Enqueue" not in response.text
    assert "+18195550103" in response.text
    assert problems_of(response.content) == []


async def test_without_a_database_a_caller_in_the_queue_is_let_out(door: Door, fields: Fields) -> None:
    lose_database(door)
    assert "<Leave" in (await door.post("/ivr/wait", fields())).text
    assert (await door.post("/ivr/status", fields(CallStatus="completed"))).status_code == 204
    assert "<Gather" in (await door.post("/ivr/screen", fields())).text
    assert "<Hangup" not in (await door.post("/ivr/screen", fields(Digits="1", ParentCallSid="CAx"))).text


async def test_the_static_fallback_is_public_and_needs_no_database(door: Door) -> None:
    lose_database(door)
    for line, number in (("prevention_suicide", "+18195550103"), ("unknown", "+18195550101")):
        response = await door.http.get(f"/ivr/fallback.xml?line={line}")
        assert response.status_code == 200
        assert number in response.text


async def test_a_late_answer_becomes_a_person(door: Door, fields: Fields, monkeypatch: pytest.MonkeyPatch) -> None:
    await begin(door, fields)
    monkeypatch.setattr(guard, "BUDGET_SECONDS", 0.2)
    real = door.services.conversation.handle_turn

    async def stuck(turn: IncomingTurn) -> Outcome:
        monkeypatch.setattr(door.services.conversation, "handle_turn", real)
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(door.services.conversation, "handle_turn", stuck)
    response = await door.post("/ivr/turn?n=1", fields(SpeechResult="mon histoire"))
    assert "<Enqueue" in response.text
    handoff = await handoff_of(door)
    assert handoff is not None
    assert handoff.queue_class is QueueClass.RISK, "words that nobody read count as a risk"


async def test_no_number_and_no_words_in_the_logs(door: Door, fields: Fields, caplog: pytest.LogCaptureFixture) -> None:
    await begin(door, fields)
    lose_database(door)
    await door.post("/ivr/turn?n=1", fields(SpeechResult="mon secret"))
    written = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("ivr"))
    assert written
    assert "secret" not in written
    assert "8195550150" not in written


async def test_the_last_words_of_somebody_who_hangs_up_are_read(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    await door.post("/ivr/turn?n=1", fields(SpeechResult="je veux mourir", CallStatus="completed"))
    handoff = await handoff_of(door)
    assert handoff is not None
    assert handoff.state is HandoffState.LEFT


@pytest.mark.parametrize("status", ["in-progress", "completed"])
@pytest.mark.parametrize("n", ["1", "2"])
async def test_words_to_an_earlier_document_are_read(door: Door, fields: Fields, status: str, n: str) -> None:
    await begin(door, fields)
    await door.post("/ivr/turn?n=1", fields(Digits="2"))
    await door.post("/ivr/turn?n=2", fields(SpeechResult="vos heures"), token="heard")
    words = fields(SpeechResult="je veux mourir", CallStatus=status)
    answer = await door.post(f"/ivr/turn?n={n}", words, token="late")
    handoff = await handoff_of(door)
    assert handoff is not None
    assert handoff.queue_class is QueueClass.RISK
    assert handoff.state is (HandoffState.LEFT if status == "completed" else HandoffState.WAITING)
    assert ("<Enqueue" in answer.text) == (status == "in-progress")


async def test_words_asked_again_with_their_token_are_one_turn(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    for n in (1, 1, 1):
        await door.post(f"/ivr/turn?n={n}", fields(SpeechResult="vos heures"), token="one")
    call = await find_call(door.services, SID)
    assert call is not None
    async with door.services.sessions.read() as session:
        contact = await door.services.record.contact(session, call.contact_id)
        assert len(await door.services.record.turns(session, contact)) == 2


@pytest.mark.parametrize("late", ["turn?n=1", "overflow?i=1", "wait", "after-queue", "after-conversation"])
async def test_a_request_later_than_the_hang_up_puts_nobody_in_the_queue(door: Door, fields: Fields, late: str) -> None:
    await begin(door, fields)
    await door.post("/ivr/status", fields(CallStatus="completed"))
    await door.post(f"/ivr/{late}", fields(CallStatus="completed", DialCallStatus="no-answer"))
    assert await handoffs(door) == 0


async def test_after_the_silent_code_no_failure_is_said_aloud(door: Door, fields: Fields) -> None:
    await begin(door, fields)
    await door.post("/ivr/turn?n=1", fields(Digits="5"))
    queue = (await door.post("/ivr/turn?n=2", fields(Digits="5"))).text
    assert "after-queue?m=1" in queue
    lose_database(door)
    for document in (
        queue,
        (await door.post("/ivr/after-queue?m=1", fields())).text,
        (await door.http.get("/ivr/fallback.xml?line=info_social&m=1")).text,
    ):
        assert "<Say" not in document
        assert "+18195550101" in document
        assert problems_of(document) == []
