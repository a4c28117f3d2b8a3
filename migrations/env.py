"""Run the migrations on the database of the settings, or on the one that the caller names."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy.engine import Connection

from api.widget_chat import tables as _chat  # noqa: F401
from console import tables as _console  # noqa: F401
from foundation.database import Base, EnumText, UtcDateTime, create_engine
from foundation.settings import load_settings
from ivr import tables as _ivr  # noqa: F401
from triage.handoff import tables as _handoff  # noqa: F401
from triage.record import tables as _record  # noqa: F401


def render_plain_type(kind: str, item: object, _context: object) -> str | bool:
    """A migration names plain column types: it must still run when our own types have changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EnumText):
        return "sa.String(32)"
    return False


def run_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_plain_type,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url") or load_settings().database_url
    engine = create_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(run_on)
        await connection.commit()
    await engine.dispose()


asyncio.run(run())
