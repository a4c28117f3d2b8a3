"""What an intervenant does with a contact: take it, read it, talk, give it back, close it.

Each act is one transaction, opened and committed here; every read of a record leaves an audit line.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from foundation.clock import Clock
from foundation.sessions import Contention, ReadSession, Sessions
from triage.handoff import presence, queue, service
from triage.handoff.service import Actor, NotYours
from triage.handoff.states import HandoffReason, HandoffState, PresenceState, QueueClass, Role
from triage.handoff.tables import Handoff
from triage.interventions.types import Channel, InterventionType, Language, Line, Stage
from triage.record import audit
from triage.record.service import ContactRecord, OpenedSignal, SaidTurn
from triage.record.tables import Author
from triage.signals import RiskLevel
from triage.voice_port import VoicePort, VoiceUnavailable

__all__ = ["OpenContact", "QueueEntry", "StaffDesk", "VoicePort", "VoiceUnavailable", "may_read"]

log = logging.getLogger(__name__)

QUEUE_READ = "queue_read"
ATTEMPTS = 5
READ_AFTER_CLOSING = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """One line of the queue, as the console shows it. `signals` carry the person's own words; `steps` are the
    rungs of the ladder already taken in this round."""

    handoff_id: str
    contact_id: str
    line: Line
    channel: Channel
    state: HandoffState
    queue_class: QueueClass
    level: RiskLevel
    reason: HandoffReason
    waiting_since: datetime
    opened_at: datetime
    type: InterventionType | None
    language: Language
    signals: tuple[OpenedSignal, ...]
    offered_to: str | None
    owner_id: str | None
    person_left_at: datetime | None
    recall_possible: bool | None
    recall_safe: bool | None
    callback_due_at: datetime | None
    callback_attempts: int
    version: int
    steps: frozenset[str]


@dataclass(frozen=True, slots=True)
class OpenContact:
    """A contact as its intervenant reads it."""

    entry: QueueEntry
    stage: Stage
    turns: tuple[SaidTurn, ...]


def may_read(handoff: Handoff, actor: Actor, now: datetime) -> bool:
    """A garde clinique always; its owner while it is open, and for a day after, to finish their notes."""
    if actor.role is Role.GARDE_CLINIQUE:
        return True
    ended = handoff.closed_at is not None and now - handoff.closed_at > READ_AFTER_CLOSING
    return handoff.owner_id == actor.id and not ended


class StaffDesk:
    def __init__(self, sessions: Sessions, record: ContactRecord, clock: Clock, voice: VoicePort) -> None:
        self.sessions = sessions
        self.record = record
        self.clock = clock
        self.voice = voice

    async def be_present(self, actor: Actor, state: PresenceState) -> None:
        """A sign of life of the console: renews the lease. Sent every few seconds by an open page."""
        async with self.sessions.write() as session:
            await presence.renew(session, actor, state, self.clock.now())

    async def be_gone(self, actor: Actor) -> None:
        """The intervenant signed out: all their contacts go back to the queue at once, calls too."""
        now = self.clock.now()
        async with self.sessions.write() as session:
            calls = [h for h in await queue.owned_by(session, actor.id) if h.channel is Channel.PHONE]
            for handoff in calls:
                await service.release(session, handoff, actor_id=actor.id, cause="signed_out", now=now)
            await presence.end(session, actor.id, now)
        for handoff in calls:
            await self._caller_waits_again(handoff, actor)

    async def waiting(self, actor: Actor, *, with_quotes: bool = True) -> list[QueueEntry]:
        """The queue in its order. A reader of the quotes leaves one audit line a handoff and version."""
        now = self.clock.now()
        async with self.sessions.read() as session:
            entries = [await self._entry(session, handoff) for handoff in await queue.waiting(session, now)]
            if not with_quotes:
                return [replace(entry, signals=()) for entry in entries]
            subjects = [f"handoff:{entry.handoff_id}:{entry.version}" for entry in entries if entry.signals]
            unread = await audit.not_yet_noted(session, actor.id, QUEUE_READ, subjects)
        if unread:
            async with self.sessions.write() as session:
                for subject in unread:
                    audit.note(session, actor_id=actor.id, action=QUEUE_READ, subject=subject, now=now)
        return entries

    async def mine(self, actor: Actor) -> list[QueueEntry]:
        """The contacts that this intervenant has open."""
        async with self.sessions.read() as session:
            return [await self._entry(session, handoff) for handoff in await queue.owned_by(session, actor.id)]

    async def claim(self, actor: Actor, handoff_id: str) -> str:
        """Take a person: the contact's id. Raises AlreadyTaken, VoiceUnavailable (then given back)."""
        now = self.clock.now()
        async with self.sessions.write() as session:
            await presence.renew(session, actor, await presence.chosen_state(session, actor.id), now)
            handoff = await service.claim(session, handoff_id, actor, now)
            audit.note(session, actor_id=actor.id, action="claimed", subject=f"handoff:{handoff.id}", now=now)
            contact_id, on_line = handoff.contact_id, handoff.person_left_at is None
        if handoff.channel is Channel.PHONE and on_line:
            try:
                await self.voice.bring_together(contact_id, actor.id)
            except Exception as error:
                await self.give_back(handoff_id, cause="voice_unavailable", claimed_by=actor.id)
                raise VoiceUnavailable(type(error).__name__) from error
        return contact_id

    async def give_back(self, handoff_id: str, cause: str, *, claimed_by: str | None = None) -> None:
        """Back to the head of the class, for a cause that is the machine's.

        Nothing happens when nobody has it any more, or when somebody else than `claimed_by` has it.
        """
        for attempt in range(ATTEMPTS):
            try:
                async with self.sessions.write() as session:
                    handoff = await service.get(session, handoff_id, lock=True)
                    theirs = claimed_by is None or handoff.owner_id == claimed_by
                    if handoff.state is HandoffState.CLAIMED and theirs:
                        await service.release(
                            session, handoff, actor_id=service.MACHINE, cause=cause, now=self.clock.now()
                        )
                return
            except Contention:
                if attempt == ATTEMPTS - 1:
                    raise

    async def read(self, actor: Actor, contact_id: str) -> OpenContact:
        """The whole contact, for its owner, a garde clinique, or a colleague asked into the call. Raises NotYours."""
        now = self.clock.now()
        invited = await self.voice.is_invited(contact_id, actor.id)
        async with self.sessions.write() as session:
            contact = await self.record.contact(session, contact_id)
            handoff = await service.last_of_contact(session, contact_id)
            if handoff is None or not (invited or may_read(handoff, actor, now)):
                raise NotYours(contact_id)
            audit.note(session, actor_id=actor.id, action="contact_read", subject=f"contact:{contact_id}", now=now)
            turns = await self.record.turns(session, contact)
            entry = await self._entry(session, handoff)
            return OpenContact(entry, contact.stage, tuple(turns))

    async def say(self, actor: Actor, contact_id: str, client_id: str, text: str) -> int:
        """The intervenant's words: the turn's number; sent again, the same one. Raises NotYours."""
        async with self.sessions.write() as session:
            contact = await self.record.contact(session, contact_id, lock=True)
            handoff = await service.open_of_contact(session, contact_id, lock=True)
            if handoff is None:
                raise NotYours(contact_id)
            service.require_owner(handoff, actor)
            own_id = f"{actor.id}:{client_id}"
            before = await self.record.turn_of_client(session, contact_id, own_id)
            if before is not None:
                return before.number
            said = await self.record.add_turn(
                session,
                contact,
                author=Author.INTERVENANT,
                text=text,
                now=self.clock.now(),
                client_id=own_id,
                staff_id=actor.id,
            )
            return said.number

    async def release(self, actor: Actor, handoff_id: str) -> None:
        """Let go of a contact: back to the head of its class. Raises NotYours."""
        async with self.sessions.write() as session:
            handoff = await service.get(session, handoff_id)
            service.require_owner(handoff, actor)
            await service.release(session, handoff, actor_id=actor.id, cause="let_go", now=self.clock.now())
        await self._caller_waits_again(handoff, actor)

    async def _caller_waits_again(self, handoff: Handoff, leaver: Actor) -> None:
        """A released caller leaves the conversation for the queue, and the others are let go; if the telephone
        fails now, its reconciler does it. Whoever has taken them meanwhile is being rung, and goes on being."""
        if handoff.channel is Channel.PHONE and handoff.person_left_at is None:
            try:
                await self.voice.back_to_queue(handoff.contact_id)
            except VoiceUnavailable as error:
                log.error("a released caller is not back in the queue yet (%s)", error)
        if handoff.channel is Channel.PHONE:
            await self.voice.end_legs(handoff.contact_id, leaver=leaver.id)

    async def close(self, actor: Actor, handoff_id: str, disposition: str) -> None:
        """End a contact with its disposition. Raises NotYours."""
        now = self.clock.now()
        async with self.sessions.read() as session:
            contact_id = (await service.get(session, handoff_id)).contact_id
        async with self.sessions.write() as session:
            contact = await self.record.contact(session, contact_id, lock=True)
            handoff = await service.get(session, handoff_id)
            await service.close(session, handoff, actor=actor, disposition=disposition, now=now)
            await self.record.close(session, contact, disposition, now)
            audit.note(session, actor_id=actor.id, action="closed", subject=f"handoff:{handoff_id}", now=now)
            on_phone = handoff.channel is Channel.PHONE and handoff.person_left_at is None
        try:
            if on_phone:
                await self.voice.hang_up(contact_id)
        finally:
            if handoff.channel is Channel.PHONE:
                await self.voice.end_legs(contact_id)

    async def _entry(self, session: ReadSession, handoff: Handoff) -> QueueEntry:
        contact = await self.record.contact(session, handoff.contact_id)
        return QueueEntry(
            handoff_id=handoff.id,
            contact_id=handoff.contact_id,
            line=handoff.line,
            channel=handoff.channel,
            state=handoff.state,
            queue_class=handoff.queue_class,
            level=handoff.level,
            reason=handoff.reason,
            waiting_since=handoff.waiting_since,
            opened_at=handoff.opened_at,
            type=contact.type,
            language=contact.language,
            signals=tuple(await self.record.signals(session, contact)),
            offered_to=handoff.offered_to,
            owner_id=handoff.owner_id,
            person_left_at=handoff.person_left_at,
            recall_possible=handoff.recall_possible,
            recall_safe=handoff.recall_safe,
            callback_due_at=handoff.callback_due_at,
            callback_attempts=handoff.callback_attempts,
            version=handoff.version,
            steps=await queue.steps_taken(session, handoff),
        )
