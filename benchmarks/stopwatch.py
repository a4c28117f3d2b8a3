"""Times each HTTP request where it leaves and comes back, and says what is wrong with its answer.

It stands under the HTTP client, so that a second try is a request of its own and an error that a
second try would hide is still counted.
"""

from __future__ import annotations

import time
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs

import httpx

from benchmarks.figures import Kind, Timed, TurnOfCall
from ivr.simulated.webhooks import SECONDS, parsed

NO_CONTENT_PATHS = frozenset({"/ivr/status"})
SPEECH_FIELD = "SpeechResult"
RASA_PATH = "/webhooks/twilio_voice/webhook"


class Stopwatch(httpx.AsyncBaseTransport):
    """For the requests of one call. `turn` is the turn of the plan that is under way."""

    def __init__(self, wire: httpx.AsyncBaseTransport, book: list[Timed]) -> None:
        self._wire = wire
        self._book = book
        self.turn: TurnOfCall | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Passes the request on, reads the whole answer, notes both. Raises what the wire raises."""
        path = request.url.path
        spoken = _words_of(request)
        start = time.perf_counter()
        try:
            response = await self._wire.handle_async_request(request)
            content = await response.aread()
        except httpx.HTTPError as error:
            self._note(_kind(path, request, spoken, None), start, type(error).__name__, spoken)
            raise
        seconds = time.perf_counter() - start
        document, problem = _judged(path, response.status_code, content, seconds)
        turn = self.turn if spoken else None
        self._book.append(Timed(_kind(path, request, spoken, document), seconds, problem, turn))
        return response

    def _note(self, kind: Kind, start: float, problem: str, spoken: bool) -> None:
        self._book.append(Timed(kind, time.perf_counter() - start, problem, self.turn if spoken else None))


def _fields(request: httpx.Request) -> dict[str, list[str]]:
    return parse_qs(request.content.decode()) if request.method == "POST" else {}


def _words_of(request: httpx.Request) -> bool:
    return bool(_fields(request).get(SPEECH_FIELD))


def _judged(path: str, status: int, content: bytes, seconds: float) -> tuple[ElementTree.Element | None, str | None]:
    """The document, and what is wrong: another answer than 200, no TwiML, or too late."""
    if path in NO_CONTENT_PATHS:
        # A notice, whose right answer is 204 and holds no document.
        return None, None if status == httpx.codes.NO_CONTENT else f"HTTP {status}"
    if status != httpx.codes.OK:
        return None, f"HTTP {status}"
    try:
        document = parsed(content)
    except ElementTree.ParseError:
        return None, "not TwiML"
    return document, "late" if seconds > SECONDS else None


def _kind(path: str, request: httpx.Request, spoken: bool, document: ElementTree.Element | None) -> Kind:
    if path == RASA_PATH:
        return Kind.RASA
    if path in NO_CONTENT_PATHS:
        return Kind.END
    if path == "/ivr/voice":
        return Kind.CALL
    if path == "/ivr/wait":
        return Kind.SPEECH_IN_QUEUE if spoken else Kind.WAIT
    if spoken:
        # Without an answer nobody knows whether the bot was asked: counted with the bot's, the stricter side.
        handed_over = document is not None and document.find("Gather") is None
        return Kind.SPEECH_HANDED_OVER if handed_over else Kind.SPEECH_ANSWERED
    return Kind.KEY if _fields(request).get("Digits") else Kind.OTHER
