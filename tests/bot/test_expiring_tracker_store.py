"""The conversation store forgets by age and by number."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.components.expiring_tracker_store import ExpiringTrackerStore


class Hand:
    """A clock moved by the test, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def store(hand: Hand) -> ExpiringTrackerStore:
    return ExpiringTrackerStore(Domain.empty(), lifetime_seconds=60, capacity=2, monotonic=hand)


def conversation(sender: str) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(sender, [UserUttered("bonjour")])


async def test_conversation_is_remembered_within_its_lifetime(store: ExpiringTrackerStore, hand: Hand) -> None:
    await store.save(conversation("un"))
    hand.seconds = 60
    assert await store.retrieve("un") is not None
    assert await store.retrieve_full_tracker("un") is not None


async def test_conversation_is_forgotten_after_its_lifetime(store: ExpiringTrackerStore, hand: Hand) -> None:
    await store.save(conversation("un"))
    hand.seconds = 61
    assert await store.retrieve("un") is None
    assert await store.retrieve_full_tracker("un") is None
    assert list(await store.keys()) == []
    assert store.store == {}


async def test_turn_restarts_the_lifetime(store: ExpiringTrackerStore, hand: Hand) -> None:
    await store.save(conversation("un"))
    hand.seconds = 50
    await store.save(conversation("un"))
    hand.seconds = 100
    assert await store.retrieve("un") is not None


async def test_least_recently_used_go_first(store: ExpiringTrackerStore) -> None:
    await store.save(conversation("un"))
    await store.save(conversation("deux"))
    await store.save(conversation("un"))
    await store.save(conversation("trois"))
    assert set(await store.keys()) == {"un", "trois"}
