"""How Twilio asks: a signed form, a second try with the same token, then the fallback address."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ElementTree
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx
from twilio.request_validator import RequestValidator

TRIES = 2
SECONDS = 15.0
REMEMBERED = 50


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
    """Signs with the public address; `origin` is where the service really listens, when it is elsewhere."""

    def __init__(self, http: httpx.AsyncClient, public_url: str, auth_token: str, origin: str | None = None) -> None:
        self.http = http
        self.public_url = public_url
        self._validator = RequestValidator(auth_token)
        self._origin = origin or public_url
        self.lose_next_answer = False
        self.sent: deque[Sent] = deque(maxlen=REMEMBERED)

    async def content(self, method: str, url: str, fields: Mapping[str, str]) -> bytes:
        """What an address answers, as it came. Raises DocumentFailed."""
        token = str(uuid.uuid4())
        response = await self._ask(method, url, fields, token)
        if response is None or response.status_code >= 300:
            raise DocumentFailed(url, 11200 if response is not None else 11205)
        self.sent.append(Sent(method, url, dict(fields), token, response.content))
        return response.content

    async def tell(self, url: str, fields: Mapping[str, str]) -> int | None:
        """For a callback whose answer is not a document: the status, or None when nothing answered."""
        response = await self._ask("POST", url, fields, str(uuid.uuid4()))
        return response.status_code if response is not None else None

    async def again(self, sent: Sent) -> bytes:
        """The same request once more, with its token: what comes back."""
        return (await self._send(sent.method, sent.url, sent.fields, sent.token)).content

    async def _ask(self, method: str, url: str, fields: Mapping[str, str], token: str) -> httpx.Response | None:
        response = None
        for _ in range(TRIES):
            try:
                response = await self._send(method, url, fields, token)
            except httpx.HTTPError:
                continue
            if self.lose_next_answer:
                self.lose_next_answer = False
                continue
            if response.status_code < 500:
                break
        return response

    async def _send(self, method: str, url: str, fields: Mapping[str, str], token: str) -> httpx.Response:
        signed_fields = dict(fields) if method == "POST" else {}
        if method == "GET" and fields:
            url += ("&" if "?" in url else "?") + urlencode(fields)
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url, signed_fields),
            "I-Twilio-Idempotency-Token": token,
        }
        target = self._origin + url.removeprefix(self.public_url)
        data = signed_fields if method == "POST" else None
        return await self.http.request(method, target, data=data, headers=headers, timeout=SECONDS)
