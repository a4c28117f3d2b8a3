"""Somebody who waits: what is heard, the measured wait, the keys, and the callback that keeps the place."""

from __future__ import annotations

import wave
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from sqlalchemy import update

from foundation.sessions import WriteSession
from ivr import callback_offer, twiml_waiting, wait_music
from ivr.calls import find_call
from ivr.menu_texts import menu_texts
from ivr.reconcile import reconcile
from ivr.simulated.heard import HeardKind
from ivr.simulated.phone import SimulatedPhone
from ivr.waiting_texts import load_waiting_texts, read_waiting_texts, waiting_texts
from tests.ivr.doors import PARTENAIRES, PREVENTION_SUICIDE, Door
from triage.handoff import queue, service
from triage.handoff.callbacks import set_callback
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import Ladder
from triage.handoff.service import Actor, ChangedMeanwhile
from triage.handoff.states import HandoffReason, HandoffState, PresenceState, Role
from triage.handoff.tables import Handoff
from triage.handoff.wait_history import WaitRange, wait_scale
from triage.interventions.texts import TextFileError
from triage.interventions.types import Channel, Language, Line
from triage.record.tables import Contact
from triage.signals import RiskKind, RiskLevel

ANNE = Actor("anne", Role.INTERVENANT)
FRENCH, ENGLISH = Language.FRENCH, Language.ENGLISH
MENU, WAITING = menu_texts(FRENCH), waiting_texts(FRENCH)
OUTSIDE = MENU.outside_numbers(Line.INFO_SOCIAL)
OFFER, PROMISED = WAITING.say("callback_offer"), WAITING.say("callback_set")
QUESTION = WAITING.confirm_callback("+18195550150")
Fields = Callable[..., dict[str, str]]


async def waiting_caller(door: Door, called: str = "+18005550811", caller: str = "+18195550150") -> SimulatedPhone:
    """Somebody who asked for a person and waits, an intervenant being on line."""
    await door.services.desk.be_present(ANNE, PresenceState.AVAILABLE)
    phone = door.phone(called, caller)
    await phone.dial()
    await phone.press("0")
    assert phone.queue is not None
    return phone


async def after(phone: SimulatedPhone, act: Callable[[], object]) -> list[str]:
    """The sentences heard from this act on."""
    before = len(phone.words())
    await act()  # type: ignore[misc]
    return phone.words()[before:]


async def hear_numbers(phone: SimulatedPhone) -> list[str]:
    """45 s in the queue: the sentences of the last moment."""
    for _ in range(2):
        await phone.stay_silent()
    return await after(phone, phone.stay_silent)


async def waited_before(door: Door, minutes: list[float]) -> None:
    """People of the same class who came in yesterday at this hour, and were taken after so many minutes."""
    now = door.clock.now()
    for wait in minutes:
        async with door.services.sessions.write() as session:
            opened = now - timedelta(days=1)
            contact = await door.services.record.open_contact(
                session, line=Line.INFO_SOCIAL, channel=Channel.CHAT, language=FRENCH, now=opened
            )
            handoff = await service.open_handoff(
                session,
                contact_id=contact.id,
                line=Line.INFO_SOCIAL,
                channel=Channel.CHAT,
                level=RiskLevel.NONE,
                reason=HandoffReason.ASKED,
                now=opened,
            )
            taken = opened + timedelta(minutes=wait)
            await service.claim(session, handoff.id, ANNE, taken)
            await service.close(session, await service.get(session, handoff.id), actor=ANNE, disposition="x", now=taken)


async def row(door: Door, phone: SimulatedPhone) -> Handoff:
    return await door.handed_over(phone.sid)


async def level_of(door: Door, phone: SimulatedPhone) -> RiskLevel:
    return (await row(door, phone)).level


def played(phone: SimulatedPhone) -> list[str]:
    return [heard.text for heard in phone.heard if heard.kind is HeardKind.RECORDING]


async def test_a_wait_without_risk_has_music_the_place_the_callback_and_the_numbers(door: Door) -> None:
    phone = await waiting_caller(door)
    assert phone.words()[-1] == MENU.say("wait")
    assert played(phone)[-1].endswith("/ivr/audio/wait.wav")
    assert await hear_numbers(phone) == [MENU.say("wait"), MENU.place(0), OFFER, OUTSIDE]
    assert await after(phone, phone.stay_silent) == [MENU.say("wait")]


