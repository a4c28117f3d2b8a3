"""From a request of the menu to the next document: read the call, step, tell the heart, keep the document."""

from __future__ import annotations

from dataclasses import replace

from ivr import twiml
from ivr.calling import call_of, give_back_if_claimed, make_sure_person_is_called, missing_code
from ivr.calls import Call, find_call, go_mute, save_step
from ivr.closing import close_if_finished
from ivr.counters import ADDED_BEFORE_A_PERSON, FROM_KEY_TWO_TO_QUEUE, UNKNOWN_LINES
from ivr.ending import caller_left
from ivr.menu import step
from ivr.menu_moves import noted_of
from ivr.menu_state import (
    Arrived,
    ChangeLanguage,
    Event,
    Goodbye,
    HandedOver,
    Listen,
    MenuState,
    Place,
    Queue,
    Silent,
    Spoke,
    Step,
    Tell,
    Transfer,
    TransferEnded,
)
from ivr.menu_texts import menu_texts
from ivr.spoken_words import meaning_of
from ivr.telling import event_of, tell
from ivr.twilio_form import TwilioForm
from ivr.way_in import SILENT_CODE, signals_of, signals_of_key
from triage.handoff.states import HandoffReason
from triage.interventions.types import Language
from triage.services import Services
from triage.signals import RiskKind
from triage.turn import Outcome, Said, entry_signal

ANSWERED_STATUSES = frozenset({"completed", "answered"})
WANTED_A_PERSON = (HandoffReason.ASKED, HandoffReason.SILENCE)


async def first_document(services: Services, form: TwilioForm) -> str:
    """The call comes in. Asked again, the document in force."""
    _, known = form.line(services.settings)
    call = await call_of(services, form)
    if call.document is not None:
        return in_force(services, call)
    if not known:
        UNKNOWN_LINES.inc()
    return await _advance(services, call, form, Arrived(form.received_at, known), token=form.token)


async def next_document(services: Services, form: TwilioForm, turn: int) -> str:
    """A key, words, a silence or the end of a transfer. For another turn than the one in force: its document."""
    call = await find_call(services, form.call_sid)
    if call is None:
        return await fault_document(services, form)
    if form.call_over:
        return await _gone(services, form, call, turn)
    if call.document is not None and turn != call.state.turn:
        return await _late(services, form, call, turn)
    return await _advance(services, call, form, _event(form), token=form.token)


async def _late(services: Services, form: TwilioForm, call: Call, turn: int) -> str:
    """Words said to an earlier document, and its key 0, are heard before the one in force is given again."""
    if told := _said_late(form, call):
        outcome = await tell(services, call, told, form.client_id(f"turn:{turn}:0"), unreadable=form.unreadable)
        if outcome.handoff is not None and call.state.place is not Place.FILE:
            followed = step(call.state, event_of(services, call, call.state, told, outcome))
            return await _render_and_keep(services, call, followed)
    return in_force(services, call)


def _said_late(form: TwilioForm, call: Call) -> Tell | None:
    if form.key == "0" and call.state.place is not Place.FILE:
        return Tell(Said.ASKED_PERSON, form.speech, read_first=bool(form.speech))
    return Tell(Said.TEXT, form.speech) if form.speech else None


async def _gone(services: Services, form: TwilioForm, call: Call, turn: int) -> str:
    """The last words of somebody who hangs up, or their last key, are read before they are noted as gone."""
    if turn != call.state.turn:
        await _late(services, form, call, turn)
    elif form.speech or signals_of_key(call.state, form.pressed):
        await _advance(services, call, form, _event(form))
    await caller_left(services, call)
    return twiml.nothing_to_do()


async def fault_document(services: Services, form: TwilioForm) -> str:
    """The door failed while it had this person: a person is called, with all the risk that the way in carries.

    Words that were not read count as a risk.
    """
    call = await call_of(services, form)
    signals = signals_of(call.state, form.pressed)
    if SILENT_CODE in signals:
        call = await go_mute(services, call)
    elif form.key == "5":
        call = replace(call, state=replace(call.state, first_five_at=form.received_at))
    if SILENT_CODE not in signals:
        signals += await missing_code(services, call)
    said = Said.ENTERED if signals else Said.FAULT
    if form.speech:
        signals += (entry_signal(RiskKind.FAULT),)
    await give_back_if_claimed(services, call, "fault")
    told = Tell(said, form.speech, signals, noted=noted_of(call.state))
    outcome = await tell(services, call, told, form.client_id(f"fault:{call.state.turn}"))
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    return await _render_and_keep(services, call, step(call.state, event_of(services, call, call.state, told, outcome)))


