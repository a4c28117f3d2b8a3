"""What the web door does with a message: bound it, let the frames read it over the limit, give it to the flow."""

from __future__ import annotations

import asyncio

from api.widget_chat.incoming import IncomingMessage
from api.widget_chat.rate_limit import RateLimits
from api.widget_chat.refusals import EmptyMessage, TooLarge, TooMany
from api.widget_chat.schemas import AnswerOut
from api.widget_chat.stream_places import StreamPlaces
from api.widget_chat.texts import ChatTexts
from api.widget_chat.view import ChatView
from api.widget_chat.visits import Visit, contact_for_message, contact_now, entry_signals
from triage.handoff import service as queue
from triage.interventions.types import Line
from triage.services import Services
from triage.turn import IncomingTurn, Said


class ChatDoor:
    """The door of one process."""

    def __init__(self, services: Services, texts: ChatTexts) -> None:
        self.services = services
        self.texts = texts
        self.view = ChatView(services, texts)
        self.limits = RateLimits(services.clock)
        self.places = StreamPlaces()

    async def receive(self, visit: Visit, message: IncomingMessage, address: str) -> AnswerOut:
        """One message to the flow. Raises EmptyMessage, TooMany, TooLarge (after what could be kept is kept)."""
        if message.is_empty and not message.too_large:
            raise EmptyMessage(visit.line)
        within = self.limits.may_send(visit.token_hash, address, len(message.text))
        if not within and not await self._is_owed_a_person(visit):
            # A risk is never refused: the frames read the text before the door says no.
            reading = await asyncio.to_thread(self.services.gate.read_frames_only, message.text)
            if not reading.is_risk:
                raise TooLarge(visit.line) if message.too_large else TooMany(visit.line)
        said = Said.TEXT if message.readable else Said.UNREADABLE
        answer = await self._hand_to_flow(visit, message.client_id, message.text, said)
        if message.too_large:
            raise TooLarge(visit.line)
        return answer

    async def ask_person(self, visit: Visit, client_id: str, address: str) -> AnswerOut:
        """The button. Over the limit it is refused only to somebody who already has a person coming."""
        if not self.limits.may_send(visit.token_hash, address) and await self._is_waiting(visit):
            raise TooMany(visit.line)
        return await self._hand_to_flow(visit, client_id, self.texts.person_button_turn, Said.ASKED_PERSON)

    async def _hand_to_flow(self, visit: Visit, client_id: str, text: str, said: Said) -> AnswerOut:
        contact_id = await contact_for_message(self.services, visit)
        outcome = await self.services.conversation.handle_turn(
            IncomingTurn(
                contact_id=contact_id,
                client_id=client_id,
                text=text,
                said=said,
                signals=await entry_signals(self.services, visit.line, contact_id),
            )
        )
        turns, state = await self.view.look(visit, after=outcome.turn_number - 1)
        return AnswerOut(number=outcome.turn_number, turns=turns, state=state)

    def may_open(self, line: Line, address: str) -> bool:
        """Whether one more page may open: always on the suicide prevention line."""
        return self.limits.may_open(address) or line is Line.PREVENTION_SUICIDE

    async def _is_owed_a_person(self, visit: Visit) -> bool:
        """On the suicide prevention line nobody is refused before a person is called."""
        return visit.line is Line.PREVENTION_SUICIDE and not await self._is_waiting(visit)

    async def _is_waiting(self, visit: Visit) -> bool:
        async with self.services.sessions.read() as session:
            contact_id = await contact_now(session, visit)
            return contact_id is not None and await queue.open_of_contact(session, contact_id) is not None
