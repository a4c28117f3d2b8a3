"""The conferences, as Twilio's callbacks tell of them: late, repeated, in any order."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ivr.rest_side import TwilioRest
from ivr.tables import PhoneConference
from triage.record.tables import Contact
from triage.services import Services
from triage.voice_port import NotOnLine

ENDED = "conference-end"


async def note_conference(services: Services, contact_id: str, sid: str, event: str, sequence: int) -> None:
    """Keep the conference's id; once ended it stays ended."""
    now = services.clock.now()
    async with services.sessions.write() as session:
        row = await session.get(PhoneConference, sid, with_for_update=True)
        if row is None:
            if await session.get(Contact, contact_id) is None:
                return
            row = PhoneConference(conference_sid=sid, contact_id=contact_id, last_sequence=sequence, started_at=now)
            session.add(row)
        row.last_sequence = max(row.last_sequence, sequence)
        if event == ENDED and row.ended_at is None:
            row.ended_at = now


async def note_conference_safely(services: Services, contact_id: str, sid: str, event: str, sequence: int) -> None:
    """Two first callbacks at once: the second finds the row."""
    try:
        await note_conference(services, contact_id, sid, event, sequence)
    except IntegrityError:
        await note_conference(services, contact_id, sid, event, sequence)


async def end_conferences(services: Services, contact_id: str) -> None:
    """The caller has left the conversation: its conferences are over, whatever the callbacks still say."""
    over = (
        update(PhoneConference)
        .where(PhoneConference.contact_id == contact_id, PhoneConference.ended_at.is_(None))
        .values(ended_at=services.clock.now())
    )
    async with services.sessions.write() as session:
        await session.change(over)


async def conference_of(services: Services, rest: TwilioRest, contact_id: str) -> str:
    """The id of the conversation in progress. Raises NotOnLine, VoiceUnavailable."""
    found = (
        select(PhoneConference.conference_sid)
        .where(PhoneConference.contact_id == contact_id, PhoneConference.ended_at.is_(None))
        .order_by(PhoneConference.started_at.desc())
        .limit(1)
    )
    async with services.sessions.read() as session:
        known = (await session.execute(found)).scalar_one_or_none()
    sid = known or await rest.conference(contact_id)
    if sid is None:
        raise NotOnLine("La conversation n'a pas encore commencé, ou elle est finie.")
    return sid
