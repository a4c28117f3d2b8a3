"""The addresses of the other legs, and those that a caller's leg asks for during a conversation.

A failure here never touches the caller, who is in the queue or with somebody: one of ours hears that it failed, and
the clock gives the caller back.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from ivr import flow, waiting
from ivr.calls import find_call
from ivr.guard import guarded
from ivr.legs import documents, rows
from ivr.legs.answering import leg_document, person_document, softphone_document
from ivr.legs.causes import OF_STATUS, LegCause
from ivr.legs.conferences import note_conference_safely
from ivr.legs.key import key_document
from ivr.legs.leg_over import leg_is_over
from ivr.received import HeartServices, SignedForm, once, twiml_response
from ivr.twilio_form import TwilioForm
from triage.handoff.service import open_of_contact
from triage.interventions.types import Language
from triage.services import Services
from triage.signals import RiskLevel
from triage.voice_port import LegKind

NO_CONTENT = 204
LONGEST_CONFERENCE_ID = 64
LONGEST_SEQUENCE_DIGITS = 9

router = APIRouter()

LegId = Annotated[str, Query(alias=documents.LEG)]


@router.post("/leg")
async def leg(form: SignedForm, services: HeartServices, leg_id: LegId = "") -> Response:
    """Heard by whoever we called: an intervenant, a colleague, a guest."""
    body = await guarded(
        "leg",
        lambda: once(services, form, lambda: leg_document(services, form, leg_id)),
        None,
        lambda: documents.last_words(services.settings, "staff_trouble"),
    )
    return twiml_response(body)


@router.post("/softphone")
async def softphone(form: SignedForm, services: HeartServices) -> Response:
    """A browser calls."""
    body = await guarded(
        "softphone",
        lambda: once(services, form, lambda: softphone_document(services, form)),
        None,
        lambda: documents.last_words(services.settings, "staff_trouble"),
    )
    return twiml_response(body)


@router.post("/person")
async def person(form: SignedForm, services: HeartServices, leg_id: LegId = "") -> Response:
    """Somebody answers at the number of the person called back. Broken, nothing is said to them."""
    body = await guarded(
        "person",
        lambda: once(services, form, lambda: person_document(services, form, leg_id)),
        None,
        documents.over,
    )
    return twiml_response(body)


@router.post("/leg-over")
async def leg_over(form: SignedForm, services: HeartServices, leg_id: LegId = "") -> Response:
    """A leg is out of the conversation. Only a person called back may stay on the line after it.

    Broken, whoever is still there hears the neutral sentence: it may be the person.
    """
    body = await guarded(
        "leg_over",
        lambda: once(services, form, lambda: _after_conference(services, form, leg_id)),
        None,
        lambda: documents.over() if form.call_over else documents.last_words(services.settings, "recall_cut"),
    )
    return twiml_response(body)


async def _after_conference(services: Services, form: TwilioForm, leg_id: str) -> str:
    found = await rows.find_leg(services, leg_id)
    if found is None:
        return documents.over()
    if found.kind is LegKind.PERSON and await find_call(services, form.call_sid) is not None:
        document = await waiting.after_conversation(services, form)
        if form.call_over:
            await leg_is_over(services, found, LegCause.HUNG_UP)
        return document
    await leg_is_over(services, found, LegCause.HUNG_UP)
    if found.kind is LegKind.PERSON and not form.call_over:
        return documents.last_words(services.settings, "recall_cut")
    return documents.over()


@router.post("/leg-status", status_code=NO_CONTENT)
async def leg_status(form: SignedForm, services: HeartServices, leg_id: LegId = "") -> Response:
    """How a leg that we called goes; late, repeated or in another order, it changes nothing more."""

    async def work() -> str:
        found = await rows.find_leg(services, leg_id)
        if found is not None:
            await rows.note_sid(services, found, form.call_sid)
        if found is not None and form.call_over:
            await leg_is_over(services, found, _cause(found, form))
        return ""

    await guarded("leg_status", work, work, str)
    return Response(status_code=NO_CONTENT)


def _cause(leg: rows.LegRow, form: TwilioForm) -> LegCause:
    """A mailbox that pressed nothing was answered for Twilio, and not for us."""
    unanswered = LegCause.NO_ANSWER if leg.answered_at is None else LegCause.HUNG_UP
    return OF_STATUS.get(form.get("CallStatus"), unanswered)


@router.post("/conference", status_code=NO_CONTENT)
async def conference(form: SignedForm, services: HeartServices) -> Response:
    """How a conversation goes: its id is kept, and who is in."""

    async def work() -> str:
        contact_id, sid = form.get("FriendlyName"), form.get("ConferenceSid")
        event, number = form.get("StatusCallbackEvent"), form.get("SequenceNumber")
        if sid and len(sid) <= LONGEST_CONFERENCE_ID:
            sequence = int(number) if number.isdecimal() and len(number) <= LONGEST_SEQUENCE_DIGITS else 0
            await note_conference_safely(services, contact_id, sid, event, sequence)
        if event == "participant-join" and (found := await rows.leg_of_sid(services, form.get("CallSid"))):
            await rows.joined(services, found)
        return ""

    await guarded("conference", work, work, str)
    return Response(status_code=NO_CONTENT)


@router.post("/hold")
async def hold(form: SignedForm, services: HeartServices) -> Response:
    """What a person hears on hold. Broken, silence: the conversation is not touched."""

    async def work() -> str:
        call = await find_call(services, form.call_sid)
        if call is None:
            return _quiet(services)
        async with services.sessions.read() as session:
            handoff = await open_of_contact(session, call.contact_id)
        at_risk = handoff is None or handoff.level.at_least(RiskLevel.RISK)
        mute = call.state.mute or form.coded
        return documents.held(services.settings, call.state.language, mute=mute, music=not at_risk)

    return twiml_response(await guarded("hold", work, None, lambda: _quiet(services)))


def _quiet(services: Services) -> str:
    return documents.held(services.settings, Language.FRENCH, mute=True, music=False)


@router.post("/key")
async def key(form: SignedForm, services: HeartServices) -> Response:
    """A person who cannot speak pressed a key, or none. Broken, they are in the queue, never alone."""
    body = await guarded(
        "key",
        lambda: once(services, form, lambda: key_document(services, form)),
        lambda: flow.fault_document(services, form),
        lambda: _quiet_and_again(services, form),
    )
    return twiml_response(body)


def _quiet_and_again(services: Services, form: TwilioForm) -> str:
    return documents.key_asked(services.settings, mute=form.coded)
