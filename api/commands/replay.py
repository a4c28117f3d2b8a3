"""`relais replay --jsonl`: whole contacts through the flow, on a database made for it and thrown away."""

from __future__ import annotations

import argparse
import asyncio
import base64
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from api.commands.configuration import load_settings
from api.commands.given_text import channel_of, given_text
from api.commands.jsonl import BadLine, answer_lines, identifier
from api.commands.migrations import migrate
from foundation.settings import Settings
from triage.conversation import Conversation
from triage.handoff.states import HandoffReason
from triage.interventions.types import Line
from triage.turn import IncomingTurn, Outcome, Said
from triage.voice_port import NoTelephone

SECRET_KEY_BYTES = 32

# Every reason of the flow, in the five words of the contract.
REASONS = {
    HandoffReason.RISK: "risk",
    HandoffReason.LINE: "risk",
    HandoffReason.ASKED: "asked",
    HandoffReason.SILENCE: "asked",
    HandoffReason.RETURNED: "asked",
    HandoffReason.CRISE: "crise",
    HandoffReason.MISUNDERSTOOD: "misunderstood",
    HandoffReason.FAULT: "fault",
    HandoffReason.UNREADABLE: "fault",
}


class Replay:
    """Plays one contact at a time."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    async def answer(self, line: Mapping[str, object]) -> dict[str, object]:
        """One contact of the contract from one line of input. Raises BadLine."""
        contact_name = identifier(line)
        channel = channel_of(line)
        given = line.get("turns")
        if not isinstance(given, list) or not given:
            raise BadLine("le champ « turns » manque, ou n'est pas une liste de textes")
        said = [given_text(turn, channel) for turn in given]
        contact_id = await self._conversation.begin(Line.INFO_SOCIAL, channel)
        turns = [await self._play(contact_id, number, *turn) for number, turn in enumerate(said, start=1)]
        return {"id": contact_name, "turns": turns}

    async def _play(self, contact_id: str, number: int, text: str, said: Said) -> dict[str, object]:
        turn = IncomingTurn(contact_id, f"replay-{number:06}", text, said)
        return turn_fields(await self._conversation.handle_turn(turn))


def turn_fields(outcome: Outcome) -> dict[str, object]:
    """`risk` and `level` are of this turn alone; `handoff` and `reason` stay from the turn that reached a person."""
    return {
        "risk": outcome.reading.is_risk,
        "level": outcome.reading.level.value,
        "handoff": outcome.handoff is not None,
        "reason": REASONS[outcome.handoff.reason] if outcome.handoff else None,
        "type": outcome.type.value if outcome.type else None,
        "reply": "\n".join(outcome.replies) or None,
    }


def throw_away_settings(settings: Settings, folder: Path) -> Settings:
    """The same models and the same Rasa; a database and a key of its own.

    Always a demonstration: nobody is served, and a text may be tried before a clinician signs it.
    """
    key = base64.b64encode(os.urandom(SECRET_KEY_BYTES)).decode()
    own = {
        "database_url": f"sqlite+aiosqlite:///{folder / 'replay.db'}",
        "secret_keys": SecretStr(f"replay:{key}"),
        "demo": True,
    }
    return Settings.model_validate(settings.model_dump() | own)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'Chaque ligne {"id", "channel", "turns": [texte, ...]} est un contact entier sur la ligne Info-Social. '
        "« reason » est risk, asked, crise, misunderstood ou fault, et null tant que personne n'est appelé; "
        "« type » est null tant qu'un message n'a pas eu à être routé. Au téléphone, un texte vide est un silence."
    )
    parser.add_argument("--jsonl", action="store_true", required=True, help="une ligne de JSON par contact")


def run(_arguments: argparse.Namespace) -> int:
    from api.commands.rasa_router import http_client, rasa_router
    from triage.services import build_services

    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="relais-replay-")))
        settings = throw_away_settings(load_settings(), folder)
        migrate(settings.database_url)
        runner = stack.enter_context(asyncio.Runner())
        http = stack.enter_context(http_client(runner))
        router = stack.enter_context(rasa_router(settings, http, runner))
        services = build_services(settings, http=http, voice=NoTelephone(), router=router)
        stack.callback(lambda: runner.run(services.close()))
        replay = Replay(services.conversation)
        answer_lines(sys.stdin.buffer, sys.stdout.buffer, lambda line: runner.run(replay.answer(line)))
    return 0
