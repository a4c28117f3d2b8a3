"""Is the process alive, can a person be reached, and how many wait."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text

from triage.handoff import queue
from triage.handoff.states import QueueClass
from triage.services import Services
from triage.signals import RiskKind

router = APIRouter()

STALE_CLOCK_SECONDS = 10


@router.get("/healthz")
async def process_is_alive() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def can_a_person_be_reached(request: Request) -> Response:
    """503 only when a person cannot be reached: database or gate. The bot being down is said, and is 200."""
    services: Services = request.app.state.services
    parts = {
        "database": "ok" if await _database_answers(services) else "down",
        "gate": "ok" if await _gate_reads(services) else "down",
        "bot": "ok" if await services.router.is_ready() else "down",
        "clock": "ok" if _clock_ticks(request, services) else "late",
    }
    reachable = parts["database"] == "ok" and parts["gate"] == "ok"
    return JSONResponse(parts, 200 if reachable else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counts for Prometheus: no id, no text, no number."""
    services: Services = request.app.state.services
    registry = CollectorRegistry()
    waiting = Gauge("relais_waiting", "People who wait for an intervenant", ["queue_class"], registry=registry)
    longest = Gauge("relais_longest_wait_seconds", "The longest wait now", ["queue_class"], registry=registry)
    faults = Gauge("relais_gate_faults", "Readings the gate could not make", registry=registry)
    now = services.clock.now()
    async with services.sessions.read() as session:
        entries = await queue.waiting(session, now)
    for queue_class in QueueClass:
        since = [entry.opened_at for entry in entries if entry.queue_class is queue_class]
        waiting.labels(queue_class.value).set(len(since))
        longest.labels(queue_class.value).set(max(((now - at).total_seconds() for at in since), default=0))
    faults.set(services.gate.faults)
    counted = generate_latest(registry) + generate_latest()  # the second: what the doors count
    return PlainTextResponse(counted, media_type="text/plain; version=0.0.4")


async def _database_answers(services: Services) -> bool:
    try:
        async with services.sessions.read() as session:
            await session.execute(text("SELECT 1"))
    except Exception:
        return False
    return True


async def _gate_reads(services: Services) -> bool:
    reading = await services.gate.read_within("bonjour")
    return not any(signal.kind is RiskKind.FAULT for signal in reading.signals)


def _clock_ticks(request: Request, services: Services) -> bool:
    last_tick = request.app.state.clock_work.last_tick
    return last_tick is not None and (services.clock.now() - last_tick).total_seconds() < STALE_CLOCK_SECONDS
