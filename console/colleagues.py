"""Who else of the staff is on line, by name: whom an intervenant may ask into a call."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from console.access import TALKING_ROLES
from console.accounts import names_of
from foundation.sessions import ReadSession
from triage.handoff.states import PresenceState, Role
from triage.handoff.tables import Presence


@dataclass(frozen=True, slots=True)
class Colleague:
    staff_id: str
    name: str
    role: Role
    pausing: bool


async def colleagues_on_line(session: ReadSession, now: datetime, without: Collection[str]) -> tuple[Colleague, ...]:
    """Those whose console is open, by name; a garde clinique comes first, and whoever pauses comes last."""
    found = select(Presence).where(Presence.lease_until > now, Presence.role.in_(TALKING_ROLES))
    present = [row for row in (await session.execute(found)).scalars() if row.staff_id not in without]
    names = await names_of(session, {row.staff_id for row in present})
    colleagues = [
        Colleague(row.staff_id, names[row.staff_id], row.role, row.state is PresenceState.PAUSED)
        for row in present
        if row.staff_id in names
    ]
    return tuple(sorted(colleagues, key=_order))


def _order(colleague: Colleague) -> tuple[bool, bool, str]:
    return colleague.pausing, colleague.role is not Role.GARDE_CLINIQUE, colleague.name.casefold()
