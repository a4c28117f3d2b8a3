"""The end that the menu makes itself: only who says twice that it is all, after a person was offered, is let go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.calls import find_call
from ivr.menu_state import Place
from ivr.simulated.phone import SimulatedPhone
from tests.fixtures.scripted import ScriptedGate
from tests.ivr.doors import Door
from triage.handoff.states import HandoffReason, HandoffState, QueueClass
from triage.record.tables import Contact, Holder
from triage.signals import RiskKind, RiskLevel

THAT_IS_ALL = "Non merci, c'est tout."
Fields = Callable[..., dict[str, str]]


async def contact_of(door: Door, sid: str) -> Contact:
    call = await find_call(door.services, sid)
    assert call is not None
    async with door.services.sessions.read() as session:
        return await door.services.record.contact(session, call.contact_id)


async def said_in(door: Door, sid: str) -> list[str]:
    contact = await contact_of(door, sid)
    async with door.services.sessions.read() as session:
        return [turn.text for turn in await door.services.record.turns(session, contact)]


async def answered(door: Door) -> SimulatedPhone:
    phone = door.phone()
    await phone.dial()
    await phone.speak("quelles sont vos heures")
    assert phone.queue is None
    return phone


@pytest.mark.parametrize("ways", [("words", "words"), ("8", "8"), ("words", "8"), ("8", "words")])
async def test_said_twice_the_line_says_the_numbers_and_hangs_up(door: Door, ways: tuple[str, str]) -> None:
    phone = await answered(door)
    for way in ways:
        assert not phone.over
        await (phone.speak(THAT_IS_ALL) if way == "words" else phone.press(way))
    assert phone.ended_by_line
    assert "Voulez-vous parler à une personne avant de raccrocher?" in " ".join(phone.words())
    assert "neuf, un, un" in phone.words()[-1]
    contact = await contact_of(door, phone.sid)
    assert (contact.holder, contact.disposition) == (Holder.CLOSED, "finished")
    assert await door.handoff(phone.sid) is None


async def test_what_was_said_is_in_the_record(door: Door) -> None:
    phone = await answered(door)
    await phone.speak(THAT_IS_ALL)
    assert THAT_IS_ALL in await said_in(door, phone.sid)
    await phone.hang_up()


@pytest.mark.parametrize("act", ["silence", "0", "oui", "zéro", "je veux mourir", "7"])
async def test_anything_else_after_the_offer_is_no_hang_up(door: Door, act: str) -> None:
    phone = await answered(door)
    await phone.press("8")
    if act == "silence":
        await phone.stay_silent()
    else:
        await (phone.press(act) if act.isdigit() else phone.speak(act))
    assert not phone.over
    if act != "7":
        assert phone.queue == "relais_info_social"
    await phone.hang_up()


async def test_a_risk_in_the_words_that_end_is_a_risk(door: Door, gate: ScriptedGate) -> None:
    gate.phrases["c'est tout"] = (RiskKind.SUICIDE, RiskLevel.RISK)
    phone = await answered(door)
    await phone.speak(THAT_IS_ALL)
    assert (await door.handed_over(phone.sid)).queue_class is QueueClass.RISK
    assert phone.queue == "relais_info_social"


async def test_a_failure_at_the_end_is_a_person(door: Door) -> None:
    phone = await answered(door)
    await phone.press("8")
    door.fail_once()
    await phone.speak(THAT_IS_ALL)
    assert not phone.over
    assert phone.queue == "relais_info_social"


async def test_somebody_for_whom_a_person_is_called_is_not_let_go(door: Door, fields: Fields) -> None:
    """The handoff came from words of an earlier document, between the reading of the call and its end."""
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(SpeechResult="vos heures"))
    await door.post("/ivr/turn?n=2", fields(Digits="8"))
    sid = fields()["CallSid"]
    contact = await contact_of(door, sid)
    async with door.services.sessions.write() as session:
        opened = await door.services.record.contact(session, contact.id, lock=True)
        await door.services.record.raise_level(session, opened, RiskLevel.RISK)
    document = (await door.post("/ivr/turn?n=3", fields(Digits="8"))).text
    assert "<Hangup" not in document
    assert "<Enqueue" in document
    assert (await door.handed_over(sid)).state is HandoffState.WAITING


async def test_asked_again_the_end_is_the_same_and_words_after_it_reach_a_person(door: Door, fields: Fields) -> None:
    await door.post("/ivr/voice", fields())
    await door.post("/ivr/turn?n=1", fields(SpeechResult="vos heures"))
    await door.post("/ivr/turn?n=2", fields(Digits="8"))
    first = await door.post("/ivr/turn?n=3", fields(Digits="8"), token="end")
    again = await door.post("/ivr/turn?n=3", fields(Digits="8"), token="end")
    late = await door.post("/ivr/turn?n=3", fields(Digits="8"), token="another")
    assert first.text == again.text == late.text
    assert first.text.endswith("<Hangup /></Response>")
    call = await find_call(door.services, fields()["CallSid"])
    assert call is not None
    assert call.state.place is Place.OVER
    assert "<Enqueue" in (await door.post("/ivr/turn?n=4", fields(SpeechResult="attendez"))).text
    assert (await door.handed_over(call.sid)).reason is HandoffReason.RETURNED
