"""Only Twilio may speak to the phone door: X-Twilio-Signature over the public address and the fields.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security. The address that was signed is the
public one, so it is put together from the setting and the raw path, never from what a proxy rewrote.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from twilio.request_validator import RequestValidator

from foundation.settings import Settings
from ivr.counters import SIGNATURES_REFUSED
from ivr.twilio_form import TwilioForm, read_fields, split_fields
from ivr.twiml import AFTER_FIVE, CODED
from triage.services import Services

FORM = "application/x-www-form-urlencoded"
READABLE_BYTES = 64 * 1024
LARGEST_BYTES = 1024 * 1024
SIGNATURE_LENGTH = 28  # SHA-1 in base64; anything else is refused before the body is read
MOST_FIELDS = 400


@dataclass(frozen=True, slots=True)
class SignedFields:
    """The fields that Twilio signed, still as bytes."""

    fields: list[tuple[bytes, bytes]]
    too_long: bool


async def signed_form(request: Request) -> SignedFields:
    """The fields of a request that Twilio signed. Anything else is refused before anything is written: 403."""
    settings: Settings = request.app.state.services.settings
    given = request.headers.get("x-twilio-signature", "")
    if len(given) != SIGNATURE_LENGTH:
        SIGNATURES_REFUSED.inc()
        raise HTTPException(403)
    body = await _bounded_body(request)
    is_form = request.headers.get("content-type", "").startswith(FORM)
    fields = split_fields(body) if is_form and body.count(b"&") <= MOST_FIELDS else []
    url = signed_url(settings, request.scope["raw_path"], request.scope["query_string"])
    if not any(_is_signed(token, url, fields, given) for token in settings.twilio_auth_tokens):
        SIGNATURES_REFUSED.inc()
        raise HTTPException(403)
    return SignedFields(fields, too_long=len(body) > READABLE_BYTES)


async def received_form(request: Request, signed: Annotated[SignedFields, Depends(signed_form)]) -> TwilioForm:
    """A signed request, read and dated, with the marks of its address."""
    services: Services = request.app.state.services
    form = read_fields(signed.fields, services.clock.now(), too_long=signed.too_long)
    return replace(
        form,
        token=_bound_token(request, form.get("CallSid")),
        coded=request.query_params.get(CODED) == "1",
        after_five=request.query_params.get(AFTER_FIVE) == "1",
    )


def _bound_token(request: Request, call_sid: str) -> str:
    """Twilio's token, bound to the address and the call: it is not part of what is signed."""
    given = request.headers.get("i-twilio-idempotency-token", "")
    address = request.scope["raw_path"] + b"?" + request.scope["query_string"]
    return hashlib.sha256(address + f"\n{call_sid}\n{given}".encode("utf-8", "replace")).hexdigest() if given else ""


def signed_url(settings: Settings, raw_path: bytes, query: bytes) -> str:
    path = raw_path.partition(b"?")[0].decode("latin-1")
    return settings.public_url + path + ("?" + query.decode("latin-1") if query else "")


async def _bounded_body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BYTES:
            raise HTTPException(413)
    return body


def _is_signed(token: str, url: str, fields: list[tuple[bytes, bytes]], given: str) -> bool:
    if not given.isascii():
        return False
    params: dict[str, list[str]] = {}
    for name, value in fields:
        params.setdefault(name.decode("utf-8", "replace"), []).append(value.decode("utf-8", "replace"))
    if RequestValidator(token).validate(url, _MultiValues(params), given):
        return True
    return hmac.compare_digest(_signature_of_bytes(token, url, fields), given)


class _MultiValues(dict[str, list[str]]):
    """The shape that the validator reads when a name comes several times."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def _signature_of_bytes(token: str, url: str, fields: list[tuple[bytes, bytes]]) -> str:
    """The same signature over undecoded fields: words that are not UTF-8 come from a caller all the same."""
    signed = url.encode() + b"".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha1).digest()).decode()
