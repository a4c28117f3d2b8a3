"""The headers of every answer of the console: nothing kept, nothing framed, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from console.pages import WORDS
from console.readable_request import ReadableRequest, names_nothing

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# What Twilio's library asks for (README of @twilio/voice-sdk, « Content Security Policy »), without what it
# would fetch as scripts: ours is served from here. Only for a desk that is a telephone.
SOFTPHONE_HEADERS = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "connect-src 'self'",
        "connect-src 'self' https://eventgw.twilio.com https://sdk.twilio.com wss://voice-js.roaming.twilio.com",
    )
    + "; media-src mediastream: https://sdk.twilio.com",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}


class SecureRoute(APIRoute):
    """A route whose answers, refusals included, carry HEADERS, and which reads only readable text."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def handle_securely(request: Request) -> Response:
            try:
                if names_nothing(request):
                    raise HTTPException(404)
                response = await handle(ReadableRequest(request.scope, request.receive))
            except RequestValidationError:
                # What was typed may be a password or somebody's words: it is not said back.
                response = JSONResponse({"error": WORDS.say("said", "misread")}, status_code=422)
            except HTTPException as refusal:
                refusal.headers = {**HEADERS, **(refusal.headers or {})}
                raise
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handle_securely
