"""What the visitor sees of their contact: the turns, and who holds the conversation."""

from __future__ import annotations

from api.widget_chat.schemas import ChatState, StateOut, TurnOut
from api.widget_chat.texts import ChatTexts
from api.widget_chat.visits import Visit, contact_now
from foundation.sessions import ReadSession
from triage.handoff import presence
from triage.handoff import service as queue
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.interventions.types import Channel, Line
from triage.record.service import SaidTurn
from triage.record.tables import Author, Contact, Holder
from triage.services import Services
from triage.signals import RiskLevel

BEFORE_GREETING = -1


class ChatView:
    """Reads a visit for its visitor; each look is one short read transaction."""

    def __init__(self, services: Services, texts: ChatTexts) -> None:
        self.services = services
        self.texts = texts

    async def look(self, visit: Visit, after: int = BEFORE_GREETING) -> tuple[list[TurnOut], StateOut]:
        """The turns numbered above `after`, the greeting being number 0, and the state."""
        turns = [self.greeting()] if after < 0 else []
        async with self.services.sessions.read() as session:
            contact_id = await contact_now(session, visit)
            if contact_id is None:
                return turns, self.bot_state(visit.line)
            contact = await self.services.record.contact(session, contact_id)
            said = await self.services.record.turns(session, contact, after=max(after, 0))
            turns += [_turn_out(turn) for turn in said]
            return turns, await self._state(session, contact)

    def greeting(self) -> TurnOut:
        text = self.services.texts.say("greeting", Channel.CHAT)
        return TurnOut(number=0, author=Author.BOT, text=text, at=self.services.clock.now())

    def bot_state(self, line: Line) -> StateOut:
        return self._outside(ChatState.BOT, line)

    async def _state(self, session: ReadSession, contact: Contact) -> StateOut:
        handoff = await queue.open_of_contact(session, contact.id)
        if handoff is None:
            state = ChatState.BOT if contact.holder is Holder.BOT else ChatState.CLOSED
            return self._outside(state, contact.line)
        state = await self._held_by(session, handoff)
        if not handoff.level.at_least(RiskLevel.RISK):
            return self._outside(state, contact.line)
        signals = [opened.signal for opened in await self.services.record.signals(session, contact)]
        numbers = self.texts.numbers_of(self.services.texts.named_kinds(signals), contact.line)
        return StateOut(state=state, at_risk=True, numbers=numbers)

    async def _held_by(self, session: ReadSession, handoff: Handoff) -> ChatState:
        if handoff.state is not HandoffState.CLAIMED or handoff.owner_id is None:
            return ChatState.WAITING
        if await presence.in_doubt(session, handoff.owner_id, self.services.clock.now()):
            return ChatState.INTERVENANT_IN_DOUBT
        return ChatState.WITH_PERSON

    def _outside(self, state: ChatState, line: Line) -> StateOut:
        return StateOut(state=state, at_risk=False, numbers=self.texts.outside_numbers(line))


def _turn_out(turn: SaidTurn) -> TurnOut:
    own_id = turn.client_id if turn.author is Author.PERSON else None
    return TurnOut(number=turn.number, author=turn.author, text=turn.text, at=turn.at, client_id=own_id)
