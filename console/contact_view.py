"""What an intervenant sees of a contact, and of the contacts that are theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from console.accounts import names_of
from console.highlight import highlight
from console.local_time import day_and_hour, waited
from console.queue_view import callback_of, kinds_of, recall_of
from console.staff_sessions import Staff
from console.words import Words
from triage.handoff.states import OPEN_STATES, HandoffState, Role
from triage.interventions.types import Channel
from triage.record.service import OpenedSignal, SaidTurn
from triage.record.tables import Author
from triage.services import Services
from triage.signals import RiskLevel
from triage.staff_desk import OpenContact, QueueEntry


@dataclass(frozen=True, slots=True)
class TurnView:
    number: int
    author: Author
    who: str
    at: str
    words: Markup


@dataclass(frozen=True, slots=True)
class SignalView:
    level: RiskLevel
    kind: str
    quote: str
    at: str


@dataclass(frozen=True, slots=True)
class ContactView:
    entry: QueueEntry
    stage: str
    kinds: tuple[str, ...]
    signals: tuple[SignalView, ...]
    turns: tuple[TurnView, ...]
    arrived: str
    since: str
    waited: str
    left_at: str
    recall: str
    is_mine: bool
    is_open: bool
    may_take: bool
    may_dispose: bool
    may_write: bool

    @property
    def at_risk(self) -> bool:
        return self.entry.level.at_least(RiskLevel.RISK)


@dataclass(frozen=True, slots=True)
class Tab:
    """One contact of mine; `last_heard` is the number of the person's last turn."""

    entry: QueueEntry
    last_heard: int
    since: str
    waited: str


async def contact_view(services: Services, staff: Staff, contact_id: str, words: Words) -> ContactView:
    """Read the contact, which leaves its audit line. Raises NotYours, UnknownContact."""
    read = await services.desk.read(staff.actor, contact_id)
    now = services.clock.now()
    async with services.sessions.read() as session:
        names = await names_of(session, {turn.staff_id for turn in read.turns if turn.staff_id})
    entry = read.entry
    is_mine = entry.owner_id == staff.id and entry.state is HandoffState.CLAIMED
    is_open = entry.state in OPEN_STATES
    return ContactView(
        entry=entry,
        stage=read.stage.value,
        kinds=kinds_of(entry.signals, words),
        signals=tuple(_signal(signal, words, now) for signal in entry.signals),
        turns=tuple(_turn(turn, read, staff, names, words, now) for turn in read.turns),
        arrived=day_and_hour(entry.opened_at, now),
        since=entry.opened_at.isoformat(),
        waited=waited(now - entry.opened_at),
        left_at=day_and_hour(entry.person_left_at, now) if entry.person_left_at else "",
        recall=callback_of(entry, words, now) or recall_of(entry, words),
        is_mine=is_mine,
        is_open=is_open,
        may_take=is_open and entry.owner_id is None,
        may_dispose=is_mine or (entry.state is HandoffState.LEFT and staff.role is Role.GARDE_CLINIQUE),
        may_write=is_mine and (entry.channel is Channel.CHAT or services.settings.demo),
    )


async def tabs_of(services: Services, staff: Staff) -> tuple[Tab, ...]:
    """The contacts that are mine, oldest first."""
    entries = await services.desk.mine(staff.actor)
    now = services.clock.now()
    tabs = []
    async with services.sessions.read() as session:
        for entry in entries:
            contact = await services.record.contact(session, entry.contact_id)
            since, wait = entry.opened_at.isoformat(), waited(now - entry.opened_at)
            tabs.append(Tab(entry, contact.last_person_turn, since, wait))
    return tuple(tabs)


def _signal(read: OpenedSignal, words: Words, now: datetime) -> SignalView:
    signal = read.signal
    return SignalView(signal.level, words.kinds[signal.kind.value], signal.quote, day_and_hour(read.at, now))


def _turn(
    turn: SaidTurn, read: OpenContact, staff: Staff, names: dict[str, str], words: Words, now: datetime
) -> TurnView:
    quoted = [found.signal for found in read.entry.signals if found.turn_number == turn.number]
    text = turn.text if turn.text.strip() else words.say("contact", "turn_empty")
    return TurnView(
        number=turn.number,
        author=turn.author,
        who=_who(turn, staff, names, words),
        at=day_and_hour(turn.at, now),
        words=highlight(text, quoted),
    )


def _who(turn: SaidTurn, staff: Staff, names: dict[str, str], words: Words) -> str:
    if turn.author is not Author.INTERVENANT:
        return words.say("authors", turn.author.value)
    if turn.staff_id == staff.id:
        return words.say("contact", "you")
    return names.get(turn.staff_id or "", words.say("contact", "unknown_colleague"))