async def test_the_numbers_come_every_45_seconds(door: Door) -> None:
    phone = await waiting_caller(door)
    heard, said_at = [], []
    for _ in range(10):
        at = door.clock.now()
        heard = await after(phone, phone.stay_silent)
        if OUTSIDE in heard:
            said_at.append(at)
    apart = {(later - earlier).total_seconds() for earlier, later in pairwise(said_at)}
    assert apart == {45.0}


async def test_a_key_is_heard_during_the_music(door: Door) -> None:
    phone = await waiting_caller(door)
    document = phone.requests.sent[-1].content.decode()
    assert document.index("<Gather") < document.index("<Play>") < document.index("</Gather>")


async def test_at_risk_there_is_no_music_no_place_no_range_and_no_callback(door: Door) -> None:
    await waited_before(door, [8.0] * 40)
    phone = door.phone()
    await phone.dial()
    await phone.speak("je veux mourir")
    assert phone.words()[-1] == MENU.say("wait_risk")
    assert await hear_numbers(phone) == [MENU.say("wait_risk"), MENU.numbers_of(RiskKind.SUICIDE, Line.INFO_SOCIAL)]
    for key in ("1", "1", "*", "2"):
        heard = await after(phone, lambda pressed=key: phone.press(pressed))
        assert set(heard) <= {MENU.say("wait_risk"), MENU.numbers_of(RiskKind.SUICIDE, Line.INFO_SOCIAL)}
    assert played(phone) == []
    assert not phone.over
    assert (await row(door, phone)).state is HandoffState.WAITING


async def test_the_suicide_line_offers_english_once_and_never_a_callback(door: Door) -> None:
    phone = door.phone(PREVENTION_SUICIDE)
    await phone.dial()
    invitation = menu_texts(ENGLISH).say("invitation")
    assert phone.words()[-2:] == [invitation, MENU.say("wait_risk")]
    assert invitation not in await after(phone, phone.stay_silent)
    assert await after(phone, lambda: phone.press("9")) == [menu_texts(ENGLISH).say("wait_risk")]
    assert not phone.over
    assert (await row(door, phone)).level is RiskLevel.RISK


async def test_nine_changes_the_language_of_the_call_and_of_the_contact(door: Door) -> None:
    phone = await waiting_caller(door)
    assert await after(phone, lambda: phone.press("9")) == [menu_texts(ENGLISH).say("wait")]
    call = await find_call(door.services, phone.sid)
    assert call is not None
    assert call.state.language is ENGLISH
    async with door.services.sessions.read() as session:
        assert (await door.services.record.contact(session, call.contact_id)).language is ENGLISH
    assert (await row(door, phone)).state is HandoffState.WAITING
    assert await after(phone, lambda: phone.press("9")) == [MENU.say("wait")]


async def test_a_star_says_the_place_and_the_numbers_at_once(door: Door) -> None:
    phone = await waiting_caller(door)
    assert await after(phone, lambda: phone.press("*")) == [MENU.say("wait"), MENU.place(0), OFFER, OUTSIDE]


async def test_zero_is_answered_with_a_person_already_called(door: Door) -> None:
    phone = await waiting_caller(door)
    assert await after(phone, lambda: phone.press("0")) == [WAITING.say("already_called")]
    assert (await row(door, phone)).state is HandoffState.WAITING


async def test_after_a_lone_five_silence_then_the_wait_again(door: Door) -> None:
    phone = await waiting_caller(door)
    sounds = len(played(phone))
    assert await after(phone, lambda: phone.press("5")) == []
    assert len(played(phone)) == sounds
    assert await after(phone, phone.stay_silent) == [MENU.say("wait")]


