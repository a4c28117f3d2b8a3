"""What an intervenant does with a call: hold, bring somebody in, hand over, transfer, read a key, leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse

from console.access import TALKING_ROLES, require_role, services_of
from console.answers import REFUSED, again_if_changed, done, gone, refusal, refusal_of
from console.call_view import call_panel
from console.colleagues import colleagues_on_line
from console.pages import WORDS, html
from console.secure_route import SecureRoute
from console.staff_sessions import Staff
from triage.services import Services
from triage.voice_port import VoiceUnavailable

CONFIRMED = "oui"
LONGEST_LABEL = 80
LONGEST_NUMBER = 40
IN_BRING_IN = "#bring-in-said"
IN_TRANSFER = "#transfer-said"

router = APIRouter(route_class=SecureRoute, prefix="/contact/{contact_id}/appel")

Talks = Annotated[Staff, Depends(require_role(*TALKING_ROLES))]
Reads = Annotated[Staff, Depends(require_role(*TALKING_ROLES, by_itself=True))]


@router.get("")
async def panel_part(request: Request, contact_id: str, staff: Reads) -> Response:
    """The panel again, as the call stands now."""
    try:
        return HTMLResponse(await panel_html(services_of(request), staff, contact_id))
    except REFUSED as error:
        return gone(error)


@router.get("/entrer")
async def bring_in_part(request: Request, contact_id: str, staff: Talks) -> Response:
    """Whom to bring in: the colleagues on line, or a number."""
    return await _with_colleagues(request, contact_id, staff, "bring_in.html")


@router.get("/transfert")
async def transfer_part(request: Request, contact_id: str, staff: Talks) -> Response:
    return await _with_colleagues(request, contact_id, staff, "transfer.html")


@router.post("/attente")
async def hold(request: Request, contact_id: str, staff: Talks, held: Annotated[str, Form()] = "") -> Response:
    """Put the person on hold, or take them back."""
    wanted = held == CONFIRMED
    desk = services_of(request).voice_desk
    said = "held" if wanted else "resumed"
    return await stay(request, contact_id, staff, said, lambda: desk.hold(staff.actor, contact_id, wanted))


@router.post("/collegue")
async def invite_colleague(
    request: Request, contact_id: str, staff: Talks, colleague: Annotated[str, Form()] = ""
) -> Response:
    desk = services_of(request).voice_desk

    async def invite() -> None:
        await desk.invite_colleague(staff.actor, contact_id, colleague)

    return await stay(request, contact_id, staff, "invited", invite, place=IN_BRING_IN)


@router.post("/numero")
async def invite_number(
    request: Request,
    contact_id: str,
    staff: Talks,
    number: Annotated[str, Form(max_length=LONGEST_NUMBER)] = "",
    label: Annotated[str, Form(max_length=LONGEST_LABEL)] = "",
) -> Response:
    """Call an interpreter or a partner into the conversation. A number that must not be called is refused aloud."""
    if not label.strip():
        return refusal(422, "empty_label", section="phone_said", place=IN_BRING_IN)
    desk = services_of(request).voice_desk

    async def invite() -> None:
        await desk.invite_number(staff.actor, contact_id, number.strip(), label.strip())

    return await stay(request, contact_id, staff, "dialling", invite, place=IN_BRING_IN)


@router.post("/retrait/{leg_id}")
async def end_leg(request: Request, contact_id: str, leg_id: str, staff: Talks) -> Response:
    desk = services_of(request).voice_desk
    return await stay(request, contact_id, staff, "removed", lambda: desk.end_leg(staff.actor, contact_id, leg_id))


@router.post("/main")
async def hand_over(
    request: Request, contact_id: str, staff: Talks, colleague: Annotated[str, Form()] = ""
) -> Response:
    """The end of a warm transfer: the colleague, already in the call, has the contact."""
    desk = services_of(request).voice_desk
    return await leave(lambda: desk.hand_over(staff.actor, contact_id, colleague), "handed_over", "act_failed")


@router.post("/transfert")
async def cold_transfer(
    request: Request,
    contact_id: str,
    staff: Talks,
    colleague: Annotated[str, Form()] = "",
    confirm: Annotated[str, Form()] = "",
) -> Response:
    if confirm != CONFIRMED:
        return refusal(422, "need_confirm", section="phone_said", place=IN_TRANSFER)
    desk = services_of(request).voice_desk

    async def transfer() -> None:
        await desk.cold_transfer(staff.actor, contact_id, colleague)

    return await leave(transfer, "transferred", "transfer_failed", place=IN_TRANSFER)


@router.post("/touche")
async def ask_key(request: Request, contact_id: str, staff: Talks) -> Response:
    """Somebody who cannot speak answers by a key: 1 for yes, 2 for no."""
    desk = services_of(request).voice_desk
    return await stay(request, contact_id, staff, "key_asked", lambda: desk.ask_key(staff.actor, contact_id))


async def panel_html(services: Services, staff: Staff, contact_id: str) -> str:
    """The panel of this call; nothing when the contact has none. Raises NotYours."""
    panel = await call_panel(services, staff, contact_id, WORDS)
    return html("call.html", call=panel) if panel is not None else ""


async def _with_colleagues(request: Request, contact_id: str, staff: Staff, template: str) -> Response:
    services = services_of(request)
    try:
        view = await services.voice_desk.call_view(staff.actor, contact_id)
    except REFUSED as error:
        return refusal_of(error)
    inside = {leg.staff_id for leg in view.legs if leg.staff_id} | {staff.id}
    async with services.sessions.read() as session:
        colleagues = await colleagues_on_line(session, services.clock.now(), inside)
    return HTMLResponse(html(template, contact_id=contact_id, colleagues=colleagues))


async def stay(
    request: Request,
    contact_id: str,
    staff: Staff,
    said: str,
    act: Callable[[], Awaitable[object]],
    *,
    place: str | None = None,
) -> Response:
    """Do it, and show the call again."""
    try:
        await again_if_changed(act)
        content = await panel_html(services_of(request), staff, contact_id)
    except VoiceUnavailable:
        return refusal(503, "act_failed", section="phone_said", place=place)
    except REFUSED as error:
        return refusal_of(error, place=place)
    return done(content, said, section="phone_said")


async def leave(act: Callable[[], Awaitable[object]], said: str, failed: str, *, place: str | None = None) -> Response:
    """Do it, and leave the contact, which is no longer mine."""
    try:
        await again_if_changed(act)
    except VoiceUnavailable:
        return refusal(503, failed, section="phone_said", place=place)
    except REFUSED as error:
        return refusal_of(error, place=place)
    return done(html("no_contact.html"), said, section="phone_said", url="/console/", place="#contact")
