"""The route's engine for the time of a command: the running Rasa, or one started for it and stopped after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

from api.commands.rasa_process import RasaProcess
from foundation.settings import Settings
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.rasa_client import RasaRouter
from triage.nlu_route.route import RouteUnavailable


@contextmanager
def http_client(runner: asyncio.Runner) -> Iterator[httpx.AsyncClient]:
    """A client of the loop of `runner`, closed there; no proxy stands between a command and its own Rasa."""
    http = httpx.AsyncClient(trust_env=False)
    try:
        yield http
    finally:
        runner.run(http.aclose())


@contextmanager
def rasa_router(settings: Settings, http: httpx.AsyncClient, runner: asyncio.Runner) -> Iterator[RasaRouter]:
    """A router that is ready, on the loop of `runner`. Raises CommandError."""
    thresholds = ConfidenceThresholds.load()
    running = RasaRouter(settings.rasa_url, settings.rasa_token.get_secret_value(), http, thresholds)
    if runner.run(running.is_ready()):
        yield running
        return
    with RasaProcess.started() as rasa:
        own = RasaRouter(rasa.url, rasa.token, http, thresholds)
        runner.run(rasa.until_ready(own.is_ready))
        runner.run(_first_pass(own))
        yield own


async def _first_pass(router: RasaRouter) -> None:
    """The first pass of a fresh engine is slow: the first message of the input must not pay for it."""
    with suppress(RouteUnavailable):
        await router.parse("bonjour")
