"""What can fail between Twilio and a commit: a request lost, a 5xx, a lost turn, database or gate, a killed app."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx
from sqlalchemy.exc import OperationalError

from tests.ivr.stateful.recorded import RecordedGate, RecordedRouter
from triage.services import Services
from triage.turn import IncomingTurn, Outcome


class Fault(StrEnum):
    """`BEFORE` and `AFTER`: the connection is lost before the service sees the request, or once it has answered."""

    BEFORE = "connexion perdue avant"
    AFTER = "réponse perdue"
    ERROR_500 = "500"
    ERROR_503 = "503"
    TURN_LOST = "tour perdu"
    TURN_DONE = "tour fait puis perdu"
    DATABASE = "base perdue"
    GATE = "détection perdue"
    ROUTE = "aiguillage perdu"
    KILLED = "service tué en chemin"
    DEAD = "service mort"


OUTSIDE = (Fault.BEFORE, Fault.AFTER, Fault.ERROR_500, Fault.ERROR_503)
INSIDE = (Fault.TURN_LOST, Fault.TURN_DONE, Fault.DATABASE, Fault.GATE, Fault.ROUTE, Fault.KILLED)
# The request is served, and a person's words are read or count as a risk.
STILL_READ = frozenset({Fault.TURN_LOST, Fault.TURN_DONE, Fault.GATE, Fault.ROUTE})


class Killed(BaseException):
    """The process is gone: no handler of ours may catch it."""


@dataclass(slots=True)
class Plan:
    """One fault for the next `requests`; killed, the service dies at its `session`-th transaction of the request."""

    fault: Fault
    requests: int
    session: int = 0


class FaultyTransport(httpx.AsyncBaseTransport):
    """In front of the service. `asked`: how many requests came. `unlike`: those answered twice, without any fault,
    by different bytes."""

    def __init__(self, served: httpx.AsyncBaseTransport, caused: Counter[str]) -> None:
        self.served = served
        self.caused = caused
        self.plan: Plan | None = None
        self.dead = False
        self.asked = 0
        self.hurt: set[Fault] = set()
        self.hurt_tokens: set[str] = set()
        self.given: dict[str, bytes] = {}
        self.unlike: list[str] = []
        self.kill_in_flight: Callable[[int], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        token = request.headers.get("I-Twilio-Idempotency-Token", "")
        plan = self._due(token)
        if self.dead:
            raise httpx.ConnectError("the service is dead", request=request)
        if plan is None:
            return await self._compared(token, request)
        match plan.fault:
            case Fault.BEFORE:
                raise httpx.ConnectError("lost on the way", request=request)
            case Fault.ERROR_500 | Fault.ERROR_503:
                return httpx.Response(int(plan.fault.value), text="broken", request=request)
            case Fault.KILLED if self.kill_in_flight is not None:
                return await self._killed_in_flight(plan.session, request, self.kill_in_flight)
        active.set(plan)
        try:
            response = await self.served.handle_async_request(request)
            await response.aread()
        except Killed:
            self.dead = True
            raise httpx.ReadError("the service was killed", request=request) from None
        finally:
            active.set(None)
        if plan.fault is Fault.AFTER:
            raise httpx.ReadTimeout("the answer is lost", request=request)
        return response

    async def _killed_in_flight(
        self, moment: int, request: httpx.Request, kill: Callable[[int], Awaitable[None]]
    ) -> httpx.Response:
        """The process dies while it serves, or a moment after its answer."""
        served = asyncio.create_task(self.served.handle_async_request(request))
        await kill(moment)
        self.dead = True
        served.cancel()
        await asyncio.gather(served, return_exceptions=True)
        raise httpx.ReadError("the service was killed", request=request)

    def _due(self, token: str) -> Plan | None:
        """The fault of this request; noted, since what it answers may differ from what comes later."""
        if self.dead:
            self.hurt.add(Fault.DEAD)
        if self.plan is None or self.dead:
            return None
        plan, self.plan.requests = self.plan, self.plan.requests - 1
        if plan.requests <= 0:
            self.plan = None
        self.caused[plan.fault.value] += 1
        self.hurt.add(plan.fault)
        self.hurt_tokens.add(token)
        return plan

    async def _compared(self, token: str, request: httpx.Request) -> httpx.Response:
        response = await self.served.handle_async_request(request)
        body = await response.aread()
        if token and token not in self.hurt_tokens and self.given.setdefault(token, body) != body:
            self.unlike.append(request.url.path)
        return response

    def forget(self) -> None:
        self.plan, self.dead = None, False
        for kept in (self.hurt, self.hurt_tokens, self.given, self.unlike):
            kept.clear()

    async def aclose(self) -> None:
        await self.served.aclose()


active: ContextVar[Plan | None] = ContextVar("active", default=None)


def make_breakable(services: Services, gate: RecordedGate, router: RecordedRouter) -> None:
    """Let the plan of a request reach inside the service; whatever is not a request is never hurt."""
    sessions, conversation = services.sessions, services.conversation
    sessions.read = _breakable(sessions.read)  # type: ignore[method-assign, assignment]
    sessions.write = _breakable(sessions.write)  # type: ignore[method-assign, assignment]
    real_turn, real_read, real_parse = conversation.handle_turn, gate.read_within, router.parse

    async def handle_turn(turn: IncomingTurn) -> Outcome:
        fault = _taken(Fault.TURN_LOST, Fault.TURN_DONE)
        if fault is Fault.TURN_LOST:
            raise TimeoutError
        outcome = await real_turn(turn)
        if fault is Fault.TURN_DONE:
            raise TimeoutError
        return outcome

    async def read_within(*args: Any, **kwargs: Any) -> Any:
        if _taken(Fault.GATE):
            raise RuntimeError("the gate is lost")
        return await real_read(*args, **kwargs)

    async def parse(text: str) -> Any:
        if _taken(Fault.ROUTE):
            raise RuntimeError("the route is lost")
        return await real_parse(text)

    conversation.handle_turn = handle_turn  # type: ignore[method-assign]
    gate.read_within = read_within  # type: ignore[method-assign]
    router.parse = parse  # type: ignore[method-assign]


def _taken(*faults: Fault) -> Fault | None:
    """The fault of this request, once: what the door does about it is not hurt a second time."""
    plan = active.get()
    if plan is None or plan.fault not in faults:
        return None
    active.set(None)
    return plan.fault


def _breakable[Opened](
    real: Callable[[], AbstractAsyncContextManager[Opened]],
) -> Callable[[], AbstractAsyncContextManager[Opened]]:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Opened]:
        plan = active.get()
        if plan is not None and plan.fault is Fault.DATABASE:
            raise OperationalError("", {}, Exception("the database is lost"))
        async with real() as session:
            yield session
        if plan is not None and plan.fault is Fault.KILLED:
            plan.session -= 1
            if plan.session <= 0:
                raise Killed

    return opened
