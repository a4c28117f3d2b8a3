"""Puts the doors on the heart: the only file that mounts them all."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
from fastapi import FastAPI
from sqlalchemy import make_url

from api import errors, health
from api.body_limit import BodyLimit
from api.bot_callbacks import routes as bot_routes
from api.signed_texts import unsigned_texts
from api.single_process import only_one_on_sqlite
from api.widget_chat import mount as mount_chat
from api.widget_chat.vanished import note_the_vanished
from api.widget_chat.visits import forget_unused
from console import routes as console_routes
from foundation.clock import Clock
from foundation.live_events import listen_to_postgresql
from foundation.logging import set_up_logging
from foundation.settings import Settings, UnsafeConfiguration, load_settings, refuse_unsafe
from ivr import recordings as phone_audio
from ivr import webhooks as phone_routes
from ivr.simulated.demo_page import demo_router as demo_phone_router
from ivr.telephony import build_telephony
from triage.handoff.clock_work import ClockWork, Step, every
from triage.handoff.ladder import Ladder, LadderError
from triage.interventions.texts import TextFileError
from triage.nlu_route.confidence import ThresholdsRefused
from triage.nlu_route.route import Router
from triage.record import audit
from triage.risk_gate.gate import RiskGate
from triage.risk_gate.learnt import RiskModelMissing
from triage.risk_gate.lexicon import LexiconError
from triage.services import Services, build_services

UNUSABLE = (RiskModelMissing, LexiconError, TextFileError, ThresholdsRefused, LadderError)


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    router: Router | None = None,
    gate: RiskGate | None = None,
) -> FastAPI:
    """The application. With an unsafe configuration it says why, in sentences, and exits with 1."""
    settings = settings or load_settings()
    set_up_logging()
    http = httpx.AsyncClient()
    try:
        refuse_unsafe(settings)
        refuse_unsigned(settings)
        telephony = build_telephony(settings)
        services = build_services(settings, http=http, voice=telephony.voice, clock=clock, router=router, gate=gate)
        ladder = Ladder.load()
    except UnsafeConfiguration as error:
        sys.exit("Relais ne démarre pas :\n- " + "\n- ".join(error.problems))
    except UNUSABLE as error:
        sys.exit(f"Relais ne démarre pas : {error}")

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with only_one_on_sqlite(settings.database_url):
            phone_steps = telephony.attach(services)
            app.state.services, app.state.telephony = services, telephony
            more = (*phone_steps, *steps_beside_the_queue(services))
            app.state.clock_work = ClockWork(
                services.sessions, services.clock, ladder, more, held_by_leg=telephony.voice.held_by_leg
            )
            async with background(services, app.state.clock_work):
                yield
            await telephony.close()
            await services.close()
            await http.aclose()

    return with_doors(FastAPI(title="Relais", lifespan=lifespan, docs_url=None, redoc_url=None), settings)


def with_doors(app: FastAPI, settings: Settings) -> FastAPI:
    app.add_middleware(BodyLimit)
    errors.answer_failures(app)
    for door in (health, bot_routes, phone_routes, phone_audio, console_routes):
        app.include_router(door.router)
    mount_chat(app, settings)
    if settings.demo:
        app.include_router(demo_phone_router)
    return app


def refuse_unsigned(settings: Settings) -> None:
    """Outside demo mode no clinical text is used before somebody signed it. Raises UnsafeConfiguration."""
    unsigned = unsigned_texts(settings)
    if unsigned:
        raise UnsafeConfiguration(unsigned)


def steps_beside_the_queue(services: Services) -> tuple[Step, ...]:
    """What the doors and the record give the clock to do, beside the queue's own steps."""

    async def note_vanished_visitors() -> None:
        await note_the_vanished(services)

    async def seal_audit() -> None:
        async with services.sessions.write() as session:
            await audit.seal_new_lines(session)

    async def forget_unused_pages() -> None:
        await forget_unused(services)

    hourly = every(services.clock, timedelta(hours=1), forget_unused_pages)
    return note_vanished_visitors, seal_audit, hourly


@contextlib.asynccontextmanager
async def background(services: Services, clock_work: ClockWork) -> AsyncIterator[None]:
    """The tasks that live as long as the process."""
    tasks = [asyncio.create_task(clock_work.run())]
    url = make_url(services.settings.database_url)
    if url.drivername.startswith("postgresql"):
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        tasks.append(asyncio.create_task(listen_to_postgresql(services.events, conninfo)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
