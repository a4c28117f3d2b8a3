"""How many wrong passwords one address may try on one login before it must wait."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from console.tables import FailedSignIn
from foundation.sessions import ReadSession, WriteSession

MOST_FAILURES = 8
WINDOW = timedelta(minutes=5)


def origin_of(login: str, address: str) -> str:
    return hashlib.sha256(f"{login}\n{address}".encode()).hexdigest()


async def must_wait(session: ReadSession, origin: str, now: datetime) -> bool:
    recent = select(func.count()).where(FailedSignIn.origin == origin, FailedSignIn.at > now - WINDOW)
    return (await session.execute(recent)).scalar_one() >= MOST_FAILURES


async def note_failure(session: WriteSession, origin: str, now: datetime) -> None:
    await session.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - WINDOW))
    session.add(FailedSignIn(origin=origin, at=now))


async def forget(session: WriteSession, origin: str) -> None:
    """A right password clears the failures before it."""
    await session.execute(delete(FailedSignIn).where(FailedSignIn.origin == origin))
