"""A visitor's session: opened, recognised by its token, kept alive by signs, left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from api.widget_chat.session_token import hash_of, new_token
from api.widget_chat.tables import VisitorSession
from foundation.sessions import ReadSession, WriteSession
from triage.handoff import service as queue
from triage.handoff.service import ChangedMeanwhile
from triage.interventions.types import Channel, Language, Line
from triage.services import Services

IDLE_LIFE = timedelta(hours=24)
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Visit:
    """A recognised visitor."""

    token_hash: str
    line: Line
    contact_id: str | None


def line_named(name: object) -> Line:
    """A page that names no known line is the ordinary one: its visitor is not refused for it."""
    return Line(name) if isinstance(name, str) and name in set(Line) else Line.INFO_SOCIAL


async def open_visit(services: Services, line: Line) -> str:
    """A page is ready to talk: its token, which we do not keep."""
    token, now = new_token(), services.clock.now()
    async with services.sessions.write() as session:
        session.add(VisitorSession(token_hash=hash_of(token), line=line, created_at=now, seen_at=now))
    return token


async def arrive(services: Services, token: str) -> Visit | None:
    """Recognise a visitor who gives a sign, and bring back one who had left. None: unknown or expired."""
    for attempt in range(ATTEMPTS):
        try:
            async with services.sessions.write() as session:
                return await _arrive(session, hash_of(token), services.clock.now())
        except ChangedMeanwhile:
            if attempt == ATTEMPTS - 1:
                raise
    return None


async def _arrive(session: WriteSession, token_hash: str, now: datetime) -> Visit | None:
    row = await session.get(VisitorSession, token_hash, with_for_update=True)
    if row is None or await _expired(session, row, now):
        return None
    row.left_at = None
    row.seen_at = now
    if row.contact_id is not None:
        await _bring_back(session, row.contact_id, now)
    return Visit(token_hash, row.line, row.contact_id)


async def _expired(session: ReadSession, row: VisitorSession, now: datetime) -> bool:
    """Idle for a day, and nobody waits: a session never expires while a handoff is open."""
    if now - row.seen_at <= IDLE_LIFE:
        return False
    return row.contact_id is None or await queue.open_of_contact(session, row.contact_id) is None


async def _bring_back(session: WriteSession, contact_id: str, now: datetime) -> None:
    handoff = await queue.open_of_contact(session, contact_id)
    if handoff is not None and handoff.person_left_at is not None:
        await queue.come_back(session, handoff, now)


async def give_sign(services: Services, visit: Visit) -> bool:
    """An open stream says that its visitor is still there. False when they left since: the stream ends."""
    now = services.clock.now()
    async with services.sessions.write() as session:
        seen = (
            update(VisitorSession)
            .where(VisitorSession.token_hash == visit.token_hash, VisitorSession.left_at.is_(None))
            .values(seen_at=now)
            .returning(VisitorSession.contact_id)
            .execution_options(synchronize_session=False)
        )
        row = (await session.execute(seen)).one_or_none()
        if row is None:
            return False
        if row.contact_id is not None:
            await _bring_back(session, row.contact_id, now)
        return True


async def contact_now(session: ReadSession, visit: Visit) -> str | None:
    """The contact of the visit as it stands: the first message may have come since it was recognised."""
    if visit.contact_id is not None:
        return visit.contact_id
    found = select(VisitorSession.contact_id).where(VisitorSession.token_hash == visit.token_hash)
    return (await session.execute(found)).scalar_one_or_none()


async def contact_for_message(services: Services, visit: Visit) -> tuple[str, bool]:
    """The contact of the visit, opened by its first message; true when it is new.

    The row is locked, so that two first messages at once open one contact.
    """
    if visit.contact_id is not None:
        return visit.contact_id, False
    async with services.sessions.write() as session:
        row = await session.get_one(VisitorSession, visit.token_hash, with_for_update=True)
        if row.contact_id is not None:
            return row.contact_id, False
        contact = await services.record.open_contact(
            session,
            line=visit.line,
            channel=Channel.CHAT,
            language=Language.FRENCH,
            now=services.clock.now(),
        )
        row.contact_id = contact.id
        return contact.id, True


async def leave(services: Services, visit: Visit, recall_safe: bool | None) -> None:
    """The visitor quits. At risk they stay in the queue; a chat has no number to call back."""
    async with services.sessions.write() as session:
        row = await session.get_one(VisitorSession, visit.token_hash, with_for_update=True)
        row.left_at = services.clock.now()
        contact_id = row.contact_id
    if contact_id is not None:
        await services.leaving.leave(contact_id, recall_possible=False, recall_safe=recall_safe)


async def forget_unused(services: Services) -> None:
    """Pages opened a day ago and never written on. A step of the clock, or of the retention: repeatable."""
    idle = VisitorSession.seen_at < services.clock.now() - IDLE_LIFE
    async with services.sessions.write() as session:
        await session.execute(delete(VisitorSession).where(VisitorSession.contact_id.is_(None), idle))
