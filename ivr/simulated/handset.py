"""The handset: what a person does with a telephone, and what reaches their ear."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from ivr.simulated.heard import (
    SURE,
    EndedByRest,
    HangUp,
    Happening,
    Heard,
    HeardKind,
    Key,
    Moved,
    OutsideEnds,
    PicksUp,
    Silence,
    Speech,
    TakenFromQueue,
)

PATIENCE_SECONDS = 30.0
SPOKEN = frozenset({HeardKind.VOICE, HeardKind.INTERVENANT, HeardKind.OTHER})


class CallOver(Exception):
    """The call ends: `by_line` when this phone did not hang up."""

    def __init__(self, by_line: bool) -> None:
        super().__init__(by_line)
        self.by_line = by_line


class CallMoved(Exception):
    """The REST side gives the call another document."""

    def __init__(self, moved: Moved) -> None:
        super().__init__()
        self.moved = moved


class TakenOut(Exception):
    """Somebody dialled the queue in which this phone waits."""


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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._key_to_come: tuple[str, str] | None = None

    @property
    def over(self) -> bool:
        return self._task is not None and self._task.done()

    @property
    def at_rest(self) -> bool:
        """True when nothing more comes until something happens to this phone."""
        return self.over or self._task is None or self._listening.is_set()

    def words(self) -> list[str]:
        """The sentences heard, in order: the line's, and those of the others in the conversation."""
        return [heard.text for heard in self.heard if heard.kind in SPOKEN]

    async def press(self, key: str) -> None:
        await self._happen(Key(key))

    async def press_all(self, keys: str) -> None:
        """One key after the other."""
        for key in keys:
            await self.press(key)

    def will_press(self, key: str, during: str) -> None:
        """Press while a sentence that holds these words is being said: where keys are gathered, it stops there."""
        self._key_to_come = (key, during)

    async def speak(self, text: str, confidence: float | None = SURE) -> None:
        await self._happen(Speech(text, confidence))

    async def stay_silent(self) -> None:
        await self._happen(Silence())

    async def pick_up(self) -> None:
        await self._happen(PicksUp())

    async def outside_ends(self) -> None:
        await self._happen(OutsideEnds())

    async def taken_from_queue(self) -> None:
        """Somebody dials the queue in which this caller waits; `outside_ends` ends that conversation."""
        await self._happen(TakenFromQueue())

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

    def hear(self, kind: HeardKind, text: str = "", *, cut: bool = False) -> None:
        self.heard.append(Heard(kind, text, cut))
        self.changed.set()

    async def close(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def arrives(self, happening: Happening) -> None:
        self._listening.clear()
        self._happenings.put_nowait(happening)

    def happens(self, happening: Happening) -> None:
        """The same, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.arrives, happening)

    def notices(self) -> None:
        """Something to look at changed. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.changed.set)

    def come_alive(self, life: Coroutine[Any, Any, None]) -> None:
        """In the loop in which the phone lives from now on."""
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(life)

    async def _happen(self, happening: Happening) -> None:
        if not self.over:
            self.does(happening)
            await self.settle()

    def key_pressed_during(self, text: str) -> str | None:
        """The key that was to be pressed during this sentence."""
        if self._key_to_come is None or self._key_to_come[1] not in text:
            return None
        key, self._key_to_come = self._key_to_come[0], None
        self.hear(HeardKind.SELF, key)
        return key

    async def next_happening(self, seconds: float | None = None, *, listens: bool = True) -> Happening:
        """What happens next. With a pace, silence comes by itself after `seconds`.

        `listens` is false while the phone waits for something else than the person who holds it.
        Raises CallOver, CallMoved, TakenOut.
        """
        if listens and self._happenings.empty():
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
                raise CallMoved(happening)
            case TakenFromQueue():
                raise TakenOut
        return happening
