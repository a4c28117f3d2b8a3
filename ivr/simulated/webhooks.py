"""How Twilio asks: a signed form, a second try with the same token for some failures, at most fifteen seconds."""

from __future__ import annotations

import asyncio
import uuid
import xml.etree.ElementTree as ElementTree
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

from ivr.simulated.overrides import ConnectionSettings, Failure, settings_of
from ivr.simulated.twiml_allowed import MOST_BYTES

SECONDS = 15.0
REMEMBERED = 50
# Twilio's error codes. Source: https://www.twilio.com/docs/api/errors
NO_ANSWER = 11205
BAD_ANSWER = 11200
TOO_LONG = 11750


class DocumentFailed(Exception):
    """No usable document came back. `code` is Twilio's error code."""

    def __init__(self, url: str, code: int) -> None:
        super().__init__(f"error {code}")
        self.url = url
        self.code = code


@dataclass(frozen=True, slots=True)
class Sent:
    """One request that brought a document, and the bytes of it."""

    method: str
    url: str
    fields: Mapping[str, str]
    token: str
    content: bytes


def parsed(document: str | bytes) -> ElementTree.Element:
    """A document of this same service, read. Raises ParseError for what is not TwiML."""
    root = ElementTree.fromstring(document)  # noqa: S314 (written by this service, never by a stranger)
    if root.tag != "Response":
        raise ElementTree.ParseError("not a TwiML document")
    return root


class SignedRequests:
    """Signs with the public address; `origin` is where the service really listens, when it is elsewhere.

    What goes wrong on the way: `lose_next_answer` (the connection breaks once the service has answered),
    `late_next_answer` (the answer comes too late); `tell_times` posts each callback several times.
    """

    def __init__(self, http: httpx.AsyncClient, public_url: str, auth_token: str, origin: str | None = None) -> None:
        self.http = http
        self.public_url = public_url
        self._validator = RequestValidator(auth_token)
        self._origin = origin or public_url
        self.lose_next_answer = False
        self.late_next_answer = False
        self.tell_times = 1
        self.sent: deque[Sent] = deque(maxlen=REMEMBERED)

    async def content(self, method: str, url: str, fields: Mapping[str, str]) -> bytes:
        """What an address answers, as it came. Raises DocumentFailed."""
        token, whole = str(uuid.uuid4()), url.partition("#")[0]
        response = await self._ask(method, url, fields, token)
        if response is None or response.status_code >= 300:
            raise DocumentFailed(whole, BAD_ANSWER if response is not None else NO_ANSWER)
        if len(response.content) > MOST_BYTES:
            raise DocumentFailed(whole, TOO_LONG)
        self.sent.append(Sent(method, whole, dict(fields), token, response.content))
        return response.content

    async def tell(self, url: str, fields: Mapping[str, str]) -> int | None:
        """For a callback whose answer is not a document: the status, or None when nothing answered."""
        response = None
        for _ in range(self.tell_times):
            response = await self._ask("POST", url, fields, str(uuid.uuid4()))
        return response.status_code if response is not None else None

    async def again(self, sent: Sent) -> bytes:
        """The same request once more, with its token: what comes back."""
        return (await self._send(sent.method, sent.url, sent.fields, sent.token)).content

    async def _ask(self, method: str, url: str, fields: Mapping[str, str], token: str) -> httpx.Response | None:
        """The last answer, or None when there was none; asked again only for the failures of the policy."""
        url, _, fragment = url.partition("#")
        settings = settings_of(fragment)
        response: httpx.Response | None = None
        try:
            async with asyncio.timeout(settings.all_seconds):
                for _ in range(settings.retries + 1):
                    response, failure = await self._try(method, url, fields, token, settings)
                    if failure not in settings.policy:
                        break
        except TimeoutError:
            return None
        return response

    async def _try(
        self, method: str, url: str, fields: Mapping[str, str], token: str, settings: ConnectionSettings
    ) -> tuple[httpx.Response | None, Failure | None]:
        try:
            response = await self._send(method, url, fields, token, settings)
        except httpx.ReadTimeout:
            return None, Failure.READ
        except httpx.HTTPError:
            return None, Failure.CONNECTION
        if self.lose_next_answer:
            self.lose_next_answer = False
            return None, Failure.CONNECTION
        if self.late_next_answer:
            self.late_next_answer = False
            return None, Failure.READ
        if response.status_code >= 500:
            return response, Failure.SERVER_ERROR
        return response, Failure.CLIENT_ERROR if response.status_code >= 400 else None

    async def _send(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str],
        token: str,
        settings: ConnectionSettings = ConnectionSettings(),  # noqa: B008 (it cannot change)
    ) -> httpx.Response:
        signed_fields = dict(fields) if method == "POST" else {}
        if method == "GET" and fields:
            url += ("&" if "?" in url else "?") + urlencode(fields)
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url, signed_fields),
            "I-Twilio-Idempotency-Token": token,
        }
        target = self._origin + url.removeprefix(self.public_url)
        data = signed_fields if method == "POST" else None
        timeout = httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds)
        return await self.http.request(method, target, data=data, headers=headers, timeout=timeout)
