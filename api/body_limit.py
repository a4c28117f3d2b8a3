"""No body is read without a bound: past it the answer is 413, with the outside numbers, and reading stops.

The chat reads its own bodies, bounded, since a message too large from a visitor must still reach a person.
"""

from __future__ import annotations

import contextlib
import json

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import NUMBERS_SENTENCE, OUTSIDE_NUMBERS

LARGEST_BYTES = 1024 * 1024
READS_ITS_OWN = "/chat/"


class TooLarge(Exception):
    """The body passed its bound."""


class BodyLimit:
    def __init__(self, app: ASGIApp, largest: int = LARGEST_BYTES) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(READS_ITS_OWN):
            await self.app(scope, receive, send)
            return
        read = 0
        answered = False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.largest:
                raise TooLarge
            return message

        async def answer(message: Message) -> None:
            nonlocal answered
            if read <= self.largest or answered:
                answered = True
                await send(message)

        # The application may turn TooLarge into an answer of its own: that one is held back.
        with contextlib.suppress(TooLarge):
            await self.app(scope, bounded, answer)
        if read > self.largest and not answered:
            await refuse(send)


async def refuse(send: Send) -> None:
    body = json.dumps({"error": NUMBERS_SENTENCE, "numbers": OUTSIDE_NUMBERS}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
