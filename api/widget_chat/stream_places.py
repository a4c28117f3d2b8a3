"""A few streams a visitor at once: a newer one takes the place of the oldest, which is told to end."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager

PLACES = 4


class StreamPlaces:
    """The open streams of one process."""

    def __init__(self) -> None:
        self._open: dict[str, deque[asyncio.Event]] = defaultdict(deque)

    @contextmanager
    def take(self, token_hash: str) -> Iterator[asyncio.Event]:
        """A place; the event is set when the stream must give it up."""
        mine = asyncio.Event()
        places = self._open[token_hash]
        if len(places) >= PLACES:
            places.popleft().set()
        places.append(mine)
        try:
            yield mine
        finally:
            if mine in places:
                places.remove(mine)
            if not places:
                self._open.pop(token_hash, None)
