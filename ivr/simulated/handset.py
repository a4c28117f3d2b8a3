"""The handset: what a person does with a telephone, and what reaches their ear."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ivr.simulated.heard import (
    EndedByRest,
    HangUp,
    Happening,
    Heard,
    HeardKind,
    Key,
    Moved,
    OutsideEnds,
    Silence,
    Speech,
)

PATIENCE_SECONDS = 30.0


class CallOver(Exception):
    """The call ends: `by_line` when the caller did not hang up."""

    def __init__(self, by_line: bool) -> None:
        super().__init__(by_line)
        self.by_line = by_line


class CallMoved(Exception):
    """The REST side gives the call another document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.document = document


class Handset:
    """`press`, `speak`, `stay_silent`, `hang_up` return when the phone listens again; `heard` grows meanwhile.

    With a `pace`, a wait of the queue ends by itself after its seconds times the pace; without, never.
    """

    def __init__(self, pace: float | None) -> None:
        self.pace = pace
        self.heard: list[Heard] = []
        self.changed = asyncio.Event()
        self._happenings: asyncio.Queue[Happening] = asyncio.Queue()
        self._listening = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def over(self) -> bool:
        return self._task is not None and self._task.done()

    def words(self) -> list[str]:
        """The sentences heard, in order."""
        return [heard.text for heard in self.heard if heard.kind is HeardKind.VOICE]

    async def press(self, key: str) -> None:
        await self._happen(Key(key))

    async def speak(self, text: str) -> None:
        await self._happen(Speech(text))

    async def stay_silent(self) -> None:
        await self._happen(Silence())

    async def outside_ends(self) -> None:
        await self._happen(OutsideEnds())

    async def hang_up(self) -> None:
        await self._happen(HangUp())

    async def settle(self) -> None:
        """Wait until the phone listens again, or the call is over."""
        if self._task is None:
            raise RuntimeError("dial first")
        listening = asyncio.create_task(self._listening.wait())
        done, _ = await asyncio.wait({listening, self._task}, timeout=PATIENCE_SECONDS, return_when="FIRST_COMPLETED")
        listening.cancel()
        if not done:
            raise TimeoutError("the simulated phone neither listens nor ended")
        if self._task in done:
            self._task.result()

    def does(self, happening: Happening) -> None:
        """The same as `press` and the others, without waiting for what follows."""
        match happening:
            case Key():
                self.hear(HeardKind.SELF, happening.key)
            case Speech():
                self.hear(HeardKind.SELF, happening.text)
        self.arrives(happening)

    def hear(self, kind: HeardKind, text: str = "") -> None:
        self.heard.append(Heard(kind, text))
        self.changed.set()

    async def close(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def arrives(self, happening: Happening) -> None:
        self._listening.clear()
        self._happenings.put_nowait(happening)

    async def _happen(self, happening: Happening) -> None:
        if not self.over:
            self.does(happening)
            await self.settle()

    async def _next(self, seconds: float | None = None) -> Happening:
        """What happens next. Raises CallOver, CallMoved. With a pace, silence comes by itself after `seconds`."""
        if self._happenings.empty():
            self._listening.set()
        limit = None if seconds is None or self.pace is None else seconds * self.pace
        try:
            happening = await asyncio.wait_for(self._happenings.get(), limit)
        except TimeoutError:
            happening = Silence()
        self._listening.clear()
        match happening:
            case HangUp():
                raise CallOver(by_line=False)
            case EndedByRest():
                raise CallOver(by_line=True)
            case Moved():
                raise CallMoved(happening.document)
        return happening

    def _raise_if_gone(self) -> None:
        """While it rings, a hang-up or a move counts at once; keys and words are lost, as on a real line."""
        while not self._happenings.empty():
            happening = self._happenings.get_nowait()
            match happening:
                case HangUp():
                    raise CallOver(by_line=False)
                case EndedByRest():
                    raise CallOver(by_line=True)
                case Moved():
                    raise CallMoved(happening.document)
