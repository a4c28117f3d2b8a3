"""The audit: ids only, one line for every read of a record by staff, chained so that a change shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from foundation.sessions import ReadSession, WriteSession
from triage.record.tables import AuditLine

FIRST_SEAL = b"\x00" * 32
LINES_A_ROUND = 500


def note(session: WriteSession, *, actor_id: str, action: str, subject: str, now: datetime) -> None:
    session.add(AuditLine(at=now, actor_id=actor_id, action=action, subject=subject))


async def not_yet_noted(session: ReadSession, actor_id: str, action: str, subjects: Sequence[str]) -> list[str]:
    """Those of `subjects` for which this reader has left no line yet: a page that refreshes is one reading."""
    found = select(AuditLine.subject).where(
        AuditLine.actor_id == actor_id, AuditLine.action == action, AuditLine.subject.in_(subjects)
    )
    noted = set((await session.execute(found)).scalars())
    return [subject for subject in subjects if subject not in noted]


def seal_of(previous: bytes, number: int, line: AuditLine) -> bytes:
    """SHA-256 over the seal before and the line's own words."""
    words = f"{number}|{line.id}|{line.at.isoformat()}|{line.actor_id}|{line.action}|{line.subject}"
    return hashlib.sha256(previous + words.encode()).digest()


async def seal_new_lines(session: WriteSession) -> int:
    """Chain the lines not yet sealed; returns how many.

    The unsealed lines are locked before the last seal is read, so that two processes do not fork the chain.
    A line whose transaction ends late takes its number late: numbers follow the sealing, not the ids.
    """
    unsealed = (
        select(AuditLine).where(AuditLine.seal.is_(None)).order_by(AuditLine.id).limit(LINES_A_ROUND).with_for_update()
    )
    lines = [line for line in (await session.execute(unsealed)).scalars() if line.seal is None]
    last = select(AuditLine).where(AuditLine.seal.is_not(None)).order_by(AuditLine.seal_number.desc()).limit(1)
    before = (await session.execute(last)).scalar_one_or_none()
    number, previous = (before.seal_number or 0, before.seal or FIRST_SEAL) if before else (0, FIRST_SEAL)
    for line in lines:
        number += 1
        line.seal_number = number
        line.seal = previous = seal_of(previous, number, line)
    return len(lines)


async def first_broken_line(session: ReadSession) -> int | None:
    """The id of the first sealed line that does not follow from the one before, or None."""
    previous = FIRST_SEAL
    sealed = select(AuditLine).where(AuditLine.seal.is_not(None)).order_by(AuditLine.seal_number)
    for expected, line in enumerate((await session.execute(sealed)).scalars(), start=1):
        if line.seal_number != expected or line.seal != seal_of(previous, expected, line):
            return line.id
        previous = line.seal
    return None
