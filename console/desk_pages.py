"""The desk: its page, its parts that are fetched again, its stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from console import accounts
from console.access import ALL_ROLES, QUEUE_ROLES, TALKING_ROLES, require_role, services_of
from console.answers import REFUSED, gone
from console.contact_part import contact_html
from console.contact_view import contact_view, tabs_of
from console.desk_state import calls_state, desk_state
from console.invitations import invitations_of
from console.live_stream import desk_stream
from console.pages import WORDS, html, page
from console.queue_view import QueueView, queue_view, reads_words
from console.secure_route import SOFTPHONE_HEADERS, SecureRoute
from console.staff_sessions import Staff
from triage.handoff.states import Role
from triage.services import Services
from triage.voice_port import AnswerWay

router = APIRouter(route_class=SecureRoute)

OnPage = Annotated[Staff, Depends(require_role(*ALL_ROLES, page=True))]
SeesQueue = Annotated[Staff, Depends(require_role(*QUEUE_ROLES, by_itself=True))]
Reads = Annotated[Staff, Depends(require_role(*TALKING_ROLES, by_itself=True))]
Opens = Annotated[Staff, Depends(require_role(*TALKING_ROLES))]


@router.get("/")
async def desk(request: Request, staff: OnPage, contact: str = "") -> Response:
    """The desk; for an admin, the list of the accounts."""
    services = services_of(request)
    if staff.role is Role.ADMIN:
        async with services.sessions.read() as session:
            users = await accounts.all_users(session)
        return page(request, "accounts.html", staff=staff, users=users)
    talks = staff.role in TALKING_ROLES
    softphone = talks and await _is_telephone(services, staff)
    response = page(
        request,
        "desk.html",
        staff=staff,
        talks=talks,
        queue=await _queue(services, staff),
        tabs=await tabs_of(services, staff) if talks else (),
        invitations=await invitations_of(services, staff, WORDS) if talks else (),
        contact=await _contact_or_nothing(services, staff, contact) if talks else "",
        softphone=softphone,
    )
    if softphone:
        response.headers.update(SOFTPHONE_HEADERS)
    return response


@router.get("/file")
async def queue_part(request: Request, staff: SeesQueue) -> Response:
    return HTMLResponse(html("queue.html", queue=await _queue(services_of(request), staff)))


@router.get("/contacts")
async def tabs_part(request: Request, staff: Reads) -> Response:
    return HTMLResponse(html("tabs.html", tabs=await tabs_of(services_of(request), staff)))


@router.get("/contact/{contact_id}")
async def contact_part(request: Request, contact_id: str, staff: Opens) -> Response:
    """The whole place of a contact, with the form to write."""
    try:
        return HTMLResponse(await contact_html(services_of(request), staff, contact_id))
    except REFUSED as error:
        return gone(error)


@router.get("/contact/{contact_id}/tours")
async def conversation_part(request: Request, contact_id: str, staff: Reads) -> Response:
    """What changes while the contact is open: its level, its signals, its turns."""
    try:
        view = await contact_view(services_of(request), staff, contact_id, WORDS)
    except REFUSED as error:
        return gone(error)
    return HTMLResponse(html("conversation.html", view=view))


@router.get("/etat")
async def state(request: Request, staff: SeesQueue) -> dict[str, object]:
    """What the page compares while its stream is cut, and now and then when it is not."""
    services = services_of(request)
    async with services.sessions.read() as session:
        seen = await desk_state(session, services.record, staff.id, services.clock.now())
    calls = await calls_state(services, staff, seen.contacts)
    return {"queue": seen.queue, "contacts": seen.contacts, "calls": calls}


@router.get("/flux")
async def stream(request: Request, staff: SeesQueue) -> Response:
    events = desk_stream(services_of(request), staff.session_id, staff.id)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _is_telephone(services: Services, staff: Staff) -> bool:
    """True when this desk is a telephone itself; in a demonstration nothing of Twilio's is loaded."""
    if services.settings.demo:
        return False
    return await services.voice_desk.answer_way(staff.actor) is AnswerWay.SOFTPHONE


async def _queue(services: Services, staff: Staff) -> QueueView:
    entries = await services.desk.waiting(staff.actor, with_quotes=reads_words(staff))
    return queue_view(entries, staff, WORDS, services.clock.now())


async def _contact_or_nothing(services: Services, staff: Staff, contact_id: str) -> str:
    """The contact named in the address, else the first of mine; one that is not mine shows nothing."""
    if not contact_id:
        mine = await services.desk.mine(staff.actor)
        if not mine:
            return ""
        contact_id = mine[0].contact_id
    try:
        return await contact_html(services, staff, contact_id)
    except REFUSED:
        return ""
