"""The door of the action server: a token of its own, loopback only in practice."""

from __future__ import annotations

import hmac
import uuid

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from triage.record.service import UnknownContact
from triage.services import Services
from triage.turn import IncomingTurn, Said

router = APIRouter(prefix="/bot", include_in_schema=True)


class PersonRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    contact: str = Field(min_length=1, max_length=64)


class PersonAnswer(BaseModel):
    handoff: bool


def require_callback_token(request: Request) -> None:
    """403 unless the action server's own token is there."""
    services: Services = request.app.state.services
    expected = services.settings.callback_token.get_secret_value()
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise HTTPException(403)


@router.post("/person", dependencies=[Depends(require_callback_token)])
async def ask_for_person(request: Request, body: PersonRequest) -> PersonAnswer:
    """A guided form met somebody who wants a person."""
    services: Services = request.app.state.services
    turn = IncomingTurn(body.contact, client_id=f"bot-{uuid.uuid4().hex}", said=Said.ASKED_PERSON)
    try:
        outcome = await services.conversation.handle_turn(turn)
    except UnknownContact as error:
        raise HTTPException(404) from error
    return PersonAnswer(handoff=outcome.handoff is not None)
