"""The state of a handoff is what its events say: `fold` is that reading, compared with the row by a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from triage.handoff.states import HandoffEventKind, HandoffState, QueueClass
from triage.handoff.tables import HandoffEvent
from triage.signals import RiskLevel


@dataclass(frozen=True, slots=True)
class Folded:
    state: HandoffState
    owner_id: str | None
    queue_class: QueueClass
    level: RiskLevel
    version: int
    callback_due_at: datetime | None = None
    callback_attempts: int = 0


def fold(events: Sequence[HandoffEvent]) -> Folded:
    """Read the events of one handoff, oldest first. Raises ValueError when they do not begin with `opened`."""
    if not events or events[0].kind is not HandoffEventKind.OPENED:
        raise ValueError("a handoff begins with its opening")
    first = events[0].detail
    folded = Folded(HandoffState.WAITING, None, QueueClass(first["class"]), RiskLevel(first["level"]), 1)
    for event in events[1:]:
        folded = _after(folded, event)
    return folded


def _after(before: Folded, event: HandoffEvent) -> Folded:
    now = replace(before, version=event.version)
    match event.kind:
        case HandoffEventKind.RAISED:
            state = HandoffState(event.detail.get("to", before.state))
            level, queue_class = RiskLevel(event.detail["level"]), QueueClass(event.detail["class"])
            return replace(now, state=state, level=level, queue_class=queue_class)
        case HandoffEventKind.CLAIMED:
            return replace(now, state=HandoffState.CLAIMED, owner_id=event.actor_id)
        case HandoffEventKind.RELEASED | HandoffEventKind.LEFT:
            state = HandoffState(event.detail["to"])
            return replace(now, state=state, owner_id=before.owner_id if state is HandoffState.CLAIMED else None)
        case HandoffEventKind.TRANSFERRED:
            return replace(now, state=HandoffState.CLAIMED, owner_id=event.detail["to"])
        case HandoffEventKind.CALLBACK_SET:
            due_at = datetime.fromisoformat(event.detail["due_at"])
            return replace(now, state=HandoffState.CALLBACK, callback_due_at=due_at, callback_attempts=0)
        case HandoffEventKind.ATTEMPTED:
            return _after_attempt(now, event)
        case HandoffEventKind.CLOSED:
            return replace(now, state=HandoffState.CLOSED, owner_id=event.actor_id)
        case HandoffEventKind.ABANDONED:
            return replace(now, state=HandoffState.ABANDONED, owner_id=None)
        case _:
            return now


def _after_attempt(now: Folded, event: HandoffEvent) -> Folded:
    tried = replace(now, callback_attempts=now.callback_attempts + 1)
    if event.detail["to"] != HandoffState.CALLBACK:
        return tried
    due_at = datetime.fromisoformat(event.detail["due_at"])
    return replace(tried, state=HandoffState.CALLBACK, owner_id=None, callback_due_at=due_at)
