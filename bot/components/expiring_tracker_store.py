"""A conversation store in memory that forgets."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any, Callable, Iterable, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class ExpiringTrackerStore(InMemoryTrackerStore):
    """Keeps a conversation for `lifetime_seconds` after its last turn, and at most `capacity` of them.

    The least recently used go first. Forgetting happens on every read and write, so that a quiet
    service keeps expired text until its next turn, and never longer.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        lifetime_seconds: float = 3600,
        capacity: int = 5000,
        monotonic: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._lifetime_seconds = lifetime_seconds
        self._capacity = capacity
        self._monotonic = monotonic
        self._saved_at: OrderedDict[str, float] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the conversation and restart its lifetime."""
        await super().save(tracker)
        self._saved_at[tracker.sender_id] = self._monotonic()
        self._saved_at.move_to_end(tracker.sender_id)
        self._forget()

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation, or None when it is unknown or has expired."""
        self._forget()
        return await super().retrieve(sender_id)

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """The conversation with its earlier sessions, or None when it is unknown or has expired."""
        self._forget()
        return await super().retrieve_full_tracker(conversation_id)

    async def keys(self) -> Iterable[str]:
        """The conversations still remembered."""
        self._forget()
        return await super().keys()

    def _forget(self) -> None:
        oldest_kept = self._monotonic() - self._lifetime_seconds
        while self._saved_at:
            sender_id, saved_at = next(iter(self._saved_at.items()))
            if saved_at >= oldest_kept and len(self._saved_at) <= self._capacity:
                return
            del self._saved_at[sender_id]
            self.store.pop(sender_id, None)
