"""Only what Twilio signed is read; anything else is refused before anything is written."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote_from_bytes

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from ivr.counters import SIGNATURES_REFUSED
from ivr.tables import PhoneCall, WebhookAnswer
from tests.ivr.doors import TOKEN, Door
from triage.handoff.tables import Handoff
from triage.record.tables import Contact

FORM = "application/x-www-form-urlencoded"
SIGNED_PATHS = ["voice", "turn?n=1", "wait", "after-queue", "overflow?i=1", "after-conversation", "screen", "status"]


async def rows(door: Door) -> int:
    async with door.services.sessions.read() as session:
        counts = [
            (await session.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (PhoneCall, WebhookAnswer, Contact)
        ]
    return sum(counts)


@pytest.mark.parametrize("path", SIGNED_PATHS)
@pytest.mark.parametrize("signature", ["", "forged", "é"])
async def test_forged_or_missing_is_refused_and_writes_nothing(
    door: Door, fields: Callable[..., dict[str, str]], path: str, signature: str
) -> None:
    refused = SIGNATURES_REFUSED._value.get()
    headers = {"X-Twilio-Signature": signature.encode()} if signature else {}
    response = await door.http.post(f"/ivr/{path}", data=fields(), headers=headers)
    assert response.status_code == 403
    assert await rows(door) == 0
    assert SIGNATURES_REFUSED._value.get() == refused + 1


@pytest.mark.parametrize(
    "url",
    ["http://other.test/ivr/voice", "https://relais.test/ivr/voice", "http://relais.test/ivr/voice?line=x"],
)
async def test_signed_for_another_address_is_refused(
    door: Door, fields: Callable[..., dict[str, str]], url: str
) -> None:
    signature = RequestValidator(TOKEN).compute_signature(url, fields())
    assert (await door.post("/ivr/voice", fields(), signature=signature)).status_code == 403


async def test_a_changed_field_is_refused(door: Door, fields: Callable[..., dict[str, str]]) -> None:
    signature = RequestValidator(TOKEN).compute_signature("http://relais.test/ivr/voice", fields())
    response = await door.post("/ivr/voice", fields(To="+18005550277"), signature=signature)
    assert response.status_code == 403


async def test_both_tokens_are_taken_during_a_rotation(door: Door, fields: Callable[..., dict[str, str]]) -> None:
    door.services.settings.twilio_auth_token = SecretStr(f"new-token,{TOKEN}")
    assert (await door.post("/ivr/voice", fields())).status_code == 200
    door.services.settings.twilio_auth_token = SecretStr("new-token")
    assert (await door.post("/ivr/voice", fields())).status_code == 403


async def test_behind_a_proxy_the_public_address_is_what_counts(
    door: Door, fields: Callable[..., dict[str, str]]
) -> None:
    signature = RequestValidator(TOKEN).compute_signature("http://relais.test/ivr/voice", fields())
    headers = {"X-Twilio-Signature": signature, "Host": "10.0.0.7:8000", "X-Forwarded-Proto": "https"}
    assert (await door.http.post("/ivr/voice", data=fields(), headers=headers)).status_code == 200


async def test_blank_and_accented_fields_keep_their_signature(
    door: Door, fields: Callable[..., dict[str, str]]
) -> None:
    given = fields(SpeechResult="j'ai besoin d'aide à Québec", Digits="", CallerName="Zoé & cie")
    assert (await door.post("/ivr/voice", given)).status_code == 200


async def test_words_that_are_not_utf8_are_signed_over_their_bytes(door: Door) -> None:
    fields = {b"CallSid": b"CA" + b"2" * 32, b"To": b"+18005550811", b"SpeechResult": b"j'ai \xe9t\xe9"}
    signed = b"http://relais.test/ivr/voice" + b"".join(k + fields[k] for k in sorted(fields))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed, hashlib.sha1).digest()).decode()
    body = "&".join(f"{quote_from_bytes(k)}={quote_from_bytes(v)}" for k, v in fields.items())
    headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
    assert (await door.http.post("/ivr/voice", content=body, headers=headers)).status_code == 200


async def test_a_body_past_all_bounds_is_413(door: Door) -> None:
    headers = {"Content-Type": FORM, "X-Twilio-Signature": "a" * 28}
    response = await door.http.post("/ivr/voice", content=b"a" * (1024 * 1024 + 1), headers=headers)
    assert response.status_code == 413


async def test_what_cannot_be_a_signature_is_refused_before_the_body_is_read(door: Door) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b"a=b&" * 4096

    response = await door.http.post("/ivr/voice", content=body(), headers={"Content-Type": FORM})
    assert response.status_code == 403
    assert read == 0


async def test_a_token_answers_only_its_own_call_and_address(door: Door, fields: Callable[..., dict[str, str]]) -> None:
    first = await door.post("/ivr/voice", fields(), token="one")
    other = await door.post("/ivr/voice", fields() | {"CallSid": "CA" + "b" * 32}, token="one")
    words = await door.post("/ivr/turn?n=1", fields(SpeechResult="je veux mourir"), token="one")
    assert first.text != words.text
    assert "Enqueue" in words.text
    assert other.status_code == 200
    assert await handoffs(door) == 1


async def handoffs(door: Door) -> int:
    async with door.services.sessions.read() as session:
        return (await session.execute(select(func.count()).select_from(Handoff))).scalar_one()
