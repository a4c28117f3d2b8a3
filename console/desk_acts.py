"""What an intervenant does: take, say, give back, close, pause."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from console import staff_sessions
from console.access import TALKING_ROLES, require_role, services_of
from console.answers import REFUSALS, REFUSED, again_if_changed, done, refusal, refusal_of
from console.contact_part import contact_html
from console.pages import WORDS, html
from console.secure_route import SecureRoute
from console.staff_sessions import Staff
from triage.handoff import queue, service
from triage.handoff.service import AlreadyTaken
from triage.handoff.states import PresenceState
from triage.services import Services
from triage.signals import RiskLevel
from triage.voice_port import VoiceUnavailable

LONGEST_MESSAGE = 4000
CLIENT_ID = r"^[0-9a-f]{32}$"
CONFIRMED = "oui"

router = APIRouter(route_class=SecureRoute)

Talks = Annotated[Staff, Depends(require_role(*TALKING_ROLES))]
Lives = Annotated[Staff, Depends(require_role(*TALKING_ROLES, by_itself=True))]


@router.post("/prise/{handoff_id}")
async def take(request: Request, handoff_id: str, staff: Talks) -> Response:
    """Take this person. One winner; the other reads « déjà prise »."""
    try:
        return await _take(request, staff, handoff_id)
    except REFUSED as error:
        return await _not_taken(request, staff, error)


@router.post("/prise")
async def take_next(request: Request, staff: Talks) -> Response:
    """Take the first of the queue; when a colleague is faster, the one after."""
    services = services_of(request)
    async with services.sessions.read() as session:
        waiting = [handoff.id for handoff in await queue.waiting(session, services.clock.now())]
    for handoff_id in waiting:
        try:
            return await _take(request, staff, handoff_id)
        except AlreadyTaken:
            continue
        except REFUSED as error:
            return await _not_taken(request, staff, error)
    return refusal(409, "nobody_waits")


@router.post("/contact/{contact_id}/dire")
async def say(
    request: Request,
    contact_id: str,
    staff: Talks,
    client_id: Annotated[str, Form(pattern=CLIENT_ID)],
    text: Annotated[str, Form()] = "",
) -> Response:
    """One message; sent again with the same client id, it is written once."""
    message = text.replace("\r\n", "\n").strip()
    if not message or len(message) > LONGEST_MESSAGE:
        return JSONResponse({"error": WORDS.say("said", "bad_message")}, status_code=422)
    desk = services_of(request).desk
    try:
        number = await again_if_changed(lambda: desk.say(staff.actor, contact_id, client_id, message))
    except REFUSED as error:
        status, key = REFUSALS[type(error)]
        return JSONResponse({"error": WORDS.say("said", key)}, status_code=status)
    return JSONResponse({"turn": number})


@router.post("/attente/{handoff_id}/retour")
async def give_back(request: Request, handoff_id: str, staff: Talks) -> Response:
    """Let go of a contact: the person is back at the head of their class."""
    desk = services_of(request).desk
    try:
        await again_if_changed(lambda: desk.release(staff.actor, handoff_id))
    except REFUSED as error:
        return refusal_of(error)
    return done(html("no_contact.html"), "released", url="/console/")


@router.post("/attente/{handoff_id}/fin")
async def close(
    request: Request,
    handoff_id: str,
    staff: Talks,
    disposition: Annotated[str, Form()] = "",
    confirm: Annotated[str, Form()] = "",
    confirm_risk: Annotated[str, Form()] = "",
) -> Response:
    """End a contact. At risk, a second confirmation is asked: the level is read now, not when the page was."""
    if disposition not in WORDS.dispositions:
        return refusal(422, "choose_disposition")
    services = services_of(request)
    try:
        at_risk = await _is_at_risk(services, handoff_id)
        if confirm != CONFIRMED or (at_risk and confirm_risk != CONFIRMED):
            return refusal(422, "confirm_needed")
        await again_if_changed(lambda: services.desk.close(staff.actor, handoff_id, disposition))
    except VoiceUnavailable:
        return done(html("no_contact.html"), "hang_up_failed", url="/console/")
    except REFUSED as error:
        return refusal_of(error)
    return done(html("no_contact.html"), "done", url="/console/")


@router.post("/presence")
async def live(request: Request, staff: Lives) -> Response:
    """A sign of life of an open page; the state is that of the sign-in."""
    await services_of(request).desk.be_present(staff.actor, staff.presence)
    return JSONResponse({"state": staff.presence.value})


@router.post("/pause")
async def change_presence(request: Request, staff: Talks, state: Annotated[PresenceState, Form()]) -> Response:
    """Available or pausing, said by the person."""
    services = services_of(request)
    async with services.sessions.write() as session:
        await staff_sessions.set_pausing(session, staff.session_id, state is PresenceState.PAUSED)
    await services.desk.be_present(staff.actor, state)
    return JSONResponse({"state": state.value})


async def _take(request: Request, staff: Staff, handoff_id: str) -> HTMLResponse:
    services = services_of(request)
    await services.desk.be_present(staff.actor, staff.presence)
    contact_id = await services.desk.claim(staff.actor, handoff_id)
    content = await contact_html(services, staff, contact_id)
    return done(content, "claimed", url=f"/console/?contact={contact_id}")


async def _not_taken(request: Request, staff: Staff, error: Exception) -> HTMLResponse:
    """Whoever has not chosen how calls reach them is told where to choose."""
    is_call = isinstance(error, VoiceUnavailable)
    if is_call and await services_of(request).voice_desk.answer_way(staff.actor) is None:
        return refusal(503, "choose_way", section="phone_said")
    return refusal_of(error)


async def _is_at_risk(services: Services, handoff_id: str) -> bool:
    async with services.sessions.read() as session:
        return (await service.get(session, handoff_id)).level.at_least(RiskLevel.RISK)
