"""The trial phone's page and its few requests: mounted in demo mode only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field

from ivr.simulated.exchange import Exchange, TooManyPhones, UnknownPhone
from ivr.simulated.network import CHOICES, OutsidePhone
from ivr.simulated.page_texts import page_texts
from triage.interventions.types import Line

PAGE = Path(__file__).parent / "page"
KEYS = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"), ("*", "0", "#"))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Permissions-Policy": "microphone=(self)",
}
WAIT_SECONDS = 15.0

demo_router = APIRouter(prefix="/demo/telephone", include_in_schema=False)
_templates = Environment(loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined)


class NewCall(BaseModel):
    line: Line


class Outside(BaseModel):
    """Without a number: every one that the lines do not know."""

    number: str = Field(default="", max_length=20)
    behaviour: OutsidePhone


class Act(BaseModel):
    act: str = Field(max_length=16)
    value: str = Field(default="", max_length=4000)


def shown_number(number: str) -> str:
    """As people write it."""
    return f"{number[2:5]} {number[5:8]}-{number[8:]}" if re.fullmatch(r"\+1\d{10}", number) else number


def exchange_of(request: Request) -> Exchange:
    exchange: Exchange | None = request.app.state.telephony.exchange
    if exchange is None:
        raise HTTPException(404)
    return exchange


@demo_router.get("")
async def page(request: Request) -> Response:
    numbers = exchange_of(request).outside_numbers()
    outside = [(number, shown_number(number), behaviour.value) for number, behaviour in numbers.items()]
    others = ("", page_texts()["autres_numeros"], exchange_of(request).network.others_outside.value)
    html = _templates.get_template("phone.html").render(
        t=page_texts(), keys=KEYS, outside=[*outside, others], behaviours=[one.value for one in CHOICES]
    )
    return Response(html, media_type="text/html; charset=utf-8", headers=HEADERS)


@demo_router.get("/phone.css")
async def style() -> Response:
    return Response((PAGE / "phone.css").read_bytes(), media_type="text/css; charset=utf-8", headers=HEADERS)


@demo_router.get("/phone.js")
async def script() -> Response:
    content = (PAGE / "phone.js").read_bytes()
    return Response(content, media_type="text/javascript; charset=utf-8", headers=HEADERS)


@demo_router.post("/calls", status_code=201)
async def call(request: Request, wanted: NewCall) -> dict[str, str]:
    try:
        return {"call": await exchange_of(request).open(wanted.line)}
    except TooManyPhones as error:
        raise HTTPException(409, page_texts()["occupe"]) from error
    except KeyError as error:
        raise HTTPException(404) from error


@demo_router.get("/calls/{phone_id}/heard")
async def heard(request: Request, phone_id: str, after: Annotated[int, Query(ge=0)] = 0) -> dict[str, object]:
    """What was heard past the first `after` things; waits up to 15 s for more."""
    try:
        things, over = await exchange_of(request).heard(phone_id, after, WAIT_SECONDS)
    except UnknownPhone as error:
        raise HTTPException(404) from error
    shown = [{"kind": thing.kind.value, "text": thing.text, "cut": thing.cut} for thing in things]
    standing = exchange_of(request).standing(phone_id).to_json()
    return {"heard": shown, "next": after + len(shown), "over": over, "standing": standing}


@demo_router.post("/outside", status_code=204)
async def outside(request: Request, chosen: Outside) -> None:
    """What an outside phone does from its next ring."""
    if chosen.behaviour not in CHOICES:
        raise HTTPException(422)
    try:
        exchange_of(request).outside_does(chosen.number, chosen.behaviour)
    except KeyError as error:
        raise HTTPException(404) from error


@demo_router.post("/calls/{phone_id}/acts", status_code=204)
async def act(request: Request, phone_id: str, done: Act) -> None:
    try:
        exchange_of(request).act(phone_id, done.act, done.value)
    except UnknownPhone as error:
        raise HTTPException(404) from error
    except ValueError as error:
        raise HTTPException(422) from error