@pytest.mark.parametrize("keys", [["5", "5"], ["1", "5", "5"]])
async def test_after_the_silent_code_nothing_is_heard_and_no_key_ends_the_call(door: Door, keys: list[str]) -> None:
    phone = await waiting_caller(door)
    for key in keys:
        await phone.press(key)
    sounds = len(played(phone))
    for key in ("1", "1", "2", "0", "*", "9"):
        assert await after(phone, lambda pressed=key: phone.press(pressed)) == []
    assert len(played(phone)) == sounds
    assert not phone.over
    assert (await row(door, phone)).state is HandoffState.WAITING
    assert await level_of(door, phone) is RiskLevel.RISK


# The measured wait.


async def test_the_range_is_what_was_measured_rounded_outward(door: Door) -> None:
    await waited_before(door, [3.0] * 20 + [8.0] * 20)
    phone = await waiting_caller(door)
    assert WAITING.range(WaitRange(2, 10)) in await hear_numbers(phone)


async def test_too_few_measures_say_nothing_of_the_time(door: Door) -> None:
    await waited_before(door, [8.0] * 29)
    phone = await waiting_caller(door)
    assert await hear_numbers(phone) == [MENU.say("wait"), MENU.place(0), OFFER, OUTSIDE]


async def test_who_has_waited_longer_hears_no_range(door: Door) -> None:
    await waited_before(door, [1.0] * 40)
    phone = await waiting_caller(door)
    assert WAITING.range(WaitRange(None, 2)) in await hear_numbers(phone)
    door.clock.advance(120)
    await door.services.desk.be_present(ANNE, PresenceState.AVAILABLE)
    heard = await after(phone, phone.stay_silent)
    assert OUTSIDE in heard
    assert WAITING.range(WaitRange(None, 2)) not in heard


