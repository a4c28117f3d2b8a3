"""No failure is ever shown to a caller: late or broken, a request is answered by a person being called."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ivr.counters import FAULTS, STATIC_ANSWERS

log = logging.getLogger(__name__)

BUDGET_SECONDS = 3.0
FAULT_BUDGET_SECONDS = 2.0


async def guarded(
    route: str,
    work: Callable[[], Awaitable[str]],
    on_fault: Callable[[], Awaitable[str]] | None,
    last_resort: Callable[[], str],
) -> str:
    """The work's document within 3 s, or the fault's within 2 s more, or the last resort, which needs nothing."""
    try:
        async with asyncio.timeout(BUDGET_SECONDS):
            return await work()
    except Exception as error:
        FAULTS.labels(route).inc()
        log.error("phone door: %s failed (%s)", route, type(error).__name__)
    if on_fault is not None:
        try:
            async with asyncio.timeout(FAULT_BUDGET_SECONDS):
                return await on_fault()
        except Exception as error:
            log.error("phone door: no handoff could be written (%s)", type(error).__name__)
    STATIC_ANSWERS.inc()
    return last_resort()
