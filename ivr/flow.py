"""From a request of the menu to the next document: read the call, step, tell the heart, keep the document."""

from __future__ import annotations

from ivr import twiml
from ivr.calls import Call, find_call, open_call, save_step
from ivr.counters import UNKNOWN_LINES
from ivr.ending import caller_left
from ivr.menu import step
from ivr.menu_state import (
    Arrived,
    ChangeLanguage,
    Event,
    HandedOver,
    Listen,
    MenuState,
    Pressed,
    Queue,
    Silent,
    Spoke,
    Step,
    Tell,
    Transfer,
    TransferEnded,
)
from ivr.menu_texts import menu_texts
from ivr.telling import event_of, tell
from ivr.twilio_form import TwilioForm
from triage.handoff.service import open_of_contact
from triage.interventions.types import Language
from triage.services import Services
from triage.signals import RiskKind
from triage.turn import Said, entry_signal

ANSWERED_STATUSES = frozenset({"completed", "answered"})


async def first_document(services: Services, form: TwilioForm) -> str:
    """The call comes in. Asked again, the document in force."""
    line, known = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    if call.document is not None:
        return call.document
    if not known:
        UNKNOWN_LINES.inc()
    return await _advance(services, call, Arrived(services.clock.now(), known), unreadable=False)


async def next_document(services: Services, form: TwilioForm, turn: int) -> str:
    """A key, words, a silence or the end of a transfer. For another turn than the one in force: its document."""
    call = await find_call(services, form.call_sid)
    if call is None:
        return await fault_document(services, form)
    if form.call_over:
        return await _gone(services, form, call, turn)
    if call.document is not None and turn != call.state.turn:
        return call.document
    return await _advance(services, call, _event(services, form), unreadable=form.unreadable)


async def _gone(services: Services, form: TwilioForm, call: Call, turn: int) -> str:
    """The last words of somebody who hangs up are read before they are noted as gone."""
    if form.speech and turn == call.state.turn:
        await _advance(services, call, Spoke(form.speech, services.clock.now()), unreadable=form.unreadable)
    await caller_left(services, call)
    return twiml.nothing_to_do()


async def fault_document(services: Services, form: TwilioForm) -> str:
    """The door failed while it had this person: a person is called. Words that were not read count as a risk."""
    line, _ = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    signals = (entry_signal(RiskKind.FAULT),) if form.speech else ()
    told = Tell(Said.FAULT, form.speech, signals)
    outcome = await tell(services, call, told, f"fault:{call.state.turn}")
    return await _render_and_keep(services, call, step(call.state, event_of(services, call, call.state, told, outcome)))


async def call_person_again(services: Services, call: Call, sentences: tuple[str, ...]) -> str:
    """Back into the queue after these sentences, with a handoff open again if there is none."""
    await make_sure_person_is_called(services, call)
    return await _render_and_keep(services, call, step(call.state, HandedOver(sentences)))


async def make_sure_person_is_called(services: Services, call: Call) -> None:
    """A caller who waits has an open handoff; without one, it is opened as a failure of the door."""
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
    if handoff is None:
        told = Tell(Said.FAULT)
        outcome = await tell(services, call, told, f"again:{call.state.turn}:{services.clock.now().timestamp()}")
        event_of(services, call, call.state, told, outcome)


def _event(services: Services, form: TwilioForm) -> Event:
    now = services.clock.now()
    if status := form.get("DialCallStatus"):
        return TransferEnded(status in ANSWERED_STATUSES, now)
    if form.key:
        return Pressed(form.key, now, form.speech)
    return Spoke(form.speech, now) if form.speech else Silent(now)


async def _advance(services: Services, call: Call, event: Event, *, unreadable: bool) -> str:
    taken, told_count = step(call.state, event), 0
    while True:
        if isinstance(taken.document, Transfer) and not _can_transfer(services, taken.document):
            taken = step(taken.state, TransferEnded(False, services.clock.now()))
        if taken.document is not None:
            break
        told = next(effect for effect in taken.effects if isinstance(effect, Tell))
        client_id = f"turn:{call.state.turn}:{told_count}"
        outcome = await tell(services, call, told, client_id, unreadable=unreadable)
        taken = step(taken.state, event_of(services, call, taken.state, told, outcome))
        told_count += 1
    for effect in taken.effects:
        if isinstance(effect, ChangeLanguage):
            await _change_language(services, call, effect.language)
    return await _render_and_keep(services, call, taken)


def _can_transfer(services: Services, document: Transfer) -> bool:
    return bool(twiml.transfer_number(services.settings, document.destination))


async def _change_language(services: Services, call: Call, language: Language) -> None:
    async with services.sessions.write() as session:
        contact = await services.record.contact(session, call.contact_id, lock=True)
        contact.language = language


async def _render_and_keep(services: Services, call: Call, taken: Step) -> str:
    return await save_step(services, call, taken.state, _render(services, call, taken))


def _render(services: Services, call: Call, taken: Step) -> str:
    settings, state, document = services.settings, taken.state, taken.document
    demo = settings.demo and call.document is None
    match document:
        case Listen():
            return twiml.listening(settings, document, state.turn, state.language, demo=demo)
        case Transfer():
            return twiml.transfer(settings, document.destination, state.turn, state.language)
        case Queue():
            sentences = document.sentences
            if demo:
                sentences = (menu_texts(state.language).say("demo"), *sentences)
            return _queue(services, call, state, sentences)
        case _:
            return call.document or _queue(services, call, state, ())


def _queue(services: Services, call: Call, state: MenuState, sentences: tuple[str, ...]) -> str:
    return twiml.queue(services.settings, call.line, sentences, state.language, mute=state.mute)
