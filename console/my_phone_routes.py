"""« Mon téléphone »: how calls reach this member of the staff, and the pass of their browser to be a telephone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import JSONResponse

from console.access import TALKING_ROLES, require_role, services_of
from console.pages import WORDS, page
from console.secure_route import SecureRoute
from console.staff_sessions import Staff
from triage.services import Services
from triage.voice_port import AnswerWay, RefusedNumber, VoiceUnavailable

LONGEST_NUMBER = 40

router = APIRouter(route_class=SecureRoute, prefix="/telephone")

OnPage = Annotated[Staff, Depends(require_role(*TALKING_ROLES, page=True))]
Talks = Annotated[Staff, Depends(require_role(*TALKING_ROLES))]
Lives = Annotated[Staff, Depends(require_role(*TALKING_ROLES, by_itself=True))]


@router.get("")
async def my_phone(request: Request, staff: OnPage) -> Response:
    return await _page(request, staff)


@router.post("")
async def choose(
    request: Request,
    staff: Talks,
    way: Annotated[str, Form()] = "",
    number: Annotated[str, Form(max_length=LONGEST_NUMBER)] = "",
) -> Response:
    """Keep the choice. A number left empty keeps the one that is there."""
    services = services_of(request)
    desk = services.voice_desk
    if way not in _choices(services):
        return await _page(request, staff, status=422, error=WORDS.say("my_phone", "bad_way"))
    chosen, given = AnswerWay(way), number.strip() or None
    if chosen is AnswerWay.OWN_PHONE and given is None:
        if await desk.own_number_shown(staff.actor) is None:
            return await _page(request, staff, status=422, error=WORDS.say("my_phone", "missing_number"))
        return await _page(request, staff, notice=WORDS.say("my_phone", "saved"))
    try:
        await desk.choose_way(staff.actor, chosen, given)
    except RefusedNumber:
        return await _page(request, staff, status=422, error=WORDS.say("my_phone", "bad_number"))
    except VoiceUnavailable:
        return await _page(request, staff, status=503, error=WORDS.say("my_phone", "not_kept"))
    return await _page(request, staff, notice=WORDS.say("my_phone", "saved"))


@router.post("/jeton")
async def softphone_token(request: Request, staff: Lives) -> Response:
    """A short pass for the browser. The page renews it by itself, so it keeps nobody signed in."""
    token = await services_of(request).voice_desk.softphone_token(staff.actor)
    if token is None:
        return JSONResponse({"error": WORDS.say("phone_script", "no_softphone")}, status_code=409)
    return JSONResponse({"token": token.token})


def _choices(services: Services) -> tuple[AnswerWay, ...]:
    """In a demonstration no browser is a telephone: its place is taken by a simulated one."""
    by_browser = AnswerWay.SIMULATED if services.settings.demo else AnswerWay.SOFTPHONE
    return by_browser, AnswerWay.OWN_PHONE


async def _page(request: Request, staff: Staff, *, status: int = 200, error: str = "", notice: str = "") -> Response:
    services = services_of(request)
    return page(
        request,
        "my_phone.html",
        status=status,
        staff=staff,
        way=await services.voice_desk.answer_way(staff.actor),
        choices=_choices(services),
        number_shown=await services.voice_desk.own_number_shown(staff.actor),
        is_demo=services.settings.demo,
        said=error or notice,
        is_error=bool(error),
    )
