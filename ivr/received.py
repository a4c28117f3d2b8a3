"""What every address of the phone door is given, and how it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy.exc import IntegrityError

from ivr.answers import keep_answer, stored_answer
from ivr.signature import received_form
from ivr.twilio_form import TwilioForm
from triage.services import Services

XML = "text/xml; charset=utf-8"

SignedForm = Annotated[TwilioForm, Depends(received_form)]


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


HeartServices = Annotated[Services, Depends(services_of)]


def twiml_response(body: str) -> Response:
    return Response(body, media_type=XML)


async def once(services: Services, form: TwilioForm, work: Callable[[], Awaitable[str]]) -> str:
    """The stored bytes for a token already answered; else the work, kept under its token."""
    before = await stored_answer(services, form.token)
    if before is not None:
        return before
    try:
        body = await work()
    except IntegrityError:
        # The same request answered by another process meanwhile: what it kept is the answer.
        first = await stored_answer(services, form.token)
        if first is None:
            raise
        return first
    return await keep_answer(services, form.token, body)