async def call_person_again(services: Services, call: Call, sentences: tuple[str, ...]) -> str:
    """Back into the queue after these sentences, with a handoff open again if there is none."""
    await make_sure_person_is_called(services, call)
    return await _render_and_keep(services, call, step(call.state, HandedOver(sentences)))


def in_force(services: Services, call: Call) -> str:
    """The document in force; after the silent code, one that says nothing, whatever was in force before."""
    if call.document is None or call.state.mute:
        return _queue(services, call, call.state, ())
    return call.document


def _event(form: TwilioForm) -> Event:
    now = form.received_at
    if status := form.get("DialCallStatus"):
        return TransferEnded(status in ANSWERED_STATUSES, now)
    if form.pressed is not None:
        return form.pressed
    return Spoke(form.speech, now, meaning_of(form.speech)) if form.speech else Silent(now)


async def _advance(services: Services, call: Call, form: TwilioForm, event: Event, *, token: str = "") -> str:
    taken, told_count = step(call.state, event), 0
    while True:
        if isinstance(taken.document, Transfer) and not _can_transfer(services, taken.document):
            taken = step(replace(taken.state, transfer=None), TransferEnded(False, services.clock.now()))
        if isinstance(taken.document, Goodbye) and not await close_if_finished(services, call):
            return await call_person_again(services, call, (menu_texts(call.state.language).say("handed_over"),))
        if taken.document is not None:
            break
        told = next(effect for effect in taken.effects if isinstance(effect, Tell))
        client_id = form.client_id(f"turn:{call.state.turn}:{told_count}")
        outcome = await tell(services, call, told, client_id, unreadable=form.unreadable)
        _count_seconds(services, taken.state, outcome)
        taken = step(taken.state, event_of(services, call, taken.state, told, outcome))
        told_count += 1
    for effect in taken.effects:
        if isinstance(effect, ChangeLanguage):
            await _change_language(services, call, effect.language)
    return await _render_and_keep(services, call, taken, token)


def _count_seconds(services: Services, state: MenuState, outcome: Outcome) -> None:
    """How long the bot kept somebody who pressed 2 and now goes to the queue."""
    if outcome.handoff is None or state.two_at is None or state.place is Place.FILE:
        return
    seconds = (services.clock.now() - state.two_at).total_seconds()
    FROM_KEY_TWO_TO_QUEUE.observe(seconds)
    if state.place is Place.PRECISER and not state.misunderstood and outcome.handoff.reason in WANTED_A_PERSON:
        ADDED_BEFORE_A_PERSON.observe(seconds)


def _can_transfer(services: Services, document: Transfer) -> bool:
    return bool(twiml.transfer_number(services.settings, document.destination))


async def _change_language(services: Services, call: Call, language: Language) -> None:
    async with services.sessions.write() as session:
        contact = await services.record.contact(session, call.contact_id, lock=True)
        contact.language = language


async def _render_and_keep(services: Services, call: Call, taken: Step, token: str = "") -> str:
    queued = isinstance(taken.document, Queue)

    def render(state: MenuState) -> str:
        return _render(services, call, replace(taken, state=state))

    return await save_step(services, call, taken.state, render, queued=queued, token=token)


def _render(services: Services, call: Call, taken: Step) -> str:
    settings, state, document = services.settings, taken.state, taken.document
    demo = settings.demo and call.document is None
    match document:
        case Listen():
            after_five = state.first_five_at is not None
            return twiml.listening(settings, document, state.turn, state.language, demo=demo, after_five=after_five)
        case Transfer():
            return twiml.transfer(settings, document.destination, state.turn, state.language)
        case Goodbye():
            return twiml.goodbye(settings, call.line, state.language)
        case Queue():
            keys = ("demo", *document.keys) if demo else document.keys
            said = (menu_texts(state.language).say(key) for key in keys)
            return _queue(services, call, state, (*said, *document.sentences))
        case _:
            return in_force(services, replace(call, state=state))


def _queue(services: Services, call: Call, state: MenuState, sentences: tuple[str, ...]) -> str:
    said = () if state.mute else sentences
    return twiml.queue(services.settings, call.line, said, state.language, mute=state.mute)
