"""The desk: its page, its parts that are fetched again, its stream."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from console import accounts
from console.access import ALL_ROLES, QUEUE_ROLES, TALKING_ROLES, require_role, services_of
from console.answers import REFUSED, gone
from console.contact_view import ContactView, contact_view, tabs_of
from console.desk_state import desk_state
from console.live_stream import desk_stream
from console.pages import WORDS, html, page
from console.queue_view import QueueView, queue_view, reads_words
from console.secure_route import SecureRoute
from console.staff_sessions import Staff
from triage.handoff.states import Role
from triage.services import Services

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
    return page(
        request,
        "desk.html",
        staff=staff,
        talks=talks,
        queue=await _queue(services, staff),
        tabs=await tabs_of(services, staff) if talks else (),
        view=await _view_or_none(services, staff, contact) if talks else None,
        simulated=services.settings.demo,
    )


@router.get("/file")
async def queue_part(request: Request, staff: SeesQueue) -> Response:
    return HTMLResponse(html("queue.html", queue=await _queue(services_of(request), staff)))


@router.get("/contacts")
async def tabs_part(request: Request, staff: Reads) -> Response:
    return HTMLResponse(html("tabs.html", tabs=await tabs_of(services_of(request), staff)))


@router.get("/contact/{contact_id}")
async def contact_part(request: Request, contact_id: str, staff: Opens) -> Response:
    """The whole place of a contact, with the form to write."""
    return await _contact(request, contact_id, staff, "contact.html")


@router.get("/contact/{contact_id}/tours")
async def conversation_part(request: Request, contact_id: str, staff: Reads) -> Response:
    """What changes while the contact is open: its level, its signals, its turns."""
    return await _contact(request, contact_id, staff, "conversation.html")


@router.get("/etat")
async def state(request: Request, staff: SeesQueue) -> dict[str, object]:
    """What the page compares while its stream is cut, and now and then when it is not."""
    services = services_of(request)
    async with services.sessions.read() as session:
        seen = await desk_state(session, services.record, staff.id, services.clock.now())
    return {"queue": seen.queue, "contacts": seen.contacts}


@router.get("/flux")
async def stream(request: Request, staff: SeesQueue) -> Response:
    events = desk_stream(services_of(request), staff.session_id, staff.id)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _contact(request: Request, contact_id: str, staff: Staff, template: str) -> Response:
    services = services_of(request)
    try:
        view = await contact_view(services, staff, contact_id, WORDS)
    except REFUSED as error:
        return gone(error)
    return HTMLResponse(html(template, view=view, simulated=services.settings.demo))


async def _queue(services: Services, staff: Staff) -> QueueView:
    entries = await services.desk.waiting(staff.actor, with_quotes=reads_words(staff))
    return queue_view(entries, staff, WORDS, services.clock.now())


async def _view_or_none(services: Services, staff: Staff, contact_id: str) -> ContactView | None:
    """The contact named in the address, else the first of mine; one that is not mine shows nothing."""
    if not contact_id:
        mine = await services.desk.mine(staff.actor)
        if not mine:
            return None
        contact_id = mine[0].contact_id
    try:
        return await contact_view(services, staff, contact_id, WORDS)
    except REFUSED:
        return None
