"""The one end that the menu makes itself: the caller said twice, after being offered a person, that it is all."""

from __future__ import annotations

from ivr.calls import Call
from triage.handoff.service import open_of_contact
from triage.record.tables import Holder
from triage.services import Services
from triage.signals import RiskLevel

FINISHED = "finished"


async def close_if_finished(services: Services, call: Call) -> bool:
    """Close the contact. False, and nothing done, at risk or as soon as a person is called for them."""
    async with services.sessions.write() as session:
        contact = await services.record.contact(session, call.contact_id, lock=True)
        if contact.level.at_least(RiskLevel.RISK) or await open_of_contact(session, contact.id) is not None:
            return False
        if contact.holder is Holder.BOT:
            await services.record.close(session, contact, FINISHED, services.clock.now())
        return contact.holder is Holder.CLOSED
