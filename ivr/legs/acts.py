"""What an intervenant does within a call: hold, ask for a key, invite, hand over, call a person back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ivr.calls import Call, note_call
from ivr.legs import documents, rows
from ivr.legs.causes import LegCause
from ivr.legs.claims import Standing, standing_of
from ivr.legs.conferences import conference_of
from ivr.legs.dialling import dial, let_go, ring_staff
from ivr.legs.moving import put_back_for_transfer
from ivr.legs.numbers import dialled_number, unknown_number
from ivr.legs.rows import LegRow
from ivr.legs.staff_phones import way_of
from ivr.menu_state import MenuState
from ivr.rest_side import TwilioRest
from ivr.tables import PhoneCall
from ivr.twiml import call_address
from triage.services import Services
from triage.voice_port import AnswerWay, LegKind, LegState, NotOnLine, VoiceUnavailable

NOT_IN_CALL = "La personne n'est pas dans la conversation."
COLLEAGUE_NOT_IN_CALL = "Cette personne n'est pas encore dans la conversation."
ALREADY_ON_LINE = "La personne est déjà en ligne."


async def hold(services: Services, rest: TwilioRest, contact_id: str, *, held: bool) -> None:
    """Raises NotOnLine, VoiceUnavailable."""
    standing = await standing_of(services, contact_id)
    sid, mute = _person_in_conversation(standing)
    conference_sid = await conference_of(services, rest, contact_id)
    hold_url = call_address(services.settings, "hold", mute=mute)
    await rest.hold(conference_sid, sid, held=held, hold_url=hold_url)
    if standing.call is not None:
        await note_call(services, standing.call.sid, held=held)


def _person_in_conversation(standing: Standing) -> tuple[str, bool]:
    """The leg of the person, and whether nothing may be said to it. Raises NotOnLine."""
    called = rows.person_on_line(standing.legs)
    if called is not None and called.call_sid is not None:
        # Who answered there is not known: nothing is said to them.
        return called.call_sid, not standing.caller_moved or (standing.call is not None and standing.call.state.mute)
    if standing.call is None or not standing.caller_moved or standing.call.awaiting_key_since is not None:
        raise NotOnLine(NOT_IN_CALL)
    return standing.call.sid, standing.call.state.mute


async def ask_key(services: Services, rest: TwilioRest, contact_id: str) -> None:
    """The person's leg leaves the conversation for twelve seconds. Raises NotOnLine, VoiceUnavailable.

    Their leaving would end it for all: that is undone first, and done again by the document that brings them back.
    """
    standing = await standing_of(services, contact_id)
    call = standing.call
    if call is None or not standing.caller_moved or call.awaiting_key_since is not None:
        raise NotOnLine(NOT_IN_CALL)
    conference_sid = await conference_of(services, rest, contact_id)
    await rest.ends_conference(conference_sid, call.sid, ends=False)
    await note_call(services, call.sid, awaiting_key_since=services.clock.now(), held=False)
    try:
        await rest.run_document(call.sid, documents.key_asked(services.settings, mute=call.state.mute))
    except VoiceUnavailable:
        await note_call(services, call.sid, awaiting_key_since=None)
        await rest.ends_conference(conference_sid, call.sid, ends=True)
        raise


async def invite_staff(services: Services, rest: TwilioRest, contact_id: str, staff_id: str) -> None:
    """Raises NotOnLine, VoiceUnavailable."""
    _require_conversation(await standing_of(services, contact_id))
    await ring_staff(services, rest, contact_id, staff_id, LegKind.COLLEAGUE)


async def invite_number(services: Services, rest: TwilioRest, contact_id: str, number: str, label: str) -> None:
    """Raises RefusedNumber, NotOnLine, VoiceUnavailable."""
    to = dialled_number(services.settings, number)
    _require_conversation(await standing_of(services, contact_id))
    leg = await rows.open_leg(services, contact_id, LegKind.GUEST, label=label)
    if leg is not None:
        await dial(services, rest, leg, to, path="leg")


def _require_conversation(standing: Standing) -> None:
    """Somebody is there to be joined. Raises NotOnLine."""
    owner_leg = standing.owner_leg
    if not standing.caller_moved and (owner_leg is None or owner_leg.state is not LegState.ON_LINE):
        raise NotOnLine(NOT_IN_CALL)


async def join(services: Services, contact_id: str, staff_id: str) -> None:
    """An invited colleague without a telephone (demonstration) is in at once. Raises NotOnLine."""
    leg = rows.leg_of_staff(await rows.legs_of_contact(services, contact_id), staff_id)
    if leg is None:
        raise NotOnLine("L'invitation n'est plus ouverte.")
    by_text = await way_of(services, staff_id) is AnswerWay.SIMULATED
    if by_text and await rows.answered_by_text(services, leg):
        await rows.joined(services, leg)


async def end_leg(services: Services, rest: TwilioRest, contact_id: str, leg_id: str) -> None:
    """Raises NotOnLine, VoiceUnavailable."""
    legs = await rows.legs_of_contact(services, contact_id)
    leg = next((one for one in legs if one.id == leg_id), None)
    if leg is None:
        raise NotOnLine("Cette personne n'est plus en ligne.")
    if not await let_go(services, rest, leg, LegCause.ENDED_BY_STAFF):
        raise VoiceUnavailable("the leg could not be ended")


async def prepare_hand_over(services: Services, rest: TwilioRest, contact_id: str, first: str, second: str) -> None:
    """The colleague's leaving ends the call, the first one's no more. Raises NotOnLine, VoiceUnavailable.

    In this order: at no moment could the caller stay in a conversation that nobody's leaving ends.
    """
    standing = await standing_of(services, contact_id)
    leaving, staying = rows.leg_of_staff(standing.legs, first), rows.leg_of_staff(standing.legs, second)
    if staying is None or staying.state is not LegState.ON_LINE:
        raise NotOnLine(COLLEAGUE_NOT_IN_CALL)
    _require_conversation(standing)
    if staying.call_sid is None and (leaving is None or leaving.call_sid is None):
        return
    conference_sid = await conference_of(services, rest, contact_id)
    if staying.call_sid is not None:
        await rest.ends_conference(conference_sid, staying.call_sid, ends=True)
    if leaving is not None and leaving.call_sid is not None:
        try:
            await rest.ends_conference(conference_sid, leaving.call_sid, ends=False)
        except VoiceUnavailable:
            if staying.call_sid is not None:
                with suppress(VoiceUnavailable):
                    await rest.ends_conference(conference_sid, staying.call_sid, ends=False)
            raise


async def finish_hand_over(services: Services, rest: TwilioRest, contact_id: str, first: str, second: str) -> None:
    """The legs change their parts, and the first one ends; if Twilio fails now, it leaves by hanging up."""
    legs = await rows.legs_of_contact(services, contact_id)
    leaving, staying = rows.leg_of_staff(legs, first), rows.leg_of_staff(legs, second)
    if staying is not None:
        await rows.become(services, staying, LegKind.INTERVENANT)
    if leaving is not None:
        await rows.become(services, leaving, LegKind.COLLEAGUE)
        await let_go(services, rest, leaving, LegCause.HANDED_OVER)


async def prepare_cold_transfer(services: Services, rest: TwilioRest, contact_id: str, first: str) -> None:
    """The caller hears the wait, as while any intervenant is being called. Raises NotOnLine, VoiceUnavailable.

    The conversation ends with the caller's leaving: the first one's leg is no longer the one that answers, so that
    its end gives nobody back.
    """
    standing = await standing_of(services, contact_id)
    if standing.call is None or not standing.caller_moved:
        raise NotOnLine(NOT_IN_CALL)
    leaving = rows.leg_of_staff(standing.legs, first)
    if leaving is not None:
        await rows.become(services, leaving, LegKind.COLLEAGUE)
    try:
        await put_back_for_transfer(services, rest, standing.call)
    except VoiceUnavailable:
        if leaving is not None:
            await rows.become(services, leaving, LegKind.INTERVENANT)
        raise
    for leg in standing.legs:
        await let_go(services, rest, leg, LegCause.HANDED_OVER)


async def call_person(services: Services, rest: TwilioRest, contact_id: str, staff_id: str) -> None:
    """The intervenant's telephone rings, and the person's once it is in the conversation (the clock dials it).

    Raises NotOnLine, RefusedNumber, VoiceUnavailable.
    """
    standing = await standing_of(services, contact_id)
    if standing.caller_on_line or any(leg.kind is LegKind.PERSON for leg in standing.legs):
        raise NotOnLine(ALREADY_ON_LINE)
    await number_of_person(services, contact_id)
    person = await rows.open_leg(services, contact_id, LegKind.PERSON)
    try:
        await ring_staff(services, rest, contact_id, staff_id, LegKind.INTERVENANT)
    except VoiceUnavailable:
        if person is not None:
            await rows.end(services, person, LegCause.NOT_NEEDED)
        raise


async def number_of_person(services: Services, contact_id: str) -> str:
    """The number of the contact. Raises RefusedNumber."""
    async with services.sessions.read() as session:
        contact = await services.record.contact(session, contact_id)
        if contact.caller_number is None:
            raise unknown_number()
        cipher = services.record.cipher(contact)
    number = cipher.open("contact", "caller_number", contact_id, contact.caller_number)
    return dialled_number(services.settings, number)


async def person_reached(services: Services, rest: TwilioRest, contact_id: str) -> bool:
    """The leg that was dialled becomes the person's call: from here on they are held as any caller is.

    Their leaving ends the conversation for all, as any caller's; when Twilio fails now, the clock ends the other legs.
    """
    standing = await standing_of(services, contact_id)
    leg = rows.person_on_line(standing.legs)
    if leg is None or leg.call_sid is None:
        return False
    await _keep_as_call(services, leg, standing.call)
    await rows.end(services, leg, LegCause.REACHED)
    with suppress(NotOnLine, VoiceUnavailable):
        conference_sid = await conference_of(services, rest, contact_id)
        await rest.ends_conference(conference_sid, leg.call_sid, ends=True)
    return True


async def _keep_as_call(services: Services, leg: LegRow, before: Call | None) -> None:
    now = services.clock.now()
    async with services.sessions.write() as session:
        contact = await services.record.contact(session, leg.contact_id)
        if await session.get(PhoneCall, leg.call_sid) is not None:
            return
        mute = before is not None and before.state.mute
        state = replace(MenuState(contact.line, now), language=contact.language, mute=mute)
        session.add(
            PhoneCall(
                call_sid=leg.call_sid,
                contact_id=leg.contact_id,
                line=contact.line,
                number_known=True,
                state=state.to_json(),
                turn=0,
                started_at=now,
                moved_at=now,
            )
        )
