"""What a member of the staff sees of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console.local_time import hour, waited
from console.staff_sessions import Staff
from console.words import Words
from triage.handoff.ladder import FALLBACK, GARDE
from triage.handoff.states import HandoffState, Role
from triage.record.service import OpenedSignal
from triage.staff_desk import QueueEntry

MOST_QUOTES = 3
LONGEST_QUOTE = 160


@dataclass(frozen=True, slots=True)
class QueueRow:
    entry: QueueEntry
    kinds: tuple[str, ...]
    quotes: tuple[str, ...]
    more_quotes: int
    since: str
    waited: str
    left_at: str
    recall: str
    callback: str
    offered: str
    escalated: str

    @property
    def is_risk(self) -> bool:
        return self.entry.queue_class.is_risk


@dataclass(frozen=True, slots=True)
class QueueView:
    """`ringing` counts those who are still there and whom nobody has taken: at risk for everybody, and for a
    garde clinique, whoever has waited up to the rung of the ladder that calls them."""

    rows: tuple[QueueRow, ...]
    ringing: int
    offered_to_me: int
    may_take: bool
    may_read: bool
    shows_words: bool
    now: str


def reads_words(staff: Staff) -> bool:
    """Coordination sees who waits and how gravely, never what they said."""
    return staff.role in (Role.INTERVENANT, Role.GARDE_CLINIQUE)


def queue_view(entries: Sequence[QueueEntry], staff: Staff, words: Words, now: datetime) -> QueueView:
    """The queue as a member of the staff sees it; `entries` carry the words only for those who read them."""
    rows = tuple(_row(entry, staff, words, now) for entry in entries)
    return QueueView(
        rows=rows,
        ringing=sum(_rings(row, staff) for row in rows),
        offered_to_me=sum(entry.offered_to == staff.id for entry in entries),
        may_take=reads_words(staff),
        may_read=staff.role is Role.GARDE_CLINIQUE,
        shows_words=reads_words(staff),
        now=now.isoformat(),
    )


def _rings(row: QueueRow, staff: Staff) -> bool:
    if row.entry.person_left_at is not None:
        return False
    return row.is_risk or (staff.role is Role.GARDE_CLINIQUE and GARDE in row.entry.steps)


def quotes_of(signals: Sequence[OpenedSignal]) -> list[str]:
    """The quoted words, gravest then latest first; one that lies within another is said once."""
    by_gravity = sorted(signals, key=lambda read: (read.signal.level.rank, read.turn_number), reverse=True)
    kept: list[str] = []
    for read in by_gravity:
        quote = read.signal.quote.strip()
        if not quote or any(quote in other for other in kept):
            continue
        kept = [other for other in kept if other not in quote] + [quote]
    return kept


def kinds_of(signals: Sequence[OpenedSignal], words: Words) -> tuple[str, ...]:
    by_gravity = sorted(signals, key=lambda read: -read.signal.level.rank)
    return tuple(dict.fromkeys(words.kinds[read.signal.kind.value] for read in by_gravity))


def recall_of(entry: QueueEntry, words: Words) -> str:
    """Whether somebody who left can be called back, in words; empty for somebody who is there."""
    if entry.person_left_at is None:
        return ""
    if not entry.recall_possible:
        return words.say("queue", "recall_impossible")
    key = {True: "recall_safe", False: "recall_unsafe", None: "recall_possible"}[entry.recall_safe]
    return words.say("queue", key)


def callback_of(entry: QueueEntry, words: Words, now: datetime) -> str:
    """« à rappeler dès maintenant », « prochain essai à 14 h 20, 2 essais faits »; empty for anybody else."""
    if entry.callback_due_at is None or entry.person_left_at is None:
        return ""
    due = words.say("queue", "callback_now")
    if entry.callback_due_at > now:
        due = f"{words.say('queue', 'callback_later')} {hour(entry.callback_due_at)}"
    if not entry.callback_attempts:
        return due
    key = "one_attempt" if entry.callback_attempts == 1 else "more_attempts"
    return f"{due}, {entry.callback_attempts} {words.say('queue', key)}"


def _row(entry: QueueEntry, staff: Staff, words: Words, now: datetime) -> QueueRow:
    quotes = quotes_of(entry.signals)
    offered = ""
    if entry.offered_to is not None and entry.state is HandoffState.WAITING:
        offered = "offered_to_you" if entry.offered_to == staff.id else "offered"
    return QueueRow(
        entry=entry,
        kinds=kinds_of(entry.signals, words),
        quotes=tuple(_shortened(quote) for quote in quotes[:MOST_QUOTES]),
        more_quotes=max(0, len(quotes) - MOST_QUOTES),
        since=entry.opened_at.isoformat(),
        waited=waited(now - entry.opened_at),
        left_at=hour(entry.person_left_at) if entry.person_left_at else "",
        recall=recall_of(entry, words),
        callback=callback_of(entry, words, now),
        offered=offered,
        escalated=next((step for step in (FALLBACK, GARDE) if step in entry.steps), ""),
    )


def _shortened(quote: str) -> str:
    return quote if len(quote) <= LONGEST_QUOTE else quote[: LONGEST_QUOTE - 1].rstrip() + "…"
