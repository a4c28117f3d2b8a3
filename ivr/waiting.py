"""What happens to a caller in the queue: what is heard, when outside numbers are dialled, how the queue ends."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from ivr import callback_offer, twiml, twiml_waiting
from ivr.calling import call_of, give_back_if_claimed, make_sure_person_is_called
from ivr.calls import Call, find_call, note_call, press_in_queue
from ivr.ending import caller_left
from ivr.flow import call_person_again
from ivr.menu_state import Tell
from ivr.menu_texts import menu_texts
from ivr.telling import tell
from ivr.twilio_form import TwilioForm
from ivr.waiting_keys import (
    CONFIRM,
    OTHER_LANGUAGE,
    KeyHeard,
    awaits_second_five,
    change_language,
    key_heard,
    other_language,
)
from ivr.waiting_texts import waiting_texts
from triage.handoff import queue
from triage.handoff.callbacks import is_due
from triage.handoff.ladder import FALLBACK
from triage.handoff.service import open_of_contact
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff, StepTaken
from triage.handoff.wait_history import WaitRange, still_true
from triage.interventions.types import Line
from triage.services import Services
from triage.signals import RiskKind, RiskLevel
from triage.turn import Said, entry_signal

log = logging.getLogger(__name__)

NUMBERS_EVERY = timedelta(seconds=45)
# Between two rounds of the outside numbers: the queue itself must stay reachable in between.
OVERFLOW_EVERY = timedelta(seconds=90)
# The call is already elsewhere: whatever is answered is not executed.
MOVED = frozenset({"bridged", "bridging-in-process", "redirected", "redirected-from-bridged"})
# Whom an intervenant takes before the next person: those on line, and those whose callback is due.
SERVED = (HandoffState.WAITING, HandoffState.CALLBACK)


@dataclass(frozen=True, slots=True)
class _View:
    """What the queue says of one caller; `people_before` counts those still on line or to be called back."""

    handoff: Handoff
    kind: RiskKind | None
    people_before: int
    fallback_due: bool


async def wait_document(services: Services, form: TwilioForm, *, callback_asked: bool = False) -> str:
    """The next moment of the wait; `callback_asked`: a key answers the question of the callback.

    Raises whatever fails: the door then lets the caller out to the outside numbers.
    """
    call = await call_of(services, form)
    if form.call_over:
        return await _gone_from_queue(services, call, form, callback_asked=callback_asked)
    if call.outside_since is not None:
        await note_call(services, call.sid, outside_since=None)
    await make_sure_person_is_called(services, call)
    if form.key or form.speech:
        await _heard_while_waiting(services, call, form)
        call = await find_call(services, call.sid) or call
    if call.state.mute and not form.coded:
        # Out of the queue and in again: from there on, every address says that nothing may be said.
        return twiml_waiting.leave_queue()
    if form.key == OTHER_LANGUAGE and not call.state.mute:
        call = await change_language(services, call)
    view = await _view(services, call)
    if view is None or call.state.mute or awaits_second_five(call.state, services.clock.now()):
        due = view is not None and _overflow_due(services, call, view)
        return twiml_waiting.leave_queue() if due else _silence(services, call)
    if callback_offer.is_promised(view.handoff):
        return _promise(services, call)
    if view.handoff.person_left_at is not None and call.ended_at is None:
        await callback_offer.back_on_line(services, call)
    heard = await key_heard(services, call, view.handoff, form.key, asked=callback_asked)
    if heard.promised:
        return _promise(services, call)
    if _overflow_due(services, call, view):
        return twiml_waiting.leave_queue()
    if heard.question is not None:
        return twiml_waiting.callback_question(services.settings, (heard.question,), call.state.language)
    return await _moment(services, call, view, heard)


def _silence(services: Services, call: Call) -> str:
    return twiml_waiting.waiting(services.settings, (), call.state.language, mute=call.state.mute)


def _promise(services: Services, call: Call) -> str:
    language = call.state.language
    said = (waiting_texts(language).say("callback_set"), menu_texts(language).outside_numbers(call.line))
    return twiml_waiting.callback_promised(services.settings, said, language)


async def _moment(services: Services, call: Call, view: _View, heard: KeyHeard) -> str:
    """At risk, no music: a calm presence. On a line without a menu, the other language is offered first."""
    at_risk = view.handoff.level.at_least(RiskLevel.RISK)
    first = call.numbers_said_at is None and call.line is Line.PREVENTION_SUICIDE
    sentences = heard.sentences or await _sentences(services, call, view, again=heard.again)
    return twiml_waiting.waiting(
        services.settings,
        sentences,
        call.state.language,
        music=not at_risk,
        invited=other_language(call.state.language) if first else None,
    )


async def unheard_document(services: Services, form: TwilioForm) -> str:
    """The wait failed: words that were not read count as a risk, and the caller is let out."""
    if form.speech:
        call = await call_of(services, form)
        told = Tell(Said.FAULT, form.speech, (entry_signal(RiskKind.FAULT),))
        await tell(services, call, told, form.client_id("fault"))
    return twiml_waiting.leave_queue()


async def _gone_from_queue(services: Services, call: Call, form: TwilioForm, *, callback_asked: bool) -> str:
    """The last words of somebody who hangs up, or their last key, are read before they are noted as gone."""
    if form.key or form.speech:
        await _heard_while_waiting(services, call, form)
    if callback_asked and form.key == CONFIRM:
        await callback_offer.promise(services, await find_call(services, call.sid) or call)
    await caller_left(services, call)
    return twiml.nothing_to_do()


async def _heard_while_waiting(services: Services, call: Call, form: TwilioForm) -> None:
    """The gate reads on while the person waits, and may only raise."""
    told = Tell(Said.TEXT, form.speech) if form.speech else None
    if form.pressed is not None:
        _, code = await press_in_queue(services, call.sid, form.pressed)
        told = code or told
    if told is not None:
        await tell(services, call, told, form.client_id("wait"), unreadable=form.unreadable)


async def _view(services: Services, call: Call) -> _View | None:
    now = services.clock.now()
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
        if handoff is None:
            return None
        contact = await services.record.contact(session, call.contact_id)
        signals = [opened.signal for opened in await services.record.signals(session, contact)]
        order = [h.contact_id for h in await queue.waiting(session, now) if h.state in SERVED and is_due(h, now)]
        place = order.index(call.contact_id) if call.contact_id in order else 0
        step_key = (handoff.id, FALLBACK, handoff.round)
        due = handoff.owner_id is None and await session.get(StepTaken, step_key) is not None
    return _View(handoff, services.texts.first_kind(signals), place, due)


def _overflow_due(services: Services, call: Call, view: _View) -> bool:
    if not view.fallback_due or not services.settings.fallback_numbers.get(call.line.value):
        return False
    return call.overflow_at is None or services.clock.now() - call.overflow_at >= OVERFLOW_EVERY


async def _sentences(services: Services, call: Call, view: _View, *, again: bool) -> tuple[str, ...]:
    """At risk: a calm presence and the numbers of the kind. Below: the place, the wait and the callback too.

    The numbers come every 45 s, or when they are asked for `again`.
    """
    texts, now = menu_texts(call.state.language), services.clock.now()
    at_risk = view.handoff.level.at_least(RiskLevel.RISK)
    presence = texts.say("wait_risk" if at_risk else "wait")
    due = again or (call.numbers_said_at is not None and now - call.numbers_said_at >= NUMBERS_EVERY)
    if due or call.numbers_said_at is None:
        await note_call(services, call.sid, numbers_said_at=now)
    if not due:
        return (presence,)
    if at_risk:
        return presence, texts.numbers_of(view.kind, call.line)
    waiting = waiting_texts(call.state.language)
    found = await _measured(services, view.handoff)
    wait = (waiting.range(found),) if found is not None else ()
    offer = (waiting.say("callback_offer"),) if callback_offer.may_offer(call, view.handoff) else ()
    return presence, texts.place(view.people_before), *wait, *offer, texts.outside_numbers(call.line)


async def _measured(services: Services, handoff: Handoff) -> WaitRange | None:
    """What was measured, as long as it is true for this person; nothing is said of the time when it cannot be known."""
    now = services.clock.now()
    try:
        found = await services.waits.range_now(handoff.queue_class, now)
    except Exception as error:
        log.error("phone door: the measured wait is not known (%s)", type(error).__name__)
        return None
    return still_true(found, now - handoff.opened_at)


async def after_queue(services: Services, form: TwilioForm) -> str:
    """The caller is out of the queue. Anything but a hang-up or a move goes to the outside numbers."""
    result = form.get("QueueResult")
    if result in MOVED:
        return twiml.nothing_to_do()
    call = await call_of(services, form)
    if result == "hangup" or form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    await callback_offer.back_on_line(services, call)
    if call.state.mute and not form.coded:
        return await call_person_again(services, call, ())
    await note_call(services, call.sid, overflow_at=services.clock.now(), outside_since=None)
    return await _dial_outside(services, call, 0)


async def after_static(services: Services, form: TwilioForm) -> str:
    """The static document came to its end and the service answers again: into the queue."""
    call = await call_of(services, form)
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    await callback_offer.back_on_line(services, call)
    return await call_person_again(services, call, (menu_texts(call.state.language).say("handed_over"),))


async def overflow_ended(services: Services, form: TwilioForm, following: int) -> str:
    """An outside number did not answer, or the conversation there is over: the next number, or the queue again."""
    call = await call_of(services, form)
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    if call.outside_since is not None or form.get("DialBridged") == "true":
        return await call_person_again(services, call, (menu_texts(call.state.language).say("back_in_queue"),))
    return await _dial_outside(services, call, following)


async def _dial_outside(services: Services, call: Call, index: int) -> str:
    """The handoff stays open meanwhile: an intervenant of ours may still take the call."""
    await make_sure_person_is_called(services, call)
    texts = menu_texts(call.state.language)
    numbers = services.settings.fallback_numbers.get(call.line.value, [])
    if index >= len(numbers):
        return await call_person_again(services, call, (texts.outside_numbers(call.line),))
    sentences = () if call.state.mute or index else (texts.say("overflow"),)
    return twiml.overflow(
        services.settings, call.line, numbers[index], index + 1, sentences, call.state.language, mute=call.state.mute
    )


async def outside_person_answered(services: Services, form: TwilioForm) -> None:
    """Whoever answered outside pressed 1: their leg names the caller's leg as its parent."""
    if parent := form.get("ParentCallSid"):
        await note_call(services, parent, outside_since=services.clock.now())


async def after_conversation(services: Services, form: TwilioForm) -> str:
    """The conference ended while the caller is still there: the intervenant's leg was lost, or they let go."""
    call = await call_of(services, form)
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    await give_back_if_claimed(services, call, "call_leg_lost")
    return await call_person_again(services, call, (menu_texts(call.state.language).say("cut"),))
