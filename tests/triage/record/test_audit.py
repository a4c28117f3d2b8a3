"""The audit is chained: a line changed or taken out shows."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from triage.record import audit
from triage.record.tables import AuditLine
from triage.services import Services


@pytest.fixture
async def sealed(services_on_both: Services) -> Services:
    for number in range(5):
        async with services_on_both.sessions.write() as session:
            now = services_on_both.clock.now()
            audit.note(session, actor_id="anne", action="contact_read", subject=f"contact:{number}", now=now)
        async with services_on_both.sessions.write() as session:
            await audit.seal_new_lines(session)
    return services_on_both


async def broken(services: Services) -> int | None:
    async with services.sessions.read() as session:
        return await audit.first_broken_line(session)


async def test_an_untouched_chain_is_whole(sealed: Services) -> None:
    assert await broken(sealed) is None


async def test_a_changed_line_shows(sealed: Services) -> None:
    async with sealed.sessions.write() as session:
        await session.execute(update(AuditLine).where(AuditLine.subject == "contact:2").values(actor_id="ben"))
    assert await broken(sealed) == 3


async def test_a_line_taken_out_shows(sealed: Services) -> None:
    async with sealed.sessions.write() as session:
        await session.execute(delete(AuditLine).where(AuditLine.subject == "contact:2"))
    assert await broken(sealed) == 4
