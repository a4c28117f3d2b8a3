"""The rows of the legs. Every move is a conditional UPDATE: late, repeated and reordered news change nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from foundation.sessions import WriteSession
from ivr.legs.causes import LegCause
from ivr.tables import PhoneLeg
from triage.handoff.service import QUEUE_TOPIC
from triage.services import Services
from triage.voice_port import LegKind, LegState

CALL_EVENT = "call"
LIVE_STATES = (LegState.RINGING, LegState.ON_LINE)
STAFF_KINDS = (LegKind.INTERVENANT, LegKind.COLLEAGUE)


@dataclass(frozen=True, slots=True)
class LegRow:
    """One leg, as read."""

    id: str
    contact_id: str
    call_sid: str | None
    kind: LegKind
    staff_id: str | None
    label: str
    state: LegState
    created_at: datetime
    dialled_at: datetime | None
    answered_at: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES


async def open_leg(
    services: Services, contact_id: str, kind: LegKind, *, staff_id: str | None = None, label: str = ""
) -> LegRow | None:
    """A leg that begins to ring; None when this staff member has a live one in the contact already."""
    leg_id = uuid.uuid4().hex
    try:
        async with services.sessions.write() as session:
            contact = await services.record.contact(session, contact_id)
            sealed = services.record.cipher(contact).seal("phone_leg", "label", leg_id, label) if label else None
            row = PhoneLeg(
                id=leg_id,
                contact_id=contact_id,
                kind=kind,
                staff_id=staff_id,
                label=sealed,
                state=LegState.RINGING,
                created_at=services.clock.now(),
            )
            session.add(row)
            await session.flush()
            _announce(session, contact_id)
    except IntegrityError:
        return None
    return _opened(row, label)


async def find_leg(services: Services, leg_id: str) -> LegRow | None:
    async with services.sessions.read() as session:
        row = await session.get(PhoneLeg, leg_id)
    return _opened(row) if row else None


async def leg_of_sid(services: Services, call_sid: str) -> LegRow | None:
    found = select(PhoneLeg).where(PhoneLeg.call_sid == call_sid)
    async with services.sessions.read() as session:
        row = (await session.execute(found)).scalar_one_or_none()
    return _opened(row) if row else None


async def legs_of_contact(services: Services, contact_id: str, *, live_only: bool = True) -> list[LegRow]:
    """Oldest first, with their labels opened."""
    found = select(PhoneLeg).where(PhoneLeg.contact_id == contact_id).order_by(PhoneLeg.created_at, PhoneLeg.id)
    if live_only:
        found = found.where(PhoneLeg.state.in_(LIVE_STATES))
    async with services.sessions.read() as session:
        rows = list((await session.execute(found)).scalars())
        labelled = any(row.label for row in rows)
        cipher = services.record.cipher(await services.record.contact(session, contact_id)) if labelled else None
    return [
        _opened(row, cipher.open("phone_leg", "label", row.id, row.label) if cipher and row.label else "")
        for row in rows
    ]


async def live_legs(services: Services) -> list[LegRow]:
    """Every leg that rings or talks, of every contact, without their labels."""
    found = select(PhoneLeg).where(PhoneLeg.state.in_(LIVE_STATES)).order_by(PhoneLeg.created_at, PhoneLeg.id)
    async with services.sessions.read() as session:
        return [_opened(row) for row in (await session.execute(found)).scalars()]


def leg_of_staff(legs: Sequence[LegRow], staff_id: str | None) -> LegRow | None:
    """The newest live leg of a member of the staff, invited or answering."""
    theirs = [leg for leg in legs if leg.is_live and staff_id and leg.staff_id == staff_id and leg.kind in STAFF_KINDS]
    return theirs[-1] if theirs else None


def person_on_line(legs: Sequence[LegRow]) -> LegRow | None:
    """The leg of a person called back, once somebody answered it."""
    return next((leg for leg in legs if leg.kind is LegKind.PERSON and leg.state is LegState.ON_LINE), None)


async def note_sid(services: Services, leg: LegRow, call_sid: str) -> None:
    """What Twilio calls this leg, once."""
    await _move(services, leg, (PhoneLeg.call_sid.is_(None),), call_sid=call_sid)


async def answered(services: Services, leg: LegRow, call_sid: str | None) -> bool:
    """The leg is on line: true for the call that made it so, asked again too; false once it ended."""
    changes: dict[str, Any] = {"state": LegState.ON_LINE, "answered_at": services.clock.now()}
    conditions = [PhoneLeg.state == LegState.RINGING]
    if call_sid is not None:
        changes["call_sid"] = call_sid
    if await _move(services, leg, conditions, **changes):
        return True
    there = await find_leg(services, leg.id)
    return there is not None and there.state is LegState.ON_LINE and there.call_sid == call_sid


async def answered_by_text(services: Services, leg: LegRow) -> bool:
    """On line without a telephone; false for a leg that has one."""
    there = (PhoneLeg.state == LegState.RINGING, PhoneLeg.dialled_at.is_(None), PhoneLeg.call_sid.is_(None))
    return await _move(services, leg, there, state=LegState.ON_LINE, answered_at=services.clock.now())


async def joined(services: Services, leg: LegRow) -> bool:
    """The leg is in the conference."""
    there = (PhoneLeg.state == LegState.ON_LINE, PhoneLeg.joined_at.is_(None))
    return await _move(services, leg, there, joined_at=services.clock.now())


async def take_dialling(services: Services, leg: LegRow) -> bool:
    """True for the one process that is to dial this leg."""
    there = (PhoneLeg.state == LegState.RINGING, PhoneLeg.dialled_at.is_(None))
    return await _move(services, leg, there, dialled_at=services.clock.now())


async def end(services: Services, leg: LegRow, cause: LegCause, *, only: LegState | None = None) -> bool:
    """The leg is over: true for whoever ended it. `only`: unless it has left this state meanwhile."""
    states = (only,) if only else LIVE_STATES
    changes = {"state": LegState.ENDED, "cause": cause, "ended_at": services.clock.now()}
    return await _move(services, leg, (PhoneLeg.state.in_(states),), **changes)


async def become(services: Services, leg: LegRow, kind: LegKind) -> None:
    await _move(services, leg, (PhoneLeg.state.in_(LIVE_STATES),), kind=kind)


async def _move(services: Services, leg: LegRow, conditions: Sequence[ColumnElement[bool]], **changes: object) -> bool:
    async with services.sessions.write() as session:
        changed = await session.change(update(PhoneLeg).where(PhoneLeg.id == leg.id, *conditions).values(**changes))
        if changed:
            _announce(session, leg.contact_id)
    return changed == 1


def _announce(session: WriteSession, contact_id: str) -> None:
    session.announce(f"contact:{contact_id}", CALL_EVENT, contact_id)
    session.announce(QUEUE_TOPIC, CALL_EVENT, contact_id)


def _opened(row: PhoneLeg, label: str = "") -> LegRow:
    return LegRow(
        id=row.id,
        contact_id=row.contact_id,
        call_sid=row.call_sid,
        kind=row.kind,
        staff_id=row.staff_id,
        label=label,
        state=row.state,
        created_at=row.created_at,
        dialled_at=row.dialled_at,
        answered_at=row.answered_at,
        joined_at=row.joined_at,
        ended_at=row.ended_at,
    )
