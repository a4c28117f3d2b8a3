"""What a leg hears when it is answered: who may enter the call enters it, with a whisper for the staff only."""

from __future__ import annotations

from ivr.answering_texts import answering_texts
from ivr.legs import documents, rows
from ivr.legs.causes import LegCause
from ivr.legs.claims import Standing, standing_of
from ivr.legs.leg_over import leg_is_over
from ivr.legs.rows import LegRow
from ivr.twilio_form import TwilioForm
from triage.services import Services
from triage.signals import RiskKind
from triage.voice_port import LegKind, LegState

CLIENT = "client:"
ENTERING_KEY = "1"
LONGEST_ID = 32


async def leg_document(services: Services, form: TwilioForm, leg_id: str) -> str:
    """Somebody whom we called picked up: 1 puts them through, anything else says the sentence again."""
    settings = services.settings
    leg = await rows.find_leg(services, leg_id[:LONGEST_ID])
    if leg is None or leg.kind not in documents.RING_SENTENCES:
        return documents.last_words(settings, "not_yours")
    if form.call_over:
        await leg_is_over(services, leg, LegCause.HUNG_UP)
        return documents.over()
    await rows.note_sid(services, leg, form.call_sid)
    if form.key != ENTERING_KEY:
        return documents.ring(settings, leg.kind, leg.id) if leg.is_live else documents.over()
    return await _enter(services, leg, form.call_sid)


async def person_document(services: Services, form: TwilioForm, leg_id: str) -> str:
    """Somebody answers at the number of the person called back: in, without a word of the machine's."""
    leg = await rows.find_leg(services, leg_id[:LONGEST_ID])
    if leg is None or leg.kind is not LegKind.PERSON or not await rows.answered(services, leg, form.call_sid):
        return documents.over()
    return documents.into_conference(services.settings, leg.contact_id, leg.id, ends=False)


async def softphone_document(services: Services, form: TwilioForm) -> str:
    """A browser asks for the call of a contact. Only its owner, or who is invited, gets it."""
    settings = services.settings
    origin = form.get("From")
    staff_id, contact_id = origin.removeprefix(CLIENT), form.get("contact")[:LONGEST_ID]
    if not origin.startswith(CLIENT) or not staff_id or not contact_id:
        return documents.last_words(settings, "not_yours")
    standing = await standing_of(services, contact_id)
    leg = rows.leg_of_staff(standing.legs, staff_id)
    if leg is None and standing.owner_id == staff_id:
        # Their browser lost the call, or came before the claim had its leg.
        leg = await rows.open_leg(services, contact_id, LegKind.INTERVENANT, staff_id=staff_id)
    if leg is None:
        return documents.last_words(settings, "not_yours")
    return await _enter(services, leg, form.call_sid)


async def _enter(services: Services, leg: LegRow, call_sid: str) -> str:
    standing = await standing_of(services, leg.contact_id)
    refused = _refusal(standing, leg)
    if refused is not None:
        await leg_is_over(services, leg, LegCause.NOT_NEEDED)
        return documents.last_words(services.settings, _for_ear_of(leg, refused))
    if not await rows.answered(services, leg, call_sid):
        return documents.last_words(services.settings, _for_ear_of(leg, "not_yours"))
    ends = leg.kind is LegKind.INTERVENANT
    whisper = await whisper_of(services, standing) if leg.staff_id is not None else ()
    return documents.into_conference(services.settings, leg.contact_id, leg.id, whisper, ends=ends)


def _for_ear_of(leg: LegRow, key: str) -> str:
    """A guest hears nothing of our files and consoles."""
    return "guest_over" if leg.kind is LegKind.GUEST else key


def _refusal(standing: Standing, leg: LegRow) -> str | None:
    """The sentence for who may not enter, or None."""
    if not leg.is_live or standing.owner_id is None:
        return "not_yours"
    recall = any(one.kind is LegKind.PERSON for one in standing.legs)
    if leg.kind is LegKind.INTERVENANT:
        if standing.owner_id != leg.staff_id:
            return "not_yours"
        return None if standing.caller_on_line or recall else "gone"
    owner_leg = standing.owner_leg
    talking = standing.caller_moved or (owner_leg is not None and owner_leg.state is LegState.ON_LINE)
    return None if talking else "gone"


async def whisper_of(services: Services, standing: Standing) -> tuple[str, ...]:
    """The level and the kinds, for the ear of the staff: never for a guest, nor for the person."""
    if standing.handoff is None:
        return ()
    texts = answering_texts()
    async with services.sessions.read() as session:
        contact = await services.record.contact(session, standing.handoff.contact_id)
        kinds = tuple(opened.signal.kind for opened in await services.record.signals(session, contact))
    sentences = [texts.level(standing.handoff.level), *texts.kinds_of(kinds)]
    mute = standing.call is not None and standing.call.state.mute
    if mute or RiskKind.SILENT_CODE in kinds:
        sentences.append(texts.say("whisper_mute"))
    if any(one.kind is LegKind.PERSON for one in standing.legs):
        sentences.append(texts.say("whisper_recall"))
    return tuple(sentences)
