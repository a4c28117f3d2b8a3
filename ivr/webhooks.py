"""The phone door's addresses. All but the static fallback take only what Twilio signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from foundation.settings import Settings
from ivr import ending, flow, twiml, twiml_waiting, waiting
from ivr.guard import guarded
from ivr.legs.webhooks import router as leg_router
from ivr.received import HeartServices, SignedForm, once, twiml_response
from ivr.twilio_form import TwilioForm
from triage.interventions.types import Line
from triage.services import Services

router = APIRouter(prefix="/ivr", tags=["téléphone"])
router.include_router(leg_router)


def _static(services: Services, form: TwilioForm) -> Callable[[], str]:
    line, _ = form.line(services.settings)
    return lambda: twiml.static_dial(services.settings, line, screened=True, mute=form.is_silent)


@router.post("/voice")
async def voice(form: SignedForm, services: HeartServices) -> Response:
    """A call comes in, on any of the lines."""
    body = await guarded(
        "voice",
        lambda: once(services, form, lambda: flow.first_document(services, form)),
        lambda: flow.fault_document(services, form),
        _static(services, form),
    )
    return twiml_response(body)


@router.post("/turn")
async def turn(form: SignedForm, services: HeartServices, n: int = 0) -> Response:
    """What the caller pressed or said to document `n`, or that they were silent."""
    body = await guarded(
        "turn",
        lambda: once(services, form, lambda: flow.next_document(services, form, n)),
        lambda: flow.fault_document(services, form),
        _static(services, form),
    )
    return twiml_response(body)


@router.post("/wait")
async def wait(form: SignedForm, services: HeartServices, c: int = 0) -> Response:
    """What a caller hears in the queue; `c`: a key answers the question of the callback.

    Broken, the caller is let out towards the outside numbers.
    """
    body = await guarded(
        "wait",
        lambda: once(services, form, lambda: waiting.wait_document(services, form, callback_asked=c == 1)),
        lambda: waiting.unheard_document(services, form),
        twiml_waiting.leave_queue,
    )
    return twiml_response(body)


@router.post("/after-queue")
async def after_queue(form: SignedForm, services: HeartServices) -> Response:
    body = await guarded(
        "after_queue",
        lambda: once(services, form, lambda: waiting.after_queue(services, form)),
        None,
        _static(services, form),
    )
    return twiml_response(body)


@router.post("/again")
async def again(form: SignedForm, services: HeartServices) -> Response:
    """The end of a static document: the queue, if the service answers again."""
    body = await guarded(
        "again",
        lambda: once(services, form, lambda: waiting.after_static(services, form)),
        lambda: flow.fault_document(services, form),
        _static(services, form),
    )
    return twiml_response(body)


@router.post("/overflow")
async def overflow(form: SignedForm, services: HeartServices, i: int = 0) -> Response:
    """The dial of an outside number is over; `i` is the place of the next one."""
    body = await guarded(
        "overflow",
        lambda: once(services, form, lambda: waiting.overflow_ended(services, form, max(i, 0))),
        lambda: flow.fault_document(services, form),
        _static(services, form),
    )
    return twiml_response(body)


@router.post("/after-conversation")
async def after_conversation(form: SignedForm, services: HeartServices) -> Response:
    body = await guarded(
        "after_conversation",
        lambda: once(services, form, lambda: waiting.after_conversation(services, form)),
        lambda: flow.fault_document(services, form),
        _static(services, form),
    )
    return twiml_response(body)


@router.post("/screen")
async def screen(form: SignedForm, services: HeartServices) -> Response:
    """Heard by whoever answers outside. Pressing 1 puts them through, even when nothing can be written."""
    if form.key != "1":
        return twiml_response(twiml.screen(services.settings, mute=form.coded))

    async def work() -> str:
        await waiting.outside_person_answered(services, form)
        return twiml.nothing_to_do()

    return twiml_response(await guarded("screen", work, None, twiml.nothing_to_do))


@router.post("/status", status_code=204)
async def status(form: SignedForm, services: HeartServices) -> Response:
    """The end of a leg; sent again or late, it changes nothing more."""

    async def work() -> str:
        if form.call_over:
            await ending.call_ended(services, form.call_sid)
        return ""

    await guarded("status", work, work, str)
    return Response(status_code=204)


@router.get("/fallback.xml")
async def fallback(request: Request, line: Annotated[str, Query()] = Line.INFO_SOCIAL.value, m: str = "") -> Response:
    """The static fallback, public and without a database: Twilio comes here when a document failed."""
    settings: Settings = request.app.state.services.settings
    asked = Line(line) if line in set(Line) else Line.INFO_SOCIAL
    return twiml_response(twiml.static_dial(settings, asked, screened=True, mute=m == "1"))
