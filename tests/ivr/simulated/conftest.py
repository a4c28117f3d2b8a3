"""The scripted service of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.ivr.simulated.scripted_service import ScriptedService, scripted_service


@pytest.fixture
async def service() -> AsyncIterator[ScriptedService]:
    async with scripted_service() as service:
        yield service
