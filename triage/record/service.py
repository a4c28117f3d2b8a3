"""Write and read the record of a contact. Flushes; never commits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.orm.attributes import set_committed_value

from foundation.crypto import ContactCipher, KeyRing
from foundation.sessions import ReadSession, WriteSession
from triage.interventions.types import Channel, InterventionType, Language, Line, Stage
from triage.record.tables import Author, Contact, Holder, RiskSignal, Turn
from triage.signals import Reading, RiskLevel, Signal


class UnknownContact(Exception):
    """No contact bears this id."""


def new_id() -> str:
    return uuid.uuid4().hex


def storable(text: str) -> str:
    """The text with what no page could show, a lone surrogate, replaced."""
    return text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class SaidTurn:
    """A turn with its text opened."""

    number: int
    author: Author
    text: str
    at: datetime
    client_id: str | None = None
    answers: int | None = None
    staff_id: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedSignal:
    """A stored signal with its quote opened."""

    turn_number: int
    at: datetime
    signal: Signal


class ContactRecord:
    """The record, with the keys to open it."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def open_contact(
        self,
        session: WriteSession,
        *,
        line: Line,
        channel: Channel,
        language: Language,
        now: datetime,
        caller_number: str | None = None,
    ) -> Contact:
        contact_id = new_id()
        contact = Contact(
            id=contact_id,
            line=line,
            channel=channel,
            language=language,
            holder=Holder.BOT,
            level=RiskLevel.NONE,
            stage=Stage.ACCUEIL,
            last_turn=0,
            last_person_turn=0,
            misunderstood=0,
            unreadable_seen=False,
            person_offered=False,
            started_at=now,
            data_key=self._keys.new_wrapped_data_key(contact_id),
        )
        if caller_number:
            keyed = self._keys.hash_number(caller_number)
            contact.caller_hash, contact.caller_hash_generation = keyed.digest, keyed.generation
            contact.caller_number = self.cipher(contact).seal("contact", "caller_number", contact_id, caller_number)
        session.add(contact)
        await session.flush()
        return contact

    def cipher(self, contact: Contact) -> ContactCipher:
        return self._keys.cipher(contact.id, contact.data_key)

    async def contact(self, session: ReadSession, contact_id: str, *, lock: bool = False) -> Contact:
        """The contact, read afresh; `lock` makes other writers of this contact wait. Raises UnknownContact."""
        contact = await session.get(Contact, contact_id, populate_existing=True, with_for_update=lock or None)
        if contact is None:
            raise UnknownContact(contact_id)
        return contact

    async def turn_of_client(self, session: ReadSession, contact_id: str, client_id: str) -> Turn | None:
        found = select(Turn).where(Turn.contact_id == contact_id, Turn.client_id == client_id)
        return (await session.execute(found)).scalar_one_or_none()

    def says(self, contact: Contact, turn: Turn, text: str) -> bool:
        """Whether a stored turn holds these very words."""
        return self._opened(self.cipher(contact), turn).text == storable(text)

    async def add_turn(
        self,
        session: WriteSession,
        contact: Contact,
        *,
        author: Author,
        text: str,
        now: datetime,
        client_id: str | None = None,
        staff_id: str | None = None,
        question: str | None = None,
        answers: int | None = None,
    ) -> Turn:
        """Add one turn; its number is taken by an update that returns it, so two writers never share one."""
        said_by_person = author is Author.PERSON
        taken = (
            update(Contact)
            .where(Contact.id == contact.id)
            .values(
                last_turn=Contact.last_turn + 1,
                last_person_turn=Contact.last_turn + 1 if said_by_person else Contact.last_person_turn,
            )
            .returning(Contact.last_turn, Contact.last_person_turn)
            .execution_options(synchronize_session=False)
        )
        number, last_of_person = (await session.execute(taken)).one()
        set_committed_value(contact, "last_turn", number)
        set_committed_value(contact, "last_person_turn", last_of_person)
        turn_id = new_id()
        turn = Turn(
            id=turn_id,
            contact_id=contact.id,
            number=number,
            author=author,
            staff_id=staff_id,
            client_id=client_id,
            text=self.cipher(contact).seal("turn", "text", turn_id, storable(text)),
            question=question,
            answers=answers,
            at=now,
        )
        session.add(turn)
        await session.flush()
        session.announce(f"contact:{contact.id}", "turn", str(number))
        return turn

    async def keep_reading(
        self, session: WriteSession, contact: Contact, turn_number: int, reading: Reading, now: datetime
    ) -> bool:
        """Store the signals of a turn and raise the contact's level. True when the level rose."""
        cipher = self.cipher(contact)
        for signal in reading.signals:
            signal_id = new_id()
            session.add(
                RiskSignal(
                    id=signal_id,
                    contact_id=contact.id,
                    turn_number=turn_number,
                    kind=signal.kind,
                    level=signal.level,
                    detector=signal.detector,
                    score=signal.score,
                    start=signal.start,
                    end=signal.end,
                    quote=cipher.seal("risk_signal", "quote", signal_id, signal.quote),
                    at=now,
                )
            )
        return await self.raise_level(session, contact, reading.level)

    async def raise_level(self, session: WriteSession, contact: Contact, level: RiskLevel) -> bool:
        """Raise, never lower: the database itself compares, so that a late writer cannot undo a rise."""
        if level is RiskLevel.NONE:
            return False
        stored = case({member: member.rank for member in RiskLevel}, value=Contact.level)
        raised = update(Contact).where(Contact.id == contact.id, stored < level.rank).values(level=level)
        rose = await session.change(raised) == 1
        await session.flush()
        await session.refresh(contact)
        return rose

    async def hand_to_person(self, session: WriteSession, contact: Contact) -> None:
        contact.holder = Holder.PERSON
        await session.flush()

    def note_route(self, contact: Contact, intervention: InterventionType, *, misunderstood: bool) -> None:
        contact.type = intervention
        contact.misunderstood = contact.misunderstood + 1 if misunderstood else 0
        if contact.stage is Stage.ACCUEIL:
            contact.stage = Stage.EVALUATION

    def keep_territory(self, contact: Contact, territory: str | None) -> None:
        """Where the person is, once: a territory that is there is never changed."""
        if territory is not None and contact.territory is None:
            contact.territory = territory

    async def close(self, session: WriteSession, contact: Contact, disposition: str, now: datetime) -> None:
        contact.holder = Holder.CLOSED
        contact.closed_at = now
        contact.disposition = disposition
        contact.stage = Stage.TERMINAISON
        await session.flush()
        session.announce(f"contact:{contact.id}", "closed")

    async def turns(self, session: ReadSession, contact: Contact, after: int = 0) -> list[SaidTurn]:
        """The turns numbered above `after`, in order, opened."""
        found = select(Turn).where(Turn.contact_id == contact.id, Turn.number > after).order_by(Turn.number)
        cipher = self.cipher(contact)
        return [self._opened(cipher, turn) for turn in (await session.execute(found)).scalars()]

    async def answer_to(self, session: ReadSession, contact: Contact, number: int) -> list[SaidTurn]:
        found = select(Turn).where(Turn.contact_id == contact.id, Turn.answers == number).order_by(Turn.number)
        cipher = self.cipher(contact)
        return [self._opened(cipher, turn) for turn in (await session.execute(found)).scalars()]

    async def last_words(self, session: ReadSession, contact: Contact, before: int, count: int = 4) -> Sequence[str]:
        """What the person said last before turn `before`, oldest first: read together with the new text."""
        found = (
            select(Turn)
            .where(Turn.contact_id == contact.id, Turn.author == Author.PERSON, Turn.number < before)
            .order_by(Turn.number.desc())
            .limit(count)
        )
        cipher = self.cipher(contact)
        return [self._opened(cipher, turn).text for turn in reversed(list((await session.execute(found)).scalars()))]

    async def signals(self, session: ReadSession, contact: Contact) -> list[OpenedSignal]:
        found = (
            select(RiskSignal)
            .where(RiskSignal.contact_id == contact.id)
            .order_by(RiskSignal.turn_number, RiskSignal.start)
        )
        cipher = self.cipher(contact)
        return [
            OpenedSignal(
                row.turn_number,
                row.at,
                Signal(
                    kind=row.kind,
                    level=row.level,
                    detector=row.detector,
                    score=row.score,
                    quote=cipher.open("risk_signal", "quote", row.id, row.quote),
                    start=row.start,
                    end=row.end,
                ),
            )
            for row in (await session.execute(found)).scalars()
        ]

    def _opened(self, cipher: ContactCipher, turn: Turn) -> SaidTurn:
        text = cipher.open("turn", "text", turn.id, turn.text)
        return SaidTurn(turn.number, turn.author, text, turn.at, turn.client_id, turn.answers, turn.staff_id)
