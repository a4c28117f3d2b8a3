"""Puts the doors on the heart: the only file that mounts them all."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI
from ivr.reconcile import reconcile
from sqlalchemy import make_url
from triage.risk_gate.gate import RiskGate

from api import errors, health
from api.bot_callbacks import routes as bot_routes
from api.single_process import only_one_on_sqlite
from api.widget_chat import mount as mount_chat
from api.widget_chat.vanished import note_the_vanished
from console import mount as mount_console
from foundation.clock import Clock
from foundation.live_events import listen_to_postgresql
from foundation.logging import set_up_logging
from foundation.settings import Settings, UnsafeConfiguration, refuse_unsafe
from ivr import make_voice
from ivr import mount as mount_phone
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import Ladder
from triage.nlu_route.route import Router
from triage.record import audit
from triage.services import Services, build_services


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    router: Router | None = None,
    gate: RiskGate | None = None,
) -> FastAPI:
    """The application. With an unsafe configuration it says why, in sentences, and exits with 1."""
    settings = settings or Settings()
    try:
        refuse_unsafe(settings)
    except UnsafeConfiguration as error:
        sys.exit("Relais ne démarre pas :\n- " + "\n- ".join(error.problems))

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with only_one_on_sqlite(settings.database_url):
            async with httpx.AsyncClient() as http:
                voice = make_voice(settings)
                services = build_services(settings, http=http, voice=voice, clock=clock, router=router, gate=gate)
                voice.connect(services)
                app.state.services, app.state.voice = services, voice
                app.state.clock_work = clock_work_of(services, app)
                async with background(services, app.state.clock_work):
                    yield
                await services.close()

    set_up_logging()
    app = FastAPI(title="Relais", lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.answer_failures(app)
    app.include_router(health.router)
    app.include_router(bot_routes.router)
    mount_phone(app, settings)
    mount_chat(app, settings)
    mount_console(app, settings)
    return app


def clock_work_of(services: Services, app: FastAPI) -> ClockWork:
    """Time's work, with what the doors and the record add to it."""

    async def reconcile_phone() -> None:
        await reconcile(services, app.state.voice)

    async def note_vanished() -> None:
        await note_the_vanished(services)

    async def seal_audit() -> None:
        async with services.sessions.write() as session:
            await audit.seal_new_lines(session)

    return ClockWork(services.sessions, services.clock, Ladder.load(), (reconcile_phone, note_vanished, seal_audit))


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
