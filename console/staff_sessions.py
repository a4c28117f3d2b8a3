"""Who is signed in. The browser holds a random token; the database holds only its hash.

A session ends after twelve hours without an act of the person. What the page does by itself (signs of
life, polling, the stream) keeps nobody signed in: a console left open would be offered contacts for ever.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from console.accounts import is_of_demo
from console.tables import StaffSession, StaffUser
from foundation.sessions import ReadSession, WriteSession
from triage.handoff.service import Actor
from triage.handoff.states import PresenceState, Role

IDLE_LIFE = timedelta(hours=12)
RENEW_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody signed in."""

    id: str
    name: str
    role: Role
    csrf: str
    session_id: str
    pausing: bool
    seen_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.role)

    @property
    def presence(self) -> PresenceState:
        return PresenceState.PAUSED if self.pausing else PresenceState.AVAILABLE


def id_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def begin(session: WriteSession, staff_id: str, now: datetime) -> str:
    """A new session: its token, to be given to the browser and kept nowhere else."""
    await session.execute(delete(StaffSession).where(StaffSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            id=id_of(token),
            staff_id=staff_id,
            csrf=secrets.token_urlsafe(32),
            pausing=False,
            created_at=now,
            seen_at=now,
            expires_at=now + IDLE_LIFE,
        )
    )
    return token


async def find(session: ReadSession, token: str, now: datetime, *, demo: bool) -> Staff | None:
    return await find_by_id(session, id_of(token), now, demo=demo)


async def find_by_id(session: ReadSession, session_id: str, now: datetime, *, demo: bool) -> Staff | None:
    """Whose session it is, or None when it is unknown, over, of a closed account, or, outside demo mode, of
    an account of the demonstration."""
    found = (
        select(StaffSession, StaffUser)
        .join(StaffUser, StaffUser.id == StaffSession.staff_id)
        .where(StaffSession.id == session_id, StaffSession.expires_at > now, StaffUser.active.is_(True))
    )
    row = (await session.execute(found)).one_or_none()
    if row is None:
        return None
    kept, user = row
    if is_of_demo(user.login) and not demo:
        return None
    return Staff(user.id, user.name, user.role, kept.csrf, kept.id, kept.pausing, kept.seen_at)


async def renew(session: WriteSession, session_id: str, now: datetime) -> None:
    kept = update(StaffSession).where(StaffSession.id == session_id)
    await session.execute(kept.values(seen_at=now, expires_at=now + IDLE_LIFE))


async def set_pausing(session: WriteSession, session_id: str, pausing: bool) -> None:
    await session.execute(update(StaffSession).where(StaffSession.id == session_id).values(pausing=pausing))


async def end(session: WriteSession, session_id: str) -> None:
    await session.execute(delete(StaffSession).where(StaffSession.id == session_id))
