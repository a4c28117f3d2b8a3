"""The callback, on the phone's side: to whom it is offered, the number that is said, the promise in one act."""

from __future__ import annotations

from foundation.sessions import Contention
from ivr.calls import Call
from ivr.waiting_texts import waiting_texts
from triage.handoff.callback_rules import callback_rules
from triage.handoff.callbacks import may_be_called_back, set_callback
from triage.handoff.service import come_back, open_of_contact
from triage.handoff.tables import Handoff
from triage.services import Services
from triage.signals import RiskLevel

ATTEMPTS = 5


def may_offer(call: Call, handoff: Handoff) -> bool:
    """Below risk, on a line where callbacks are made, and only to a number that is known and safe to ring."""
    safe = call.number_known and not call.state.mute and handoff.recall_safe is not False
    return safe and call.line in callback_rules().lines and may_be_called_back(handoff)


def is_promised(handoff: Handoff) -> bool:
    """A call is promised and the line may end: never on somebody at risk."""
    promised = handoff.callback_due_at is not None and handoff.person_left_at is not None
    return promised and not handoff.level.at_least(RiskLevel.RISK)


async def question(services: Services, call: Call) -> str | None:
    """The question that 1 confirms, with the end of the number; None when the number cannot be read."""
    async with services.sessions.read() as session:
        contact = await services.record.contact(session, call.contact_id)
    if contact.caller_number is None:
        return None
    cipher = services.record.cipher(contact)
    number = cipher.open("contact", "caller_number", contact.id, contact.caller_number)
    return waiting_texts(call.state.language).confirm_callback(number)


async def promise(services: Services, call: Call) -> bool:
    """Set the callback; false when it is no longer possible: a risk was read, or somebody took the call."""
    for _ in range(ATTEMPTS):
        try:
            async with services.sessions.write() as session:
                await services.record.contact(session, call.contact_id, lock=True)
                handoff = await open_of_contact(session, call.contact_id)
                if handoff is None or not may_offer(call, handoff):
                    return handoff is not None and is_promised(handoff)
                await set_callback(session, handoff, services.clock.now())
            return True
        except Contention:
            continue
    return False


async def back_on_line(services: Services, call: Call) -> None:
    """The call did not end after all: this person waits on line again. A promise stays."""
    async with services.sessions.write() as session:
        await services.record.contact(session, call.contact_id, lock=True)
        handoff = await open_of_contact(session, call.contact_id)
        if handoff is not None and handoff.person_left_at is not None:
            await come_back(session, handoff, services.clock.now())
