"""The calls of colleagues into which I am asked, or in which I am, as the queue's column shows them."""

from __future__ import annotations

from dataclasses import dataclass

from console.accounts import names_of
from console.staff_sessions import Staff
from console.words import Words
from triage.handoff import service
from triage.handoff.states import QueueClass
from triage.services import Services
from triage.voice_port import AnswerWay, LegKind, LegState


@dataclass(frozen=True, slots=True)
class Invitation:
    contact_id: str
    who: str
    queue_class: QueueClass
    leg_id: str
    rings_own_phone: bool
    is_inside: bool


async def invitations_of(services: Services, staff: Staff, words: Words) -> tuple[Invitation, ...]:
    """Those that still ring first, then by gravity."""
    views = (*await services.voice_desk.invitations(staff.actor), *await services.voice_desk.joined(staff.actor))
    if not views:
        return ()
    rings = await services.voice_desk.answer_way(staff.actor) is AnswerWay.OWN_PHONE
    found = []
    async with services.sessions.read() as session:
        for view in views:
            handoff = await service.open_of_contact(session, view.contact_id)
            leg = next((leg for leg in view.legs if leg.staff_id == staff.id), None)
            if handoff is None or leg is None or leg.kind is not LegKind.COLLEAGUE:
                continue
            owner, inside = handoff.owner_id or "", leg.state is LegState.ON_LINE
            name = (await names_of(session, {owner})).get(owner, words.say("invitation", "somebody"))
            found.append(Invitation(view.contact_id, name, handoff.queue_class, leg.id, rings, inside))
    return tuple(sorted(found, key=lambda invitation: (invitation.is_inside, invitation.queue_class.rank)))