async def test_a_history_that_fails_leaves_the_plain_sentences(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*anything: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(door.services.waits, "range_now", fails)
    phone = await waiting_caller(door)
    assert await hear_numbers(phone) == [MENU.say("wait"), MENU.place(0), OFFER, OUTSIDE]


# The callback.


async def test_one_then_one_keeps_the_place_and_ends_the_call(door: Door) -> None:
    phone = await waiting_caller(door)
    before = await row(door, phone)
    assert await after(phone, lambda: phone.press("1")) == [QUESTION]
    assert "cinq, zéro" in QUESTION
    assert await after(phone, lambda: phone.press("1")) == [PROMISED, OUTSIDE]
    assert phone.over
    assert phone.ended_by_line is True
    after_it = await row(door, phone)
    assert (after_it.state, after_it.opened_at) == (HandoffState.CALLBACK, before.opened_at)
    assert (after_it.callback_attempts, after_it.owner_id) == (0, None)
    assert after_it.callback_due_at == after_it.person_left_at == door.clock.now()


async def test_a_callback_outlives_the_end_of_its_call_and_the_comparison_of_the_queues(door: Door) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await phone.press("1")
    for _ in range(3):
        door.clock.advance(61)
        await reconcile(door.services, door.rest)
    assert (await row(door, phone)).state is HandoffState.CALLBACK
    call = await find_call(door.services, phone.sid)
    assert call is not None
    assert call.ended_at is not None


async def test_no_outside_number_is_dialled_for_a_callback_and_a_garde_is_told(door: Door) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await phone.press("1")
    work = ClockWork(door.services.sessions, door.clock, Ladder.load())
    door.clock.advance(3600)
    await work.tick()
    handoff = await row(door, phone)
    async with door.services.sessions.read() as session:
        assert await queue.steps_taken(session, handoff) == {"garde"}
    assert door.network.dialled == []


@pytest.mark.parametrize("answer", ["2", "silence", "7", "*"])
async def test_anything_else_than_one_keeps_waiting(door: Door, answer: str) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await (phone.stay_silent() if answer == "silence" else phone.press(answer))
    assert not phone.over
    assert phone.queue is not None
    assert (await row(door, phone)).state is HandoffState.WAITING
    assert await after(phone, lambda: phone.press("1")) == [QUESTION], "a later 1 asks again"


async def test_a_risk_said_to_the_question_is_a_risk_and_the_callback_is_gone(door: Door) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await phone.speak("je veux mourir")
    assert await level_of(door, phone) is RiskLevel.RISK
    await phone.press("1")
    assert not phone.over
    assert (await row(door, phone)).state is HandoffState.WAITING


async def test_who_hangs_up_at_the_question_has_left(door: Door) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await phone.hang_up()
    assert (await row(door, phone)).state is HandoffState.ABANDONED


async def test_who_confirms_and_hangs_up_at_once_is_called_back(door: Door, fields: Fields) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    gone = fields(CallSid=phone.sid, CallStatus="completed", Digits="1")
    await door.post("/ivr/wait?c=1", gone)
    await phone.hang_up()
    assert (await row(door, phone)).state is HandoffState.CALLBACK


async def test_who_was_just_taken_is_not_sent_away(door: Door) -> None:
    """An intervenant claims between the question and the answer."""
    phone = await waiting_caller(door)
    await phone.press("1")
    async with door.services.sessions.write() as session:
        await service.claim(session, (await row(door, phone)).id, ANNE, door.clock.now())
    assert await after(phone, lambda: phone.press("1")) == [WAITING.say("already_called")]
    assert not phone.over
    assert (await row(door, phone)).owner_id == ANNE.id


@pytest.mark.parametrize(("lost", "state"), [(1, HandoffState.CALLBACK), (99, HandoffState.WAITING)])
async def test_a_promise_that_another_writer_crosses_is_tried_again_or_not_made(
    door: Door, monkeypatch: pytest.MonkeyPatch, lost: int, state: HandoffState
) -> None:
    tries: list[str] = []

    async def crossed(session: WriteSession, handoff: Handoff, now: datetime) -> None:
        tries.append(handoff.id)
        if len(tries) <= lost:
            raise ChangedMeanwhile
        await set_callback(session, handoff, now)

    monkeypatch.setattr(callback_offer, "set_callback", crossed)
    phone = await waiting_caller(door)
    await phone.press("1")
    heard = await after(phone, lambda: phone.press("1"))
    assert (await row(door, phone)).state is state
    assert phone.over is (state is HandoffState.CALLBACK)
    assert heard[0] == (PROMISED if state is HandoffState.CALLBACK else WAITING.say("already_called"))
    assert len(tries) <= callback_offer.ATTEMPTS


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", ""])
async def test_a_hidden_number_is_offered_no_callback(door: Door, caller: str) -> None:
    phone = await waiting_caller(door, caller=caller)
    assert OFFER not in await hear_numbers(phone)
    await phone.press("1")
    await phone.press("1")
    assert not phone.over
    assert (await row(door, phone)).state is HandoffState.WAITING


async def test_a_number_that_can_no_longer_be_read_leaves_the_person_waiting(door: Door) -> None:
    phone = await waiting_caller(door)
    async with door.services.sessions.write() as session:
        contact_id = (await row(door, phone)).contact_id
        await session.execute(update(Contact).where(Contact.id == contact_id).values(caller_number=None))
    assert QUESTION not in await after(phone, lambda: phone.press("1"))
    assert phone.queue is not None


async def test_partners_are_offered_no_callback(door: Door) -> None:
    phone = await waiting_caller(door, PARTENAIRES)
    assert OFFER not in await hear_numbers(phone)
    await phone.press("1")
    await phone.press("1")
    assert not phone.over


async def test_a_lost_answer_is_given_again_and_a_second_request_changes_nothing(door: Door, fields: Fields) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    confirm = fields(CallSid=phone.sid, CallStatus="in-progress", Digits="1")
    first = await door.post("/ivr/wait?c=1", confirm, token="t1")
    again = await door.post("/ivr/wait?c=1", confirm, token="t1")
    other = await door.post("/ivr/wait?c=1", confirm, token="t2")
    assert "<Hangup" in first.text
    assert first.content == again.content == other.content
    handoff = await row(door, phone)
    assert (handoff.state, handoff.version) == (HandoffState.CALLBACK, 2)


async def test_a_call_that_does_not_end_after_the_promise_waits_on_line(door: Door, fields: Fields) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await door.post("/ivr/wait?c=1", fields(CallSid=phone.sid, CallStatus="in-progress", Digits="1"))
    left = fields(CallSid=phone.sid, CallStatus="in-progress", QueueResult="error")
    await door.post("/ivr/after-queue", left)
    handoff = await row(door, phone)
    assert (handoff.state, handoff.person_left_at) == (HandoffState.WAITING, None)
    await phone.hang_up()
    assert (await row(door, phone)).state is HandoffState.CALLBACK, "a promise is kept"


async def test_a_risk_after_the_promise_is_never_hung_up_on(door: Door, fields: Fields) -> None:
    phone = await waiting_caller(door)
    await phone.press("1")
    await door.post("/ivr/wait?c=1", fields(CallSid=phone.sid, CallStatus="in-progress", Digits="1"))
    async with door.services.sessions.write() as session:
        handoff = await service.get(session, (await row(door, phone)).id)
        await service.raise_level(session, handoff, RiskLevel.RISK, door.clock.now())
    assert (await row(door, phone)).state is HandoffState.LEFT
    assert await after(phone, phone.stay_silent) == [MENU.say("wait_risk")]
    assert not phone.over
    assert (await row(door, phone)).state is HandoffState.WAITING
    await phone.hang_up()
    assert (await row(door, phone)).state is HandoffState.LEFT


async def test_the_same_number_calling_again_is_somebody_of_its_own(door: Door) -> None:
    first = await waiting_caller(door)
    await first.press("1")
    await first.press("1")
    second = await waiting_caller(door)
    assert (await row(door, second)).contact_id != (await row(door, first)).contact_id
    assert (await row(door, first)).state is HandoffState.CALLBACK
    assert MENU.place(1) in await hear_numbers(second), "whoever is to be called back is before"


async def test_a_callback_keeps_its_place_before_those_who_came_later(door: Door) -> None:
    first = await waiting_caller(door)
    door.clock.advance(5)
    second = await waiting_caller(door, caller="+18195550151")
    await first.press("1")
    await first.press("1")
    async with door.services.sessions.read() as session:
        order = [handoff.id for handoff in await queue.waiting(session, door.clock.now())]
    assert order == [(await row(door, first)).id, (await row(door, second)).id]


# The files.


def test_the_music_is_made_by_its_own_file_and_lasts_what_the_document_says() -> None:
    with wave.open(str(wait_music.FILE), "rb") as file:
        kept = file.readframes(file.getnframes())
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (1, 8000, 2)
        assert file.getnframes() / file.getframerate() == twiml_waiting.MUSIC_SECONDS
    assert kept == b"".join(sample.to_bytes(2, "little", signed=True) for sample in wait_music.samples())
    assert wait_music.FILE.stat().st_size < 300_000


def test_every_bound_has_its_words_and_no_sentence_a_digit() -> None:
    for texts in load_waiting_texts():
        bounds = [None, *wait_scale().minutes]
        ranges = [WaitRange(a, b) for a in bounds for b in bounds if (a or b) and (a is None or b is None or a < b)]
        said = [*texts.said.values(), *map(texts.range, ranges), texts.confirm_callback("+15145550142")]
        assert not any(letter.isnumeric() for sentence in said for letter in sentence)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"digits": ["zéro"]}, "digits"),
        ({"minutes": {2: "deux"}}, "minutes.5"),
        ({"said": {}}, "said."),
        ({"said": None}, "said"),
        ({"statut": None}, "statut"),
    ],
)
def test_an_unusable_file_says_what_is_missing(tmp_path: Path, change: dict[str, object], named: str) -> None:
    content = yaml.safe_load((Path(wait_music.__file__).parent / "waiting_fr.yml").read_text())
    path = tmp_path / "waiting_fr.yml"
    path.write_text(yaml.safe_dump(content | change, allow_unicode=True))
    with pytest.raises(TextFileError, match=named):
        read_waiting_texts(path, FRENCH)


@pytest.mark.parametrize("sentence", ["Sans accolade.", "{digits} {other}", "{digits} et 2"])
def test_a_sentence_with_a_wrong_hole_or_a_digit_is_refused(tmp_path: Path, sentence: str) -> None:
    content = yaml.safe_load((Path(wait_music.__file__).parent / "waiting_fr.yml").read_text())
    content["said"]["callback_confirm"] = sentence
    path = tmp_path / "waiting_fr.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True))
    with pytest.raises(TextFileError, match="callback_confirm"):
        read_waiting_texts(path, FRENCH)
