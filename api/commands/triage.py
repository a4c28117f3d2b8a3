"""`relais triage --jsonl`: the gate and the route on single messages, with the very calls of the flow."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from contextlib import ExitStack

from api.commands.given_text import channel_of, given_text
from api.commands.jsonl import answer_lines, identifier
from foundation.clock import Clock, SystemClock
from triage.interventions.types import InterventionType
from triage.nlu_route.route import RouteDecision, Router, RouteUnavailable
from triage.risk_gate.gate import RiskGate
from triage.signals import Question, Reading, Signal
from triage.turn import Said

# When the language engine cannot say, a person is reached: the type that always reaches one, with no confidence.
UNKNOWN_TYPE = RouteDecision(InterventionType.CRISE, "", 0.0, False)
HANDOFF, BOT = "handoff", "bot"


class Triage:
    """Answers one message at a time, each a fresh contact. Without a router it says the risk only."""

    def __init__(self, gate: RiskGate, router: Router | None, clock: Clock) -> None:
        self._gate = gate
        self._router = router
        self._clock = clock

    async def answer(self, line: Mapping[str, object]) -> dict[str, object]:
        """One line of the contract from one line of input. Raises BadLine."""
        message_id = identifier(line)
        text, said = given_text(line.get("text"), channel_of(line))
        started = self._clock.now()
        reading = await self._gate.read_within(text, Question.OPEN, ()) if text else Reading()
        decision = await self._decide(self._router, text) if self._router is not None else None
        if decision is not None and decision.signal is not None:
            reading = Reading((*reading.signals, decision.signal))
        answered: dict[str, object] = {
            "id": message_id,
            "risk": reading.is_risk,
            "level": reading.level.value,
            "signals": [signal_fields(signal) for signal in reading.signals],
        }
        needs_person = reading.is_risk
        if decision is not None:
            needs_person = needs_person or said is not Said.TEXT or reaches_a_person(decision)
            answered |= {"type": decision.type.value, "confidence": round(decision.confidence, 4)}
        answered["route"] = HANDOFF if needs_person else BOT
        answered["ms"] = round((self._clock.now() - started).total_seconds() * 1000, 1)
        return answered

    async def _decide(self, router: Router, text: str) -> RouteDecision:
        if not text:
            return UNKNOWN_TYPE
        try:
            return await router.parse(text)
        except RouteUnavailable:
            return UNKNOWN_TYPE


def reaches_a_person(decision: RouteDecision) -> bool:
    """As the flow decides on a first message; the first misunderstanding is still the bot's."""
    return decision.type is InterventionType.CRISE or decision.asks_for_person


def signal_fields(signal: Signal) -> dict[str, object]:
    """A fault has no quote: it then has no place either."""
    fields: dict[str, object] = {"kind": signal.kind.value}
    if signal.quote:
        fields |= {"quote": signal.quote, "start": signal.start, "end": signal.end}
    return fields | {"detector": signal.detector, "score": round(signal.score, 4)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'Chaque ligne {"id", "text", "channel"} de l\'entrée est un nouveau contact et donne une ligne, dans '
        "l'ordre. « start » et « end » comptent les points de code du texte. Sans « channel » : chat. Quand le "
        "moteur de langue ne répond pas pour une ligne : type « crise », confiance 0, route « handoff »."
    )
    parser.add_argument("--jsonl", action="store_true", required=True, help="une ligne de JSON par message")
    parser.add_argument(
        "--risk-only", action="store_true", help="le risque seulement : ni type, ni confiance, et sans Rasa"
    )


def run(arguments: argparse.Namespace) -> int:
    from api.commands.configuration import load_settings

    settings = load_settings()
    gate = RiskGate.load(settings.risk_model)
    with ExitStack() as stack:
        stack.callback(gate.close)
        runner = stack.enter_context(asyncio.Runner())
        router = None
        if not arguments.risk_only:
            from api.commands.rasa_router import http_client, rasa_router

            http = stack.enter_context(http_client(runner))
            router = stack.enter_context(rasa_router(settings, http, runner))
        triage = Triage(gate, router, SystemClock())
        answer_lines(sys.stdin.buffer, sys.stdout.buffer, lambda line: runner.run(triage.answer(line)))
    return 0
