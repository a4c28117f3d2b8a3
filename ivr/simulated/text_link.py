"""The two simulated ends of a conversation, linked by text: the console writes, the caller hears, and back."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress

from ivr.simulated.executing import ExecutingPhone
from triage.record.tables import Author
from triage.services import Services
from triage.turn import IncomingTurn

POLL_SECONDS = 2.0


class TextLink:
    """A conference is named by its contact: that is all it needs to find the words."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._listeners: dict[str, asyncio.Task[None]] = {}

    async def caller_joined(self, name: str, phone: ExecutingPhone) -> None:
        await self.caller_left(name)
        self._listeners[name] = asyncio.create_task(self._listen(name, phone))

    async def caller_said(self, name: str, text: str) -> None:
        """The bot is silent in a conversation; the words are stored, the gate reads on, the console shows them."""
        await self.services.conversation.handle_turn(IncomingTurn(name, f"talk:{uuid.uuid4().hex}", text))

    async def caller_left(self, name: str) -> None:
        task = self._listeners.pop(name, None)
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen(self, name: str, phone: ExecutingPhone) -> None:
        """A lost event delays a sentence, and never loses it: the turns are read again every two seconds."""
        last = 0
        async with self.services.events.subscribe(f"contact:{name}") as subscription:
            while True:
                async with self.services.sessions.read() as session:
                    contact = await self.services.record.contact(session, name)
                    turns = await self.services.record.turns(session, contact, after=last)
                for turn in turns:
                    last = turn.number
                    if turn.author is Author.INTERVENANT:
                        phone.hears_the_console(turn.text)
                await subscription.next(POLL_SECONDS)
