"""Calling a person back: whether it is safe, what to say to whoever answers, what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from console.access import TALKING_ROLES, require_role, services_of
from console.answers import REFUSED, again_if_changed, done, refusal, refusal_of
from console.call_acts import CONFIRMED, panel_html, stay
from console.pages import WORDS, html
from console.recall_view import recall_view
from console.secure_route import SecureRoute
from console.staff_sessions import Staff
from triage.handoff import service
from triage.handoff.states import AttemptResult
from triage.voice_port import VoiceUnavailable

IN_RECALL = "#recall-said"

router = APIRouter(route_class=SecureRoute, prefix="/contact/{contact_id}/appel")

Talks = Annotated[Staff, Depends(require_role(*TALKING_ROLES))]


@router.get("/rappel")
async def recall_part(request: Request, contact_id: str, staff: Talks) -> Response:
    """Before dialling: is it safe, and the words to say."""
    try:
        view = await recall_view(services_of(request), staff, contact_id)
    except REFUSED as error:
        return refusal_of(error)
    return HTMLResponse(html("recall.html", contact_id=contact_id, recall=view))


@router.post("/rappel")
async def call_person(
    request: Request, contact_id: str, staff: Talks, confirm: Annotated[str, Form()] = ""
) -> Response:
    """Dial. A recall that is known to be unsafe asks for a confirmation, read now and not when the page was."""
    services = services_of(request)
    try:
        view = await recall_view(services, staff, contact_id)
    except REFUSED as error:
        return refusal_of(error, place=IN_RECALL)
    if view.needs_confirm and confirm != CONFIRMED:
        return refusal(422, "unsafe_confirm", section="phone_said", place=IN_RECALL)
    desk = services.voice_desk
    return await stay(
        request, contact_id, staff, "recalling", lambda: desk.call_person(staff.actor, contact_id), place=IN_RECALL
    )


@router.post("/tentative")
async def note_attempt(
    request: Request, contact_id: str, staff: Talks, result: Annotated[str, Form()] = ""
) -> Response:
    """What came of the attempt. A callback in vain waits for the next one; at risk, the person stays mine."""
    if result not in WORDS.sections["attempts"]:
        return refusal(422, "choose_result", section="phone_said")
    services = services_of(request)

    async def note() -> None:
        await services.voice_desk.note_attempt(staff.actor, contact_id, AttemptResult(result))

    async def still_mine() -> bool:
        async with services.sessions.read() as session:
            handoff = await service.open_of_contact(session, contact_id)
        return handoff is not None and handoff.owner_id == staff.id

    try:
        await again_if_changed(note)
        content = await panel_html(services, staff, contact_id) if await still_mine() else None
    except VoiceUnavailable:
        return refusal(503, "act_failed", section="phone_said")
    except REFUSED as error:
        return refusal_of(error)
    if content is None:
        return done(html("no_contact.html"), "attempt_waits", section="phone_said", url="/console/", place="#contact")
    return done(content, "attempt_noted", section="phone_said", place="#call")
