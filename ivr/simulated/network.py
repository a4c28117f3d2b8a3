"""What Twilio keeps: calls, queues, conferences. Shared by the simulated phones and by the REST side."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class CallStatus(StrEnum):
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class OutsidePhone(StrEnum):
    """What happens when an outside number is dialled."""

    NO_ANSWER = "no_answer"
    MAILBOX = "mailbox"  # answers, and presses nothing
    PRESSES_ONE = "presses_one"


class UnknownCall(KeyError):
    """No call bears this id."""


@dataclass(slots=True)
class NetworkCall:
    """One leg; `parent` is the call for which it was dialled.

    `moved` is called, from any thread, with the document that the REST side gives it.
    """

    sid: str
    caller_number: str
    called_number: str
    moved: Callable[[str], None]
    ended: Callable[[], None]
    status: CallStatus = CallStatus.RINGING
    parent: str | None = None


@dataclass(slots=True)
class _State:
    calls: dict[str, NetworkCall] = field(default_factory=dict)
    queues: dict[str, list[str]] = field(default_factory=dict)
    conferences: dict[str, list[str]] = field(default_factory=dict)


class SimulatedNetwork:
    """Thread-safe: the REST client asks from threads while the phones run in the event loop."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._state = _State()
        self.outside: dict[str, OutsidePhone] = {}
        self.dialled: list[str] = []

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

    def calls(self, status: str | None = None, parent: str | None = None) -> list[NetworkCall]:
        """The calls of a status, or those that were dialled for another one."""
        with self._lock:
            return [
                call
                for call in self._state.calls.values()
                if status in (None, call.status.value) and parent in (None, call.parent)
            ]

    def set_status(self, sid: str, status: CallStatus) -> None:
        """An ended call leaves its queue and its conference."""
        with self._lock:
            self.call(sid).status = status
            if status is CallStatus.COMPLETED:
                for members in (*self._state.queues.values(), *self._state.conferences.values()):
                    if sid in members:
                        members.remove(sid)

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

    def enter_conference(self, name: str, sid: str) -> None:
        with self._lock:
            self._state.conferences.setdefault(name, []).append(sid)

    def leave_conference(self, name: str, sid: str) -> None:
        with self._lock:
            members = self._state.conferences.get(name, [])
            if sid in members:
                members.remove(sid)

    def dial(self, number: str) -> OutsidePhone:
        with self._lock:
            self.dialled.append(number)
        return self.outside.get(number, OutsidePhone.NO_ANSWER)
