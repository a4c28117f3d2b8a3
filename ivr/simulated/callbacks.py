"""What Twilio tells besides the documents: the life of a leg and of a conference, to the addresses that were given.

They may come late, twice, or in another order: a test asks for it with `times` and `hold_back`.
Source: https://www.twilio.com/docs/voice/api/call-resource#statuscallback
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate

from ivr.simulated.webhooks import SignedRequests

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Callback:
    url: str
    fields: Mapping[str, str]


class StatusCallbacks:
    """Posted one after the other, in the loop of the service. `posted` keeps what was sent, in that order."""

    def __init__(self, requests: SignedRequests) -> None:
        self.requests = requests
        self.times = 1
        self.posted: list[Callback] = []
        self._loop = asyncio.get_running_loop()
        self._waiting: list[Callback] = []
        self._held: list[Callback] | None = None
        self._sender: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        return not self._waiting and (self._sender is None or self._sender.done())

    def post(self, url: str, fields: Mapping[str, str]) -> None:
        """From any thread: returns at once."""
        callback = Callback(url, dict(fields) | {"Timestamp": formatdate(usegmt=True)})
        self._loop.call_soon_threadsafe(self._add, callback)

    def hold_back(self) -> None:
        """From now on nothing leaves, until `release`."""
        self._held = []

    def release(self, *, backwards: bool = False) -> None:
        """What was held back leaves, the last first when asked; later ones leave at once again."""
        held, self._held = self._held or [], None
        for callback in reversed(held) if backwards else held:
            self._add(callback)

    async def close(self) -> None:
        self._waiting.clear()
        if self._sender is not None and not self._sender.done():
            self._sender.cancel()
            await asyncio.wait({self._sender})

    def _add(self, callback: Callback) -> None:
        if self._held is not None:
            self._held.append(callback)
            return
        self._waiting += [callback] * self.times
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            callback = self._waiting[0]
            status = await self.requests.tell(callback.url, callback.fields)
            if status is None or status >= 300:
                log.warning("simulated phone: a status callback was not taken (%s)", status)
            self.posted.append(callback)
            if self._waiting:
                del self._waiting[0]
