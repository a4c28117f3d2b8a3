"""A mark of what the desk shows: a page polls it cheaply and fetches, with an audit line, only what changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from foundation.sessions import ReadSession
from triage.handoff import queue
from triage.record.service import ContactRecord


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
