"""What an unexpected failure answers: a way to reach a person, never the failure itself."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response

log = logging.getLogger(__name__)

OUTSIDE_NUMBERS = {
    "danger": "911",
    "info_social": "811, option 2",
    "suicide": "1 866 277-3553",
}
NUMBERS_SENTENCE = (
    "Ce service ne répond pas en ce moment. En cas de danger : 911. "
    "Pour parler à quelqu'un : 811, option 2, ou 1 866 APPELLE (277-3553)."
)
_PAGE = f"""<!doctype html><html lang="fr-CA"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Service interrompu</title>
<h1>Service interrompu</h1><p>{NUMBERS_SENTENCE}</p></html>"""


def answer_failures(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def misshapen(request: Request, error: RequestValidationError) -> Response:
        """What was typed is never said back: it may be a password or somebody's words."""
        return JSONResponse({"error": NUMBERS_SENTENCE, "numbers": OUTSIDE_NUMBERS}, 422)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        route = request.scope.get("route")
        place = getattr(route, "path", "unknown route")
        log.error("request failed at %s (%s)", place, type(error).__name__, exc_info=error)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_PAGE, 503)
        return JSONResponse({"error": NUMBERS_SENTENCE, "numbers": OUTSIDE_NUMBERS}, 503)
