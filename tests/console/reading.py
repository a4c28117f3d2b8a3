"""What the tests read back of the queue and of the audit."""

from __future__ import annotations

import json

import httpx
from sqlalchemy import select

from triage.handoff.tables import Handoff
from triage.record.tables import AuditLine
from triage.services import Services


async def actions_of(services: Services, staff_id: str) -> list[tuple[str, str]]:
    async with services.sessions.read() as session:
        lines = (await session.execute(select(AuditLine).where(AuditLine.actor_id == staff_id))).scalars()
        return [(line.action, line.subject) for line in lines]


async def handoff_row(services: Services, handoff_id: str) -> Handoff:
    async with services.sessions.read() as session:
        row = await session.get(Handoff, handoff_id)
        assert row is not None
        return row


def said(answer: httpx.Response) -> str:
    return str(json.loads(answer.headers["HX-Trigger"])["relais:said"])
