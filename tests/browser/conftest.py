"""One running API a test, on a fresh database, with the real Rasa beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.processes import Running, api


@pytest.fixture
def door(sqlite_url: str, tmp_path: Path, rasa_server: Running) -> Iterator[Running]:
    with api(sqlite_url, rasa_server.url, tmp_path / "api.log", tmp_path) as process:
        yield process
