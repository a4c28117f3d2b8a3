"""The route begun before the gate has ended: what it says counts only if the gate, at its end, found nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from triage.nlu_route.route import RouteDecision

Route = Callable[[], Awaitable[RouteDecision | None]]


class RouteAhead:
    """One reading of one message, begun once. `drop` lets go of a reading that nobody will ask for."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._reading: asyncio.Future[RouteDecision | None] | None = None

    def begin(self) -> None:
        self._begun()

    async def decision(self) -> RouteDecision | None:
        return await self._begun()

    def _begun(self) -> asyncio.Future[RouteDecision | None]:
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._route())
        return self._reading

    def drop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
