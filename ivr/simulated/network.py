"""What Twilio keeps: calls, queues, conferences. Shared by the simulated phones and by the REST side."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ivr.simulated.conferences import Conferences
from ivr.simulated.heard import EndedByRest, Moved

if TYPE_CHECKING:
    from ivr.simulated.dialling import Dialling
    from ivr.simulated.executing import ExecutingPhone
    from ivr.simulated.softphone import SimulatedSoftphone, SoftphoneCall


class CallStatus(StrEnum):
    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


ENDED = frozenset(CallStatus) - {CallStatus.QUEUED, CallStatus.RINGING, CallStatus.IN_PROGRESS}


class OutsidePhone(StrEnum):
    """What happens when a number is dialled."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    MAILBOX = "mailbox"  # answers, and presses nothing
    PRESSES_ONE = "presses_one"  # at the first keys that are asked for
    ANSWERS = "answers"  # and then does what it is told to do
    RINGS = "rings"  # until it is told to pick up, or the call is given up


# What the page may choose; the others need the hand of whoever holds the phone.
CHOICES = (OutsidePhone.NO_ANSWER, OutsidePhone.BUSY, OutsidePhone.MAILBOX, OutsidePhone.PRESSES_ONE)


class UnknownCall(KeyError):
    """No call bears this id."""


@dataclass(slots=True)
class NetworkCall:
    """One leg; `parent` is the call for which it was dialled.

    `moved` and `ended` are called, from any thread, with what the REST side does to it.
    """

    sid: str
    caller_number: str
    called_number: str
    moved: Callable[[str], None] = lambda document: None
    ended: Callable[[], None] = lambda: None
    status: CallStatus = CallStatus.RINGING
    parent: str | None = None
    direction: str = "inbound"
    phone: ExecutingPhone | None = None

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def other_end(self) -> str:
        """The number or the client that is not ours."""
        return self.caller_number if self.direction == "inbound" else self.called_number

    def move(self, moved: Moved) -> None:
        if self.phone is not None:
            self.phone.happens(moved)
        else:
            self.moved(moved.document)

    def end(self) -> None:
        if self.phone is not None:
            self.phone.happens(EndedByRest())
        else:
            self.ended()


@dataclass(slots=True)
class _State:
    calls: dict[str, NetworkCall] = field(default_factory=dict)
    queues: dict[str, list[str]] = field(default_factory=dict)


class SimulatedNetwork:
    """Thread-safe: the REST client asks from threads while the phones run in the event loop.

    `outside` says who answers a number or a `client:`, `others_outside` the other numbers; `queue_failures`, the
    QueueResult of a queue that refuses whoever comes (« queue-full », « system-error »). `dialling` is there once
    the network serves a service.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._state = _State()
        self.conferences = Conferences(self._post)
        self.outside: dict[str, OutsidePhone] = {}
        self.others_outside = OutsidePhone.NO_ANSWER
        self.queue_failures: dict[str, str] = {}
        self.dialled: list[str] = []
        self.time_passes: Callable[[float], object] = lambda seconds: None
        self.dialling: Dialling | None = None

    def new_sid(self) -> str:
        return "CA" + uuid.uuid4().hex

    def add(self, call: NetworkCall) -> None:
        with self._lock:
            self._state.calls[call.sid] = call

    def call(self, sid: str) -> NetworkCall:
        """Raises UnknownCall."""
        with self._lock:
            found = self._state.calls.get(sid)
        if found is None:
            raise UnknownCall(sid)
        return found

    def calls(self, status: str | None = None, parent: str | None = None, to: str | None = None) -> list[NetworkCall]:
        """The calls of a status, those that were dialled for another one, those of a number."""
        with self._lock:
            return [
                call
                for call in self._state.calls.values()
                if status in (None, call.status.value)
                and parent in (None, call.parent)
                and to in (None, call.called_number)
            ]

    def set_status(self, sid: str, status: CallStatus) -> None:
        """An ended call leaves its queue and its conference."""
        with self._lock:
            self.call(sid).status = status
            if status in ENDED:
                for members in self._state.queues.values():
                    if sid in members:
                        members.remove(sid)
        if status in ENDED:
            self.conferences.drop(sid)

    def forget(self, sid: str) -> None:
        with self._lock:
            self._state.calls.pop(sid, None)

    def enter_queue(self, name: str, sid: str) -> None:
        with self._lock:
            self._state.queues.setdefault(name, []).append(sid)

    def leave_queue(self, name: str, sid: str) -> None:
        with self._lock:
            members = self._state.queues.get(name, [])
            if sid in members:
                members.remove(sid)

    def queue_members(self, name: str) -> list[str]:
        with self._lock:
            return list(self._state.queues.get(name, []))

    def queue_names(self) -> list[str]:
        with self._lock:
            return list(self._state.queues)

    def dial(self, number: str) -> OutsidePhone:
        with self._lock:
            self.dialled.append(number)
        other = OutsidePhone.NO_ANSWER if number.startswith("client:") else self.others_outside
        return self.outside.get(number, other)

    def softphone(self, identity: str) -> SimulatedSoftphone:
        """The softphone of this identity, registered from now on."""
        return self.dials().softphone(identity)

    async def softphone_connect(self, identity: str, params: Mapping[str, str]) -> SoftphoneCall:
        """The softphone calls the service, and hears what comes back."""
        return await self.softphone(identity).connect(params)

    def leg_to(self, number: str) -> ExecutingPhone:
        """The last phone that was dialled at this number. Raises UnknownCall."""
        found = [call.phone for call in self.calls(to=number) if call.phone and call.direction != "inbound"]
        if not found:
            raise UnknownCall(number)
        return found[-1]

    async def settled(self) -> None:
        """Wait until every phone listens or is over, and everything that Twilio has to tell is told."""
        await self.dials().settled()

    def dials(self) -> Dialling:
        """Raises RuntimeError while the network serves no service."""
        if self.dialling is None:
            raise RuntimeError("serve a service first: ivr.simulated.dialling.serve")
        return self.dialling

    def _post(self, url: str, fields: Mapping[str, str]) -> None:
        if self.dialling is not None:
            self.dialling.callbacks.post(url, fields)
