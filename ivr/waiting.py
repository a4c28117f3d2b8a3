"""What happens to a caller in the queue: what is heard, when outside numbers are dialled, how the queue ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update

from ivr import twiml
from ivr.calls import Call, note_call, open_call
from ivr.ending import caller_left
from ivr.flow import call_person_again, make_sure_person_is_called
from ivr.menu import step_in_queue
from ivr.menu_state import MenuState, Pressed, Tell
from ivr.menu_texts import menu_texts
from ivr.tables import PhoneCall
from ivr.telling import tell
from ivr.twilio_form import TwilioForm
from triage.handoff import queue
from triage.handoff.ladder import FALLBACK
from triage.handoff.service import open_of_contact
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff, StepTaken
from triage.services import Services
from triage.signals import RiskKind, RiskLevel
from triage.turn import Said

NUMBERS_EVERY = timedelta(seconds=45)
# Between two rounds of the outside numbers: the queue itself must stay reachable in between.
OVERFLOW_EVERY = timedelta(seconds=90)
# The call is already elsewhere: whatever is answered is not executed.
MOVED = frozenset({"bridged", "bridging-in-process", "redirected", "redirected-from-bridged"})


@dataclass(frozen=True, slots=True)
class _View:
    """What the queue says of one caller; `people_before` counts those still on line or to be called back."""

    handoff: Handoff
    kind: RiskKind | None
    people_before: int
    fallback_due: bool


async def wait_document(services: Services, form: TwilioForm) -> str:
    """The next moment of the wait. Raises whatever fails: the door then lets the caller out to the outside numbers."""
    line, _ = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    if form.call_over:
        return await _gone_from_queue(services, call, form)
    await make_sure_person_is_called(services, call)
    language = call.state.language
    if form.key or form.speech:
        state = await _heard_while_waiting(services, call, form)
        if state.mute or state.first_five_at is not None:
            return twiml.waiting(services.settings, (), language)
    view = await _view(services, call)
    if view is None:
        return twiml.waiting(services.settings, (), language)
    if _overflow_due(services, call, view):
        return twiml.leave_queue()
    sentences = await _sentences(services, call, view)
    return twiml.waiting(services.settings, sentences, language)


async def _gone_from_queue(services: Services, call: Call, form: TwilioForm) -> str:
    """The last words of somebody who hangs up are read before they are noted as gone."""
    if form.speech:
        await _heard_while_waiting(services, call, form)
    await caller_left(services, call)
    return twiml.nothing_to_do()


async def _heard_while_waiting(services: Services, call: Call, form: TwilioForm) -> MenuState:
    """The gate reads on while the person waits, and may only raise."""
    state, told = call.state, Tell(Said.TEXT, form.speech) if form.speech else None
    now = services.clock.now()
    if form.key:
        state, code = step_in_queue(state, Pressed(form.key, now))
        told = code or told
        changed = update(PhoneCall).where(PhoneCall.call_sid == call.sid).values(state=state.to_json())
        async with services.sessions.write() as session:
            await session.execute(changed)
    if told is not None:
        client_id = f"wait:{form.token or now.timestamp()}"
        await tell(services, call, told, client_id[:80], unreadable=form.unreadable)
    return state


async def _view(services: Services, call: Call) -> _View | None:
    now = services.clock.now()
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
        if handoff is None:
            return None
        contact = await services.record.contact(session, call.contact_id)
        signals = [opened.signal for opened in await services.record.signals(session, contact)]
        before = [h.contact_id for h in await queue.waiting(session, now) if h.state is HandoffState.WAITING]
        place = before.index(call.contact_id) if call.contact_id in before else 0
        step_key = (handoff.id, FALLBACK, handoff.round)
        due = handoff.owner_id is None and await session.get(StepTaken, step_key) is not None
    return _View(handoff, services.texts.first_kind(signals), place, due)


def _overflow_due(services: Services, call: Call, view: _View) -> bool:
    if not view.fallback_due or not services.settings.fallback_numbers.get(call.line.value):
        return False
    return call.overflow_at is None or services.clock.now() - call.overflow_at >= OVERFLOW_EVERY


async def _sentences(services: Services, call: Call, view: _View) -> tuple[str, ...]:
    """At risk: a calm presence and the numbers of the kind. Below: the place in the queue may be said too."""
    if call.state.mute:
        return ()
    texts, now = menu_texts(call.state.language), services.clock.now()
    at_risk = view.handoff.level.at_least(RiskLevel.RISK)
    presence = texts.say("wait_risk" if at_risk else "wait")
    due = call.numbers_said_at is not None and now - call.numbers_said_at >= NUMBERS_EVERY
    if due or call.numbers_said_at is None:
        await note_call(services, call.sid, numbers_said_at=now)
    if at_risk:
        return (presence, texts.numbers_of(view.kind, call.line)) if due else (presence,)
    if due:
        return presence, texts.place(view.people_before), texts.outside_numbers(call.line)
    return (presence,)


async def after_queue(services: Services, form: TwilioForm) -> str:
    """The caller is out of the queue. Anything but a hang-up or a move goes to the outside numbers."""
    result = form.get("QueueResult")
    if result in MOVED:
        return twiml.nothing_to_do()
    line, _ = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    if result == "hangup" or form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    await note_call(services, call.sid, overflow_at=services.clock.now())
    return await _dial_outside(services, call, 0)


async def overflow_ended(services: Services, form: TwilioForm, following: int) -> str:
    """An outside number did not answer, or the conversation there is over: the next number, or the queue again."""
    line, _ = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    if call.outside_since is not None or form.get("DialBridged") == "true":
        await note_call(services, call.sid, outside_since=None)
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
    return twiml.overflow(services.settings, numbers[index], index + 1, sentences, call.state.language)


async def outside_person_answered(services: Services, form: TwilioForm) -> None:
    """Whoever answered outside pressed 1: their leg names the caller's leg as its parent."""
    if parent := form.get("ParentCallSid"):
        await note_call(services, parent, outside_since=services.clock.now())


async def after_conversation(services: Services, form: TwilioForm) -> str:
    """The conference ended while the caller is still there: the intervenant's leg was lost, or they let go."""
    line, _ = form.line(services.settings)
    call = await open_call(services, form.call_sid, line, form.caller_number)
    if form.call_over:
        await caller_left(services, call)
        return twiml.nothing_to_do()
    async with services.sessions.read() as session:
        handoff = await open_of_contact(session, call.contact_id)
    if handoff is not None:
        await services.desk.give_back(handoff.id, cause="call_leg_lost")
    return await call_person_again(services, call, (menu_texts(call.state.language).say("cut"),))
