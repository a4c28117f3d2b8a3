"""The simulated phone reads each document with the linter: a problem is kept and shown, and never stops the call."""

from __future__ import annotations

import pytest

from foundation.settings import Settings
from ivr import twiml
from ivr.simulated.heard import HeardKind
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.twiml_linter import DocumentProblem
from tests.ivr.doors import Door
from triage.interventions.types import Language, Line

IN_GATHER = "Gather speechTimeout: not a whole number of seconds from 2 to 5"


def apart(door: Door) -> SimulatedPhone:
    """A phone whose problems are meant: the door's own check at the end of the test does not read it."""
    phone = door.phone()
    door.phones.remove(phone)
    return phone


async def test_each_problem_is_kept_once_with_its_place(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twiml, "SPEECH_TIMEOUT_SECONDS", "auto")
    phone = apart(door)
    await phone.dial()
    assert phone.problems == [DocumentProblem(DocumentPlace.CALL, IN_GATHER)]
    assert phone.heard[0].kind is HeardKind.WARNING
    assert phone.heard[0].text == f"call: {IN_GATHER}"
    await phone.press("2")
    await phone.press("0")
    await phone.stay_silent()
    assert phone.queue is not None, "the call goes on"
    assert [problem.place for problem in phone.problems] == [DocumentPlace.CALL, DocumentPlace.QUEUE]
    await phone.hang_up()


async def test_a_document_given_by_the_rest_side_is_read_too(door: Door) -> None:
    phone = apart(door)
    await phone.dial()
    await door.rest.run_document(phone.sid, "<Response><Leave/></Response>")
    await phone.stay_silent()
    assert {problem.place for problem in phone.problems} == {DocumentPlace.MOVED}
    assert "moved: the document ends with nobody" in map(str, phone.problems)
    await phone.close()


async def test_what_an_outside_phone_hears_is_read_too(
    door: Door, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twiml, "SCREEN_SECONDS", 300)
    door.network.outside[settings.fallback_numbers["info_social"][0]] = OutsidePhone.MAILBOX
    phone = apart(door)
    await phone.dial()
    await phone.press("0")
    document = twiml.overflow(
        settings, Line.INFO_SOCIAL, settings.fallback_numbers["info_social"][0], 1, (), Language.FRENCH
    )
    await door.rest.run_document(phone.sid, document)
    await phone.settle()
    assert [problem.place for problem in phone.problems] == [DocumentPlace.SCREEN]
    await phone.hang_up()


async def test_a_document_that_is_not_one_is_said_before_the_fallback(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twiml, "listening", lambda *_, **__: "<html>504</html>")
    phone = apart(door)
    await phone.dial()
    assert "call: not a TwiML document" in map(str, phone.problems)
    assert door.network.dialled, "the fallback document dials the outside numbers"
    await phone.close()
