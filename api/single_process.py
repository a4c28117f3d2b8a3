"""On SQLite exactly one API process may run: live events stay inside it. A lock file says so."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from foundation.settings import UnsafeConfiguration


@contextmanager
def only_one_on_sqlite(database_url: str) -> Iterator[None]:
    """Hold the lock while the process lives. Raises UnsafeConfiguration when another holds it."""
    url = make_url(database_url)
    if not url.drivername.startswith("sqlite") or not url.database:
        yield
        return
    path = Path(url.database + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UnsafeConfiguration(
                ["Une autre API utilise déjà cette base SQLite : arrêtez-la, ou passez à PostgreSQL."]
            ) from error
        yield
