"""A mark of what the desk shows: a page polls it cheaply and fetches, with an audit line, only what changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console.staff_sessions import Staff
from foundation.sessions import ReadSession
from triage.handoff import queue
from triage.handoff.service import NotYours
from triage.record.service import ContactRecord
from triage.services import Services


@dataclass(frozen=True, slots=True)
class DeskState:
    """`queue` is the mark of the queue, `contacts` that of each contact that is mine."""

    queue: str
    contacts: dict[str, str]


async def desk_state(session: ReadSession, record: ContactRecord, staff_id: str, now: datetime) -> DeskState:
    waiting = await queue.waiting(session, now)
    mark = "|".join(f"{handoff.id}:{handoff.version}" for handoff in waiting)
    contacts = {}
    for handoff in await queue.owned_by(session, staff_id):
        contact = await record.contact(session, handoff.contact_id)
        contacts[contact.id] = f"{handoff.version}:{contact.last_turn}"
    return DeskState(hashlib.sha256(mark.encode()).hexdigest(), contacts)


async def calls_state(services: Services, staff: Staff, mine: Iterable[str]) -> dict[str, str]:
    """The mark of each call that is mine, or into which a colleague asks me."""
    marks = {}
    for contact_id in sorted({*mine, *await services.voice_desk.contacts_beside(staff.id)}):
        try:
            view = await services.voice_desk.call_view(staff.actor, contact_id)
        except NotYours:
            continue
        legs = "|".join(f"{leg.id}:{leg.state.value}:{leg.kind.value}" for leg in view.legs)
        caller = (view.caller_on_line, view.caller_in_conference, view.held, view.mute, view.awaiting_key)
        marks[contact_id] = hashlib.sha256(f"{caller}{legs}".encode()).hexdigest()
    return marks
