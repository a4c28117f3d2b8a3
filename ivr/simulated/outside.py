"""A phone that is dialled: for a caller by `<Dial><Number>`, or by the REST side as a call of its own."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass

from ivr.simulated.documents import CallDocuments, CalledBackDocuments
from ivr.simulated.executing import ExecutingPhone
from ivr.simulated.handset import CallMoved, CallOver
from ivr.simulated.heard import HeardKind, Key, LegOutcome, OutsideEnds, PicksUp, Silence, Speech
from ivr.simulated.network import CallStatus, OutsidePhone, SimulatedNetwork
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.webhooks import SignedRequests

PERSON = "/ivr/person"
LEG_EVENTS = ("initiated", "ringing", "answered", "completed")
DEFAULT_EVENTS = frozenset({"completed"})
BY_ITSELF = frozenset({OutsidePhone.MAILBOX, OutsidePhone.PRESSES_ONE})


@dataclass(frozen=True, slots=True)
class CallOrder:
    """What `calls.create` is given. `url` or `document`; `events` of the leg that are told to `callback_url`."""

    to: str
    caller_number: str
    url: str = ""
    method: str = "POST"
    document: str = ""
    timeout_seconds: float = 60.0
    callback_url: str = ""
    events: frozenset[str] = DEFAULT_EVENTS


class RingingPhone(ExecutingPhone):
    """It rings, and is answered or not, as the network says of its number."""

    place = DocumentPlace.LEG
    moved_place = DocumentPlace.LEG_MOVED

    def __init__(
        self,
        network: SimulatedNetwork,
        requests: SignedRequests,
        number: str,
        documents: CallDocuments | None = None,
        *,
        pace: float | None = None,
        time_passes: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        super().__init__(network, requests, documents, pace=pace, time_passes=time_passes)
        self.behaviour = network.dial(number)
        self._has_pressed = False

    def gathers(self, verb: ElementTree.Element) -> None:
        """A mailbox presses nothing; who presses one does it once, and then waits like anybody in a queue."""
        if self.behaviour not in BY_ITSELF:
            return
        if self.behaviour is OutsidePhone.PRESSES_ONE and not self._has_pressed:
            self._has_pressed = True
            self.does(Key("1"))
        elif self.pace is None and self.queue is None:
            self.does(Silence())

    def seconds_of_gather(self, seconds: float) -> float | None:
        return seconds if self.behaviour in BY_ITSELF or self.queue is not None else None

    async def ring(self, seconds: float) -> CallStatus:
        """Until somebody picks up (in progress), or nobody does. Raises CallOver when it is given up."""
        match self.behaviour:
            case OutsidePhone.BUSY:
                return CallStatus.BUSY
            case OutsidePhone.FAILED:
                return CallStatus.FAILED
            case OutsidePhone.NO_ANSWER if self.pace is None:
                self.network.time_passes(seconds)
                return CallStatus.NO_ANSWER
            case OutsidePhone.NO_ANSWER | OutsidePhone.RINGS:
                return await self._ring_by_hand(seconds)
        return CallStatus.IN_PROGRESS

    async def _ring_by_hand(self, seconds: float) -> CallStatus:
        while True:
            match await self.next_happening(seconds):
                case PicksUp():
                    return CallStatus.IN_PROGRESS
                case Silence():
                    return CallStatus.NO_ANSWER


class DialledPhone(RingingPhone):
    """Dialled for a caller; with `screen_url`, whoever answers hears that document before being put through."""

    place = DocumentPlace.SCREEN
    moved_place = DocumentPlace.SCREEN

    def __init__(self, parent: ExecutingPhone, number: str, screen_url: str, timeout_seconds: float) -> None:
        super().__init__(parent.network, parent.requests, number, parent.documents, pace=parent.pace)
        self.parent = parent
        self.screen_url = screen_url
        self.timeout_seconds = timeout_seconds

    async def live(self) -> None:
        outcome = CallStatus.NO_ANSWER
        try:
            outcome = await self.ring(self.timeout_seconds)
            if outcome is CallStatus.IN_PROGRESS:
                self.network.set_status(self.sid, outcome)
                if self.screen_url:
                    await self.run(await self.document("POST", self.screen_url))
                await self._talk()
                outcome = CallStatus.COMPLETED
        except (CallOver, CallMoved):
            outcome = CallStatus.COMPLETED if self.status is CallStatus.IN_PROGRESS else CallStatus.CANCELED
        self.network.set_status(self.sid, outcome)
        # After a conversation it is the end of it; before, it says that nobody was put through.
        screened_out = CallStatus.NO_ANSWER if outcome is CallStatus.COMPLETED else outcome
        self.parent.arrives(OutsideEnds() if self.is_put_through else LegOutcome(screened_out.value))

    @property
    def is_put_through(self) -> bool:
        return self.conference == self.parent.sid

    async def _talk(self) -> None:
        self.conference = self.parent.sid
        self.parent.arrives(LegOutcome(CallStatus.IN_PROGRESS.value))
        while True:
            happening = await self.next_happening()
            if isinstance(happening, OutsideEnds):
                return
            if isinstance(happening, Speech):
                self.parent.hear(HeardKind.OTHER, happening.text)


class CreatedPhone(RingingPhone):
    """A call that the REST side makes: its events are told, and its documents are a leg's own."""

    def __init__(
        self,
        network: SimulatedNetwork,
        requests: SignedRequests,
        order: CallOrder,
        sid: str,
        pace: float | None,
        time_passes: Callable[[float], object],
    ) -> None:
        called_back = CalledBackDocuments(requests, self.warn) if order.url.split("?")[0].endswith(PERSON) else None
        super().__init__(network, requests, order.to, called_back, pace=pace, time_passes=time_passes)
        self.sid = sid
        self.order = order
        self._told = 0

    async def live(self) -> None:
        self._tell("initiated")
        outcome = CallStatus.CANCELED
        try:
            # A request through the REST side may come before the first ring.
            await asyncio.sleep(0)
            if self.behaviour is not OutsidePhone.FAILED:
                self.network.set_status(self.sid, CallStatus.RINGING)
                self._tell("ringing")
            outcome = await self.ring(self.order.timeout_seconds)
            if outcome is CallStatus.IN_PROGRESS:
                self.network.set_status(self.sid, outcome)
                self._tell("answered")
                outcome = CallStatus.COMPLETED
                await self._execute()
        except CallOver as over:
            self.ended_by_line = over.by_line
        except CallMoved:
            self.ended_by_line = True
        self.network.set_status(self.sid, outcome)
        self.hear(HeardKind.END)
        self._tell("completed")

    async def _execute(self) -> None:
        if self.order.document:
            await self.run(self.documents.given(self.order.document, self.moved_place))
        else:
            await self.run(await self.document(self.order.method, self.order.url))

    def _tell(self, event: str) -> None:
        if not self.order.callback_url or event not in self.order.events:
            return
        about = {"SequenceNumber": str(self._told), "CallbackSource": "call-progress-events"}
        self._told += 1
        status = "initiated" if event == "initiated" else self.status.value
        fields = self.fields(**about) | {"CallStatus": status}
        self.network.dials().callbacks.post(self.order.callback_url, fields)
