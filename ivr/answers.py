"""Twilio asks again when an answer was lost: the same token gets the same bytes, and nothing happens twice."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from ivr.tables import WebhookAnswer
from triage.services import Services

KEPT = timedelta(days=1)
PURPOSE = "webhook_answer"


def row_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


async def stored_answer(services: Services, token: str) -> str | None:
    """The answer already given to this token, or None."""
    if not token:
        return None
    row = row_of(token)
    async with services.sessions.read() as session:
        answer = await session.get(WebhookAnswer, row)
    return services.settings.key_ring.open_for_service(PURPOSE, row, answer.body) if answer else None


class KeptAnswer(str):
    """An answer already kept, in the transaction that moved the call."""

    __slots__ = ()


def answer_row(services: Services, token: str, body: str) -> WebhookAnswer:
    row = row_of(token)
    sealed = services.settings.key_ring.seal_for_service(PURPOSE, row, body)
    return WebhookAnswer(token=row, body=sealed, at=services.clock.now())


async def keep_answer(services: Services, token: str, body: str) -> str:
    """Keep an answer; when another process answered this token first, its answer is the one."""
    if not token or isinstance(body, KeptAnswer):
        return body
    try:
        async with services.sessions.write() as session:
            session.add(answer_row(services, token, body))
    except IntegrityError:
        return await stored_answer(services, token) or body
    return body


async def forget_old_answers(services: Services) -> None:
    """Twilio asks again within seconds: a day later an answer serves nobody."""
    async with services.sessions.write() as session:
        old = WebhookAnswer.at < services.clock.now() - KEPT
        await session.execute(delete(WebhookAnswer).where(old))
