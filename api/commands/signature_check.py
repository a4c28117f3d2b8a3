"""A sample call, signed as Twilio signs and verified as the phone door verifies, with each token of the settings."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
from fastapi import Depends, FastAPI

from foundation.clock import SystemClock
from foundation.settings import Settings
from ivr.signature import signed_form
from ivr.simulated.webhooks import SignedRequests

PATH = "/ivr/voice"
SAMPLE = {"CallSid": "CA" + "0" * 32, "SpeechResult": "été, 100 % sûr & prêt"}


async def tokens_verify(settings: Settings) -> list[str]:
    """One sentence for each token with which a call would be refused."""
    if not settings.twilio_auth_tokens:
        return ["aucun jeton à essayer."]
    door = FastAPI()
    door.state.services = SimpleNamespace(settings=settings, clock=SystemClock())
    door.add_api_route(PATH, _accepted, methods=["POST"], dependencies=[Depends(signed_form)])
    problems = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door)) as http:
        for position, token in enumerate(settings.twilio_auth_tokens, start=1):
            caller = SignedRequests(http, settings.public_url, token, origin="http://door")
            if await caller.tell(settings.public_url + PATH, SAMPLE) != httpx.codes.OK:
                problems.append(f"RELAIS_TWILIO_AUTH_TOKEN, jeton {position} : un appel signé ainsi serait refusé.")
    return problems


async def _accepted() -> None:
    """Reached only through a valid signature."""
