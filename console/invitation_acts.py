"""An invited colleague joins a call, leaves it, or declines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from console.access import TALKING_ROLES, require_role, services_of
from console.answers import REFUSED, again_if_changed, done, refusal, refusal_of
from console.call_acts import leave
from console.contact_part import contact_html
from console.invitations import invitations_of
from console.pages import WORDS, html
from console.secure_route import SecureRoute
from console.staff_sessions import Staff
from triage.voice_port import AnswerWay, VoiceUnavailable

router = APIRouter(route_class=SecureRoute)

Talks = Annotated[Staff, Depends(require_role(*TALKING_ROLES))]
Reads = Annotated[Staff, Depends(require_role(*TALKING_ROLES, by_itself=True))]


@router.get("/invitations")
async def invitations_part(request: Request, staff: Reads) -> Response:
    invitations = await invitations_of(services_of(request), staff, WORDS)
    return HTMLResponse(html("invitations.html", invitations=invitations))


@router.post("/contact/{contact_id}/appel/arrivee")
async def join(request: Request, contact_id: str, staff: Talks) -> Response:
    """Open the contact and join its call; a softphone is connected by the page, own phone by its owner."""
    services = services_of(request)
    way = await services.voice_desk.answer_way(staff.actor)
    try:
        if way is AnswerWay.SIMULATED:
            await again_if_changed(lambda: services.voice_desk.join(staff.actor, contact_id))
        content = await contact_html(services, staff, contact_id)
    except VoiceUnavailable:
        return refusal(503, "act_failed", section="phone_said")
    except REFUSED as error:
        return refusal_of(error)
    return done(content, "joined", section="phone_said", url=f"/console/?contact={contact_id}")


@router.post("/contact/{contact_id}/appel/depart/{leg_id}")
async def leave_call(request: Request, contact_id: str, leg_id: str, staff: Talks) -> Response:
    """Leave a call that is a colleague's."""
    desk = services_of(request).voice_desk
    return await leave(lambda: desk.end_leg(staff.actor, contact_id, leg_id), "left", "act_failed")


@router.post("/contact/{contact_id}/appel/refus/{leg_id}")
async def decline(request: Request, contact_id: str, leg_id: str, staff: Talks) -> Response:
    """Not now: what the page shows stays."""
    desk = services_of(request).voice_desk
    try:
        await again_if_changed(lambda: desk.end_leg(staff.actor, contact_id, leg_id))
    except VoiceUnavailable:
        return refusal(503, "act_failed", section="phone_said")
    except REFUSED as error:
        return refusal_of(error)
    return done("", "declined", section="phone_said")
