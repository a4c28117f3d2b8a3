"""The whole flow of a turn, for both doors, on one page.

    said -> risk gate -> T1: turn, signals, handoff when the gate hit -> commit, then speak
                      -> route -> T2: the answer, or a handoff -> commit, then speak

Two short write transactions, with none open during a network call or a model pass. `handle_turn`
alone opens handoffs. Once a person has the contact, the bot is silent for good; the gate reads on.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace

from sqlalchemy.exc import IntegrityError

from foundation.clock import Clock
from foundation.sessions import Contention, Sessions, WriteSession
from triage.directory.resources import Directory
from triage.handoff import service as queue
from triage.handoff.states import HandoffReason, HandoffState
from triage.handoff.tables import Handoff
from triage.interventions.texts import Texts
from triage.interventions.types import Channel, InterventionType, Language, Line
from triage.nlu_route.ahead import RouteAhead
from triage.nlu_route.route import RouteDecision, Router, RouteUnavailable
from triage.record.service import ContactRecord
from triage.record.tables import Author, Contact, Holder, Turn
from triage.replies.build import Replies
from triage.risk_gate.gate import RiskGate
from triage.signals import Question, Reading, RiskKind, Signal
from triage.turn import HandoffView, IncomingTurn, Outcome, Said

log = logging.getLogger(__name__)

ATTEMPTS = 5
MISUNDERSTOOD_LIMIT = 2

REASONS = {
    Said.ASKED_PERSON: HandoffReason.ASKED,
    Said.SILENCE: HandoffReason.SILENCE,
    Said.UNREADABLE: HandoffReason.UNREADABLE,
    Said.MISUNDERSTOOD: HandoffReason.MISUNDERSTOOD,
    Said.ENTERED: HandoffReason.LINE,
    Said.FAULT: HandoffReason.FAULT,
}


class Conversation:
    """The flow, with the steps it drives."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        record: ContactRecord,
        gate: RiskGate,
        router: Router,
        replies: Replies,
        directory: Directory,
        texts: Texts,
        clock: Clock,
    ) -> None:
        self.sessions = sessions
        self.record = record
        self.gate = gate
        self.router = router
        self.replies = replies
        self.directory = directory
        self.texts = texts
        self.clock = clock

    async def begin(
        self, line: Line, channel: Channel, language: Language = Language.FRENCH, caller_number: str | None = None
    ) -> str:
        """A person arrives: the id of their contact."""
        async with self.sessions.write() as session:
            contact = await self.record.open_contact(
                session,
                line=line,
                channel=channel,
                language=language,
                now=self.clock.now(),
                caller_number=caller_number,
            )
            return contact.id

    async def handle_turn(self, turn: IncomingTurn) -> Outcome:
        """One thing said, from the door to what must be answered. Raises UnknownContact."""
        route = RouteAhead(lambda: self._route(turn.text))
        try:
            reading = await self._read(turn, route)
            outcome = await self._receive(turn, reading)
            if outcome.handoff is not None or outcome.repeated or turn.said is not Said.TEXT:
                return outcome
            return await self._answer(turn, outcome, await route.decision())
        finally:
            route.drop()

    async def _route(self, text: str) -> RouteDecision | None:
        """Step 2. None when the language engine is down, late or odd: a person is reached."""
        try:
            return await self.router.parse(text)
        except RouteUnavailable:
            return None
        except Exception as error:
            log.error("route failed (%s)", type(error).__name__)
            return None

    async def _read(self, turn: IncomingTurn, route: RouteAhead) -> Reading:
        """Step 1: the gate, on the raw text and the question it answers, with the last words before it.

        The route begins as soon as the gate's frames found nothing, while its learnt part reads.
        """
        signals = turn.signals
        known = turn.question is Question.OPEN and self.texts.is_known_request(turn.text)
        if turn.said in (Said.TEXT, Said.UNREADABLE) and turn.text and not known:
            async with self.sessions.read() as session:
                contact = await self.record.contact(session, turn.contact_id)
                earlier = await self.record.last_words(session, contact, before=contact.last_turn + 1)
            bot_answers = contact.holder is Holder.BOT and turn.said is Said.TEXT
            answered_ahead = bot_answers and not self._asks_for_person(turn.text, contact)
            frames_clear = route.begin if answered_ahead else lambda: None
            read = await self.gate.read_within(turn.text, turn.question, earlier, frames_clear=frames_clear)
            # A text that nobody could decode may well be unreadable for the gate too: that alone is no risk.
            kept = read.signals if turn.said is Said.TEXT else without_faults(read.signals)
            signals += kept
        return Reading(signals)

    async def _receive(self, turn: IncomingTurn, reading: Reading) -> Outcome:
        """T1, tried again when another writer came between: the person's words are never dropped."""
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._receive_once(turn, reading)
            except (Contention, IntegrityError):
                continue
        return await self._receive_once(turn, reading)

    async def _receive_once(self, turn: IncomingTurn, reading: Reading) -> Outcome:
        now = self.clock.now()
        async with self.sessions.write() as session:
            contact = await self.record.contact(session, turn.contact_id, lock=True)
            client_id = turn.client_id
            before = await self.record.turn_of_client(session, contact.id, client_id)
            if before is not None and self.record.says(contact, before, turn.text):
                return await self._stored_answer(session, contact, before, reading)
            if before is not None:
                # Other words under an id already used are other words: nothing said is ever dropped.
                client_id = other_id(turn)
                again = await self.record.turn_of_client(session, contact.id, client_id)
                if again is not None:
                    return await self._stored_answer(session, contact, again, reading)
            said = await self.record.add_turn(
                session,
                contact,
                author=Author.PERSON,
                text=turn.text,
                now=now,
                client_id=client_id,
                question=turn.question.value,
            )
            await self.record.keep_reading(session, contact, said.number, reading, now)
            outcome = Outcome(contact.id, said.number, reading=reading, type=contact.type)
            handoff = await queue.open_of_contact(session, contact.id)
            if handoff is not None:
                await self._raise_waiting(session, contact, handoff)
                return replace(outcome, handoff=view_of(handoff, reading))
            reason = self._reason_now(turn, contact, reading)
            if reason is None:
                return outcome
            contact.unreadable_seen = contact.unreadable_seen or reason is HandoffReason.UNREADABLE
            return await self._hand_over(session, contact, outcome, reason)

    def _reason_now(self, turn: IncomingTurn, contact: Contact, reading: Reading) -> HandoffReason | None:
        """Why this turn needs a person before any routing, or None."""
        if contact.holder is not Holder.BOT:  # it was a person's, and nobody has it any more
            return HandoffReason.RETURNED
        if reading.is_fault and len(reading.signals) == 1:
            return HandoffReason.FAULT
        if reading.is_risk:
            return HandoffReason.LINE if turn.said is Said.ENTERED else HandoffReason.RISK
        if turn.said is Said.UNREADABLE and contact.unreadable_seen:
            return None
        if turn.said is Said.TEXT and self._asks_for_person(turn.text, contact):
            return HandoffReason.ASKED
        return REASONS.get(turn.said)

    def _asks_for_person(self, text: str, contact: Contact) -> bool:
        """Known words for it, or a plain yes after an answer, since each one offers a person.

        A partner who writes wants a colleague, not a bot.
        """
        if contact.line is Line.PARTENAIRES or self.texts.asks_for_person(text):
            return True
        return contact.person_offered and self.texts.is_yes(text)

    async def _raise_waiting(self, session: WriteSession, contact: Contact, handoff: Handoff) -> None:
        """The gate reads on while the person waits and talks: it may only raise."""
        now = self.clock.now()
        if handoff.person_left_at is not None:
            await queue.come_back(session, handoff, now)
        await queue.raise_level(session, handoff, contact.level, now)

    async def _answer(self, turn: IncomingTurn, outcome: Outcome, decision: RouteDecision | None) -> Outcome:
        """T2: the bot answers only if the contact is still the bot's and nothing newer was said.

        A person, though, is reached even when something newer was said.
        """
        async with self.sessions.write() as session:
            contact = await self.record.contact(session, turn.contact_id, lock=True)
            stored = await self.record.answer_to(session, contact, outcome.turn_number)
            if decision is not None and decision.signal is not None and not stored:
                outcome = await self._second_opinion(session, contact, outcome, decision.signal)
            if decision is not None:
                self.record.keep_territory(contact, decision.particulars.place)
            if stored or contact.holder is not Holder.BOT:
                return await self._with_current_handoff(session, outcome, [said.text for said in stored])
            if decision is None:
                return await self._hand_over(session, contact, outcome, HandoffReason.FAULT)
            outcome = replace(outcome, type=decision.type, confidence=decision.confidence)
            newest = contact.last_person_turn == outcome.turn_number
            if newest or decision.understood:
                self.record.note_route(contact, decision.type, misunderstood=not decision.understood)
            reason = self._reason_after_route(contact, decision)
            if reason is not None:
                return await self._hand_over(session, contact, outcome, reason)
            if not newest:
                return outcome
            contact.person_offered = True  # every answer leaves the door of a person open
            text = self._reply_text(contact, decision)
            await self._bot_says(session, contact, outcome.turn_number, text)
            return replace(outcome, replies=(text,), offers_person=True)

    async def _with_current_handoff(self, session: WriteSession, outcome: Outcome, said: list[str]) -> Outcome:
        """Somebody else answered this turn meanwhile, or a person has the contact: nothing new is said."""
        handoff = await queue.open_of_contact(session, outcome.contact_id)
        current = view_of(handoff, outcome.reading) if handoff else None
        return replace(outcome, replies=tuple(said), handoff=current, repeated=bool(said))

    async def _second_opinion(
        self, session: WriteSession, contact: Contact, outcome: Outcome, signal: Signal
    ) -> Outcome:
        """The language engine saw a danger that the gate had not: it is kept as any other signal."""
        found = Reading((signal,))
        await self.record.keep_reading(session, contact, outcome.turn_number, found, self.clock.now())
        handoff = await queue.open_of_contact(session, contact.id)
        if handoff is not None:
            await queue.raise_level(session, handoff, contact.level, self.clock.now())
        return replace(outcome, reading=Reading((*outcome.reading.signals, signal)))

    def _reason_after_route(self, contact: Contact, decision: RouteDecision) -> HandoffReason | None:
        if decision.signal is not None:
            return HandoffReason.RISK
        if decision.asks_for_person:
            return HandoffReason.ASKED
        if decision.type is InterventionType.CRISE:
            return HandoffReason.CRISE
        if not decision.understood and contact.misunderstood >= MISUNDERSTOOD_LIMIT:
            return HandoffReason.MISUNDERSTOOD
        if decision.understood and not self.replies.has(decision.subtopic):
            return HandoffReason.FAULT
        return None

    def _reply_text(self, contact: Contact, decision: RouteDecision) -> str:
        """Step 3a: the text and up to three resources, never generated."""
        if not decision.understood:
            return self.texts.say("not_understood", contact.channel)
        ids = self.replies.resource_ids(decision.subtopic)
        resources = self.directory.offered(ids, contact.territory)
        return self.replies.build(decision.subtopic, resources, contact.channel)

    async def _hand_over(
        self, session: WriteSession, contact: Contact, outcome: Outcome, reason: HandoffReason
    ) -> Outcome:
        """Step 3b: the handoff and the one sentence that announces it, in one transaction."""
        handoff = await queue.open_handoff(
            session,
            contact_id=contact.id,
            line=contact.line,
            channel=contact.channel,
            level=contact.level,
            reason=reason,
            now=self.clock.now(),
        )
        await self.record.hand_to_person(session, contact)
        sentence = self.texts.at_handoff(outcome.reading.signals, reason.value, contact.line, contact.channel)
        await self._bot_says(session, contact, outcome.turn_number, sentence)
        return replace(outcome, replies=(sentence,), handoff=view_of(handoff, outcome.reading))

    async def _bot_says(self, session: WriteSession, contact: Contact, answers: int, text: str) -> None:
        await self.record.add_turn(
            session, contact, author=Author.BOT, text=text, now=self.clock.now(), answers=answers
        )

    async def _stored_answer(self, session: WriteSession, contact: Contact, before: Turn, reading: Reading) -> Outcome:
        """The same message again: the stored answer. Not yet answered and still the bot's: answer it now."""
        stored = await self.record.answer_to(session, contact, before.number)
        handoff = await queue.open_of_contact(session, contact.id)
        unanswered = not stored and contact.holder is Holder.BOT
        return Outcome(
            contact.id,
            before.number,
            reading=reading,
            replies=tuple(turn.text for turn in stored),
            handoff=view_of(handoff, reading) if handoff else None,
            type=contact.type,
            repeated=not unanswered,
        )


def without_faults(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
    return tuple(signal for signal in signals if signal.kind is not RiskKind.FAULT)


def other_id(turn: IncomingTurn) -> str:
    """An id for words that came under an id already used; the same words give the same one again."""
    words = hashlib.sha256(f"{turn.client_id}\n{turn.text}".encode("utf-8", "surrogatepass"))
    return f"other-{words.hexdigest()[:40]}"


def view_of(handoff: Handoff, reading: Reading) -> HandoffView:
    kinds = tuple(dict.fromkeys(signal.kind for signal in reading.signals))
    return HandoffView(handoff.id, HandoffState(handoff.state), handoff.reason, handoff.level, kinds)
