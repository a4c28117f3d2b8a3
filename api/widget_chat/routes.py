"""The web door's addresses. The token comes in a header only: never in a URL, never in a cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.widget_chat.door_route import DoorRoute, door_of
from api.widget_chat.incoming import client_id_of, read_bounded, read_fields, read_message
from api.widget_chat.pages import demo_router, pages_router
from api.widget_chat.refusals import NoSession, TooLarge, TooMany, UnknownRequest
from api.widget_chat.schemas import AnswerOut, SessionOut, TextsOut, TurnsOut
from api.widget_chat.session_token import token_in
from api.widget_chat.stream import LAST_NUMBER, Pace, events_of, resume_after
from api.widget_chat.view import BEFORE_GREETING
from api.widget_chat.visits import Visit, arrive, leave, line_named, open_visit

__all__ = ["demo_router", "router"]

router = APIRouter(tags=["chat"])
chat = APIRouter(prefix="/chat", route_class=DoorRoute)

AfterNumber = Annotated[int, Query(ge=BEFORE_GREETING, le=LAST_NUMBER)]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]


async def visit_of(request: Request, *, wait_again: bool = True) -> Visit:
    """The visitor, by the token of the header; `wait_again` as in `arrive`. Raises NoSession."""
    token = token_in(request.headers.get("authorization"))
    visit = await arrive(door_of(request).services, token, wait_again=wait_again) if token else None
    if visit is None:
        raise NoSession
    return visit


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


@chat.get("/texts")
async def texts(request: Request, line: str = "") -> TextsOut:
    door = door_of(request)
    return TextsOut(
        page=door.texts.page | {"person_said": door.texts.person_button_turn},
        numbers=door.texts.outside_numbers(line_named(line)),
        demo=door.texts.demo if door.services.settings.demo else None,
    )


@chat.post("/sessions", status_code=201)
async def open_session(request: Request) -> SessionOut:
    door = door_of(request)
    body = await read_bounded(request.stream())
    line = line_named(read_fields(body).get("line"))
    if body.cut:
        raise TooLarge(line)
    if not door.may_open(line, address_of(request)):
        raise TooMany(line)
    token = await open_visit(door.services, line)
    return SessionOut(token=token, turns=[door.view.greeting()], state=door.view.bot_state(line))


@chat.post("/messages")
async def send_message(request: Request) -> AnswerOut:
    visit = await visit_of(request, wait_again=False)
    message = read_message(await read_bounded(request.stream()))
    return await door_of(request).receive(visit, message, address_of(request))


@chat.post("/person")
async def ask_person(request: Request) -> AnswerOut:
    visit = await visit_of(request, wait_again=False)
    fields = read_fields(await read_bounded(request.stream()))
    return await door_of(request).ask_person(visit, client_id_of(fields), address_of(request))


@chat.post("/leave", status_code=204)
async def leave_chat(request: Request) -> Response:
    visit = await visit_of(request, wait_again=False)
    recall_safe = read_fields(await read_bounded(request.stream())).get("recall_safe")
    await leave(door_of(request).services, visit, recall_safe if isinstance(recall_safe, bool) else None)
    return Response(status_code=204)


@chat.get("/turns")
async def turns_after(request: Request, after: AfterNumber = BEFORE_GREETING) -> TurnsOut:
    visit = await visit_of(request)
    turns, state = await door_of(request).view.look(visit, after)
    return TurnsOut(turns=turns, state=state)


@chat.get("/stream")
async def stream(
    request: Request, after: AfterNumber = BEFORE_GREETING, last_event_id: LastEventId = None
) -> StreamingResponse:
    visit = await visit_of(request)
    events = events_of(door_of(request), visit, resume_after(last_event_id, after), Pace())
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@chat.options("/{address:path}", include_in_schema=False)
async def preflight(address: str) -> Response:
    """Which pages may embed the widget: the headers are those of every answer."""
    return Response(status_code=204)


@chat.api_route("/{address:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
async def no_such_address(address: str) -> Response:
    """Even somebody whose page asks for what does not exist gets the numbers."""
    raise UnknownRequest(404)


router.include_router(chat)
router.include_router(pages_router)
