"""The database of the settings, for the time of a command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from foundation.database import create_engine
from foundation.live_events import LiveEvents
from foundation.sessions import Sessions
from foundation.settings import Settings


@asynccontextmanager
async def open_sessions(settings: Settings) -> AsyncIterator[Sessions]:
    engine = create_engine(settings.database_url)
    try:
        yield Sessions(engine, LiveEvents())
    finally:
        await engine.dispose()
