"""The side of the telephone that we ask: move a caller out of the queue, end a call, list a queue.

Twilio's client waits for its answer, so every request runs in a thread, with a short time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from requests import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from foundation.settings import Settings
from ivr.twilio_form import ENDED_STATUSES
from triage.voice_port import VoiceUnavailable

REQUEST_SECONDS = 4.0
LARGEST_PAGE = 1000
LEG_EVENTS = ["answered", "completed"]
CONFERENCE_STATUSES = ("in-progress", "init")
DEMO_ACCOUNT = "AC" + "0" * 32


@dataclass(frozen=True, slots=True)
class QueueMember:
    """Somebody in a queue of Twilio's."""

    call_sid: str
    queue: str


@dataclass(frozen=True, slots=True)
class Leg:
    """One call, as Twilio knows it."""

    ended: bool
    caller_number: str
    called_number: str


class TwilioRest:
    """The few requests that the door makes of Twilio. Each raises VoiceUnavailable when it fails or is late."""

    def __init__(self, settings: Settings, http_client: HttpClient | None = None) -> None:
        self._client = make_client(settings, http_client)

    async def run_document(self, call_sid: str, document: str) -> None:
        """Take a call out of wherever it is, a queue or a dial, and give it this document."""
        await self._ask(lambda: self._client.calls(call_sid).update(twiml=document))

    async def end_call(self, call_sid: str) -> None:
        await self._ask(lambda: self._client.calls(call_sid).update(status="completed"))

    async def call_number(self, to: str, shown: str, url: str, status_url: str, ring_seconds: int) -> str:
        """A new leg, which asks for `url` when it is answered: its id."""

        def created() -> str:
            call = self._client.calls.create(
                to=to,
                from_=shown,
                url=url,
                method="POST",
                timeout=ring_seconds,
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=LEG_EVENTS,
            )
            return str(call.sid)

        sid: str = await self._ask(created)
        return sid

    async def conference(self, name: str) -> str | None:
        """The id of the conference under this name. A moment late: callbacks know it sooner.

        One in which somebody is alone has not begun for Twilio, and is listed apart.
        """

        def found() -> str | None:
            for status in CONFERENCE_STATUSES:
                for one in self._client.conferences.list(friendly_name=name, status=status, limit=1):
                    return str(one.sid)
            return None

        sid: str | None = await self._ask(found)
        return sid

    async def hold(self, conference_sid: str, call_sid: str, *, held: bool, hold_url: str) -> None:
        def change() -> None:
            participant = self._client.conferences(conference_sid).participants(call_sid)
            if held:
                participant.update(hold=True, hold_url=hold_url, hold_method="POST")
            else:
                participant.update(hold=False)

        await self._ask(change)

    async def ends_conference(self, conference_sid: str, call_sid: str, *, ends: bool) -> None:
        """Whether the conversation is over for all when this leg leaves."""
        await self._ask(
            lambda: self._client.conferences(conference_sid).participants(call_sid).update(end_conference_on_exit=ends)
        )

    async def leg(self, call_sid: str) -> Leg:
        call = await self._ask(lambda: self._client.calls(call_sid).fetch())
        return Leg(call.status in ENDED_STATUSES, str(call._from or ""), str(call.to or ""))

    async def live_calls(self) -> set[str]:
        """The ids of the calls in progress. A hint, a moment late: `leg` says for sure that one is over."""

        def listed() -> set[str]:
            return {call.sid for call in self._client.calls.list(status="in-progress", page_size=LARGEST_PAGE)}

        live: set[str] = await self._ask(listed)
        return live

    async def has_other_end(self, call_sid: str) -> bool:
        """True when a number dialled for this call rings or talks with it."""

        def dialled() -> bool:
            return any(leg.status not in ENDED_STATUSES for leg in self._client.calls.list(parent_call_sid=call_sid))

        found: bool = await self._ask(dialled)
        return found

    async def members(self, queues: frozenset[str]) -> list[QueueMember]:
        """Everybody in these queues."""

        def listed() -> list[QueueMember]:
            return [
                QueueMember(member.call_sid, queue.friendly_name)
                for queue in self._client.queues.list()
                if queue.friendly_name in queues
                for member in self._client.queues(queue.sid).members.list()
            ]

        members: list[QueueMember] = await self._ask(listed)
        return members

    async def _ask(self, request: Callable[[], Any]) -> Any:
        try:
            async with asyncio.timeout(REQUEST_SECONDS + 1):
                return await asyncio.to_thread(request)
        except (TwilioException, RequestException, TimeoutError) as error:
            raise VoiceUnavailable(f"Twilio: {type(error).__name__}") from error


def make_client(settings: Settings, http_client: HttpClient | None) -> Client:
    """Signed with the API key when there is one, else with the account's token."""
    http_client = http_client or TwilioHttpClient(timeout=REQUEST_SECONDS, max_retries=0)
    account = settings.twilio_account_sid or DEMO_ACCOUNT
    key, secret = settings.twilio_api_key.get_secret_value(), settings.twilio_api_secret.get_secret_value()
    if key and secret:
        return Client(key, secret, account_sid=account, http_client=http_client)
    return Client(account, settings.twilio_auth_tokens[0], http_client=http_client)
