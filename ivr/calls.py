"""Where each call stands, by its CallSid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from foundation.sessions import WriteSession
from ivr.answers import KeptAnswer, answer_row
from ivr.menu import step_in_queue
from ivr.menu_state import MenuState, Place, Pressed, Tell
from ivr.tables import PhoneCall
from triage.interventions.types import Channel, Language, Line
from triage.services import Services

PURPOSE = "phone_call"


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as read; `document` is the TwiML in force, None before the first."""

    sid: str
    contact_id: str
    line: Line
    number_known: bool
    state: MenuState
    document: str | None
    ended_at: datetime | None
    numbers_said_at: datetime | None
    overflow_at: datetime | None
    outside_since: datetime | None
    moved_at: datetime | None = None
    held: bool = False
    awaiting_key_since: datetime | None = None


async def find_call(services: Services, sid: str) -> Call | None:
    async with services.sessions.read() as session:
        row = await session.get(PhoneCall, sid)
    return _opened(services, row) if row else None


async def call_of_contact(services: Services, contact_id: str) -> Call | None:
    """The last call of a contact, or None."""
    found = select(PhoneCall).where(PhoneCall.contact_id == contact_id).order_by(PhoneCall.started_at.desc()).limit(1)
    async with services.sessions.read() as session:
        row = (await session.execute(found)).scalar_one_or_none()
    return _opened(services, row) if row else None


async def open_call(services: Services, sid: str, line: Line, caller_number: str | None) -> Call:
    """The call of this CallSid, begun with its contact if it is new."""
    existing = await find_call(services, sid)
    if existing is not None:
        return existing
    contact_id = await services.conversation.begin(line, Channel.PHONE, Language.FRENCH, caller_number)
    now = services.clock.now()
    row = PhoneCall(
        call_sid=sid,
        contact_id=contact_id,
        line=line,
        number_known=caller_number is not None,
        state=MenuState(line, now).to_json(),
        turn=0,
        started_at=now,
    )
    try:
        async with services.sessions.write() as session:
            session.add(row)
    except IntegrityError:
        # Two first requests of one call at once: the contact that lost holds nothing and is closed.
        await services.leaving.leave(contact_id, recall_possible=False)
        existing = await find_call(services, sid)
        if existing is None:
            raise
        return existing
    return _opened(services, row)


async def save_step(
    services: Services,
    call: Call,
    state: MenuState,
    render: Callable[[MenuState], str],
    *,
    queued: bool,
    token: str = "",
) -> str:
    """Move the call to its next document, unless another request moved it first: then that one's document.

    The queue wins over a menu, and the silent code over everything, whichever request came first. With a `token`,
    the document is kept as the answer to it in the same transaction; sqlalchemy's IntegrityError: answered before.
    """
    async with services.sessions.write() as session:
        row = await _locked(session, call.sid)
        there = MenuState.from_json(row.state)
        state = replace(state, mute=state.mute or there.mute)
        if row.turn != call.state.turn:
            stored = _opened_document(services, row)
            moves = queued and (there.place is not Place.FILE or state.mute is not there.mute)
            if stored is not None and not moves:
                return stored
            state = replace(state, turn=row.turn + 1)
        document = render(state)
        row.state, row.turn = state.to_json(), state.turn
        row.document = services.settings.key_ring.seal_for_service(PURPOSE, call.sid, document)
        if queued and row.outside_since is not None:
            row.outside_since, row.overflow_at = None, services.clock.now()
        if token:
            session.add(answer_row(services, token, document))
    return KeptAnswer(document) if token else document


async def press_in_queue(services: Services, sid: str, pressed: Pressed) -> tuple[MenuState, Tell | None]:
    """A key in the queue, on the state as it is now: requests that come together lose nothing of each other."""
    async with services.sessions.write() as session:
        row = await _locked(session, sid)
        state, code = step_in_queue(MenuState.from_json(row.state), pressed)
        row.state = state.to_json()
    return state, code


async def go_mute(services: Services, call: Call) -> Call:
    """From the silent code on, nothing is said aloud."""
    async with services.sessions.write() as session:
        row = await _locked(session, call.sid)
        state = replace(MenuState.from_json(row.state), mute=True, first_five_at=None)
        row.state = state.to_json()
    return replace(call, state=state)


async def _locked(session: WriteSession, sid: str) -> PhoneCall:
    return await session.get_one(PhoneCall, sid, populate_existing=True, with_for_update=True)


async def note_call(services: Services, sid: str, **moments: datetime | bool | None) -> None:
    """Set some of `ended_at`, `numbers_said_at`, `overflow_at`, `outside_since`, `moved_at`, `held`,
    `awaiting_key_since`."""
    async with services.sessions.write() as session:
        await session.execute(update(PhoneCall).where(PhoneCall.call_sid == sid).values(**moments))


def _opened_document(services: Services, row: PhoneCall) -> str | None:
    if row.document is None:
        return None
    return services.settings.key_ring.open_for_service(PURPOSE, row.call_sid, row.document)


def _opened(services: Services, row: PhoneCall) -> Call:
    return Call(
        sid=row.call_sid,
        contact_id=row.contact_id,
        line=row.line,
        number_known=row.number_known,
        state=MenuState.from_json(row.state),
        document=_opened_document(services, row),
        ended_at=row.ended_at,
        numbers_said_at=row.numbers_said_at,
        overflow_at=row.overflow_at,
        outside_since=row.outside_since,
        moved_at=row.moved_at,
        held=row.held,
        awaiting_key_since=row.awaiting_key_since,
    )
