"""A visitor's session: opened, recognised by its token, kept alive by signs, left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from api.widget_chat.session_token import hash_of, new_token
from api.widget_chat.tables import VisitorSession
from api.widget_chat.texts import TEXTS
from foundation.sessions import Contention, ReadSession, WriteSession
from triage.handoff import service as queue
from triage.handoff.states import HandoffState
from triage.interventions.types import Channel, Language, Line
from triage.services import Services
from triage.signals import RiskKind, Signal
from triage.turn import IncomingTurn, Said, entry_signal

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


async def arrive(services: Services, token: str, *, wait_again: bool = True) -> Visit | None:
    """Recognise a visitor who gives a sign, and bring back one who had left. None: unknown or expired.

    `wait_again` puts one whose waiting ended without them back in the queue; it is false for a request
    that calls a person by itself, or that leaves.
    """

    async def once(session: WriteSession) -> tuple[Visit, str | None] | None:
        return await _arrive(session, hash_of(token), services.clock.now())

    async with services.sessions.read() as session:
        if await session.get(VisitorSession, hash_of(token)) is None:
            return None  # a made-up token takes no writer's turn
    arrived = await _until_unchanged(services, once)
    if arrived is None:
        return None
    visit, abandoned_id = arrived
    if wait_again and visit.contact_id is not None and abandoned_id is not None:
        await _wait_again(services, visit.line, visit.contact_id, abandoned_id)
    return visit


async def _until_unchanged[T](services: Services, act: Callable[[WriteSession], Awaitable[T]]) -> T:
    """`act` in a write transaction, tried again when another writer came between. Raises ChangedMeanwhile."""
    for _ in range(ATTEMPTS - 1):
        try:
            async with services.sessions.write() as session:
                return await act(session)
        except Contention:
            continue
    async with services.sessions.write() as session:
        return await act(session)


async def _arrive(session: WriteSession, token_hash: str, now: datetime) -> tuple[Visit, str | None] | None:
    """The visit, and the handoff of it that the machine abandoned, when it is the last one."""
    row = await session.get(VisitorSession, token_hash, with_for_update=True)
    if row is None or await _expired(session, row, now):
        return None
    row.left_at = None
    row.seen_at = now
    visit = Visit(token_hash, row.line, row.contact_id)
    if row.contact_id is None:
        return visit, None
    if await _bring_back(session, row.contact_id, now):
        return visit, None
    last = await queue.last_of_contact(session, row.contact_id)
    abandoned = last is not None and last.state is HandoffState.ABANDONED
    return visit, last.id if last is not None and abandoned else None


async def _wait_again(services: Services, line: Line, contact_id: str, abandoned_id: str) -> None:
    """Somebody who was told that a person is called comes back: they wait again, once, without asking."""
    await services.conversation.handle_turn(
        IncomingTurn(
            contact_id=contact_id,
            client_id=f"return-{abandoned_id}",
            text=TEXTS.return_turn,
            said=Said.ASKED_PERSON,
            signals=await entry_signals(services, line, contact_id),
        )
    )


async def entry_signals(services: Services, line: Line, contact_id: str) -> tuple[Signal, ...]:
    """Writing to the suicide prevention line is itself a signal, at every turn until a person is called:
    a first turn that failed must not take it away."""
    if line is not Line.PREVENTION_SUICIDE:
        return ()
    async with services.sessions.read() as session:
        waits = await queue.open_of_contact(session, contact_id) is not None
    return () if waits else (entry_signal(RiskKind.LINE),)


async def _expired(session: ReadSession, row: VisitorSession, now: datetime) -> bool:
    """Idle for a day, and nobody waits: a session never expires while a handoff is open."""
    if now - row.seen_at <= IDLE_LIFE:
        return False
    return row.contact_id is None or await queue.open_of_contact(session, row.contact_id) is None


async def _bring_back(session: WriteSession, contact_id: str, now: datetime) -> bool:
    """True when they wait for, or are with, a person: one who had left is there again."""
    handoff = await queue.open_of_contact(session, contact_id)
    if handoff is not None and handoff.person_left_at is not None:
        await queue.come_back(session, handoff, now)
    return handoff is not None


async def give_sign(services: Services, visit: Visit) -> bool:
    """An open stream says that its visitor is still there. False when they left since: the stream ends."""
    now = services.clock.now()

    async def once(session: WriteSession) -> bool:
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

    return await _until_unchanged(services, once)


async def contact_now(session: ReadSession, visit: Visit) -> str | None:
    """The contact of the visit as it stands: the first message may have come since it was recognised."""
    if visit.contact_id is not None:
        return visit.contact_id
    found = select(VisitorSession.contact_id).where(VisitorSession.token_hash == visit.token_hash)
    return (await session.execute(found)).scalar_one_or_none()


async def contact_for_message(services: Services, visit: Visit) -> str:
    """The contact of the visit, opened by its first message.

    The row is locked, so that two first messages at once open one contact.
    """
    if visit.contact_id is not None:
        return visit.contact_id
    async with services.sessions.write() as session:
        row = await session.get_one(VisitorSession, visit.token_hash, with_for_update=True)
        if row.contact_id is not None:
            return row.contact_id
        contact = await services.record.open_contact(
            session,
            line=visit.line,
            channel=Channel.CHAT,
            language=Language.FRENCH,
            now=services.clock.now(),
        )
        row.contact_id = contact.id
        return contact.id


async def leave(services: Services, visit: Visit, recall_safe: bool | None) -> None:
    """The visitor quits. At risk they stay in the queue; a chat has no number to call back.

    One who comes back before the second transaction, from a page opened again, has not left.
    """
    async with services.sessions.write() as session:
        row = await session.get_one(VisitorSession, visit.token_hash, with_for_update=True)
        row.left_at = services.clock.now()
        contact_id = row.contact_id
    if contact_id is None:
        return

    async def still_gone(session: WriteSession) -> bool:
        row = await session.get_one(VisitorSession, visit.token_hash, with_for_update=True)
        return row.left_at is not None

    await services.leaving.leave(contact_id, recall_possible=False, recall_safe=recall_safe, still_gone=still_gone)


async def forget_unused(services: Services) -> None:
    """Pages opened a day ago and never written on. A step of the clock: repeatable."""
    idle = VisitorSession.seen_at < services.clock.now() - IDLE_LIFE
    async with services.sessions.write() as session:
        await session.execute(delete(VisitorSession).where(VisitorSession.contact_id.is_(None), idle))
