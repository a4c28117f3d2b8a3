"""What every answer of the web door has: headers for the pages allowed to embed it, and never a bare failure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.widget_chat.refusals import RETRY_SECONDS, Refused, Unavailable, UnknownRequest
from api.widget_chat.schemas import RefusalOut
from api.widget_chat.service import ChatDoor
from api.widget_chat.texts import TEXTS
from triage.services import Services

log = logging.getLogger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class DoorRoute(APIRoute):
    """A route whose every failure is JSON with numbers to call."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def with_numbers(request: Request) -> Response:
            try:
                response = await handle(request)
            except Refused as refused:
                response = refusal(refused)
            except RequestValidationError:
                response = refusal(UnknownRequest())
            except HTTPException as error:
                response = refusal(UnknownRequest(error.status_code))
                response.headers.update(error.headers or {})
            except Exception as error:
                log.error("web door: %s failed (%s)", self.name, type(error).__name__)
                response = refusal(Unavailable())
            response.headers.update(_cors_headers(request))
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return with_numbers


def door_of(request: Request) -> ChatDoor:
    """The door of this process, made at its first request."""
    state = request.app.state
    if not hasattr(state, "chat_door"):
        state.chat_door = ChatDoor(state.services, TEXTS)
    door: ChatDoor = state.chat_door
    return door


def refusal(refused: Refused) -> JSONResponse:
    content = RefusalOut(
        error=refused.key,
        message=TEXTS.refusals[refused.key],
        numbers=TEXTS.outside_numbers(refused.line),
    )
    headers = {"Retry-After": str(RETRY_SECONDS)} if refused.status in (429, 503) else {}
    return JSONResponse(content.model_dump(), status_code=refused.status, headers=headers)


def _cors_headers(request: Request) -> dict[str, str]:
    """No cookie is ever used, so no credentials: the token's header is all that must pass."""
    services: Services = request.app.state.services
    headers = {"Vary": "Origin"}
    origin = request.headers.get("origin")
    if origin and origin in services.settings.allowed_widget_origins:
        headers |= {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
            "Access-Control-Expose-Headers": "Retry-After",
            "Access-Control-Max-Age": "600",
        }
    return headers
