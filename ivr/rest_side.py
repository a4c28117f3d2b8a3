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
from ivr import twiml
from ivr.calls import Call, call_of_contact
from ivr.flow import call_person_again
from ivr.menu_texts import menu_texts
from ivr.twilio_form import ENDED_STATUSES
from triage.services import Services
from triage.staff_desk import VoiceUnavailable

REQUEST_SECONDS = 4.0
LARGEST_PAGE = 1000
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


class TwilioVoice:
    """The telephone as the desk sees it (`triage.staff_desk.VoicePort`). `attach` gives it the heart."""

    def __init__(self, settings: Settings, rest: TwilioRest) -> None:
        self.settings = settings
        self.rest = rest
        self._services: Services | None = None

    def attach(self, services: Services) -> None:
        self._services = services

    async def bring_together(self, contact_id: str, staff_id: str) -> None:
        """Move the caller into the conversation named by the contact. Raises VoiceUnavailable.

        Outside demo mode an intervenant has no telephone of ours yet: the caller is left where they wait.
        """
        if not self.settings.demo:
            raise VoiceUnavailable("no telephone reaches this intervenant")
        _, call = await self._call_on_line(contact_id)
        if call.outside_since is not None:
            raise VoiceUnavailable("the caller is talking with an outside number")
        await self.rest.run_document(call.sid, twiml.conversation(self.settings, contact_id, mute=call.state.mute))

    async def back_to_queue(self, contact_id: str) -> None:
        """Move the caller out of a conversation that nobody is in, into the queue. Raises VoiceUnavailable."""
        services, call = await self._call_on_line(contact_id)
        if call.outside_since is not None:
            raise VoiceUnavailable("the caller is talking with an outside number")
        await put_back(services, self.rest, call)

    async def hang_up(self, contact_id: str) -> None:
        """End the caller's leg. Raises VoiceUnavailable."""
        _, call = await self._call_on_line(contact_id)
        await self.rest.end_call(call.sid)

    async def _call_on_line(self, contact_id: str) -> tuple[Services, Call]:
        if self._services is None:
            raise VoiceUnavailable("the telephone is not ready")
        call = await call_of_contact(self._services, contact_id)
        if call is None or call.ended_at is not None:
            raise VoiceUnavailable("the caller is no longer on line")
        return self._services, call


async def put_back(services: Services, rest: TwilioRest, call: Call) -> None:
    """Give a call on line the document of the queue, wherever it is. Raises VoiceUnavailable."""
    sentence = menu_texts(call.state.language).say("cut")
    await rest.run_document(call.sid, await call_person_again(services, call, (sentence,)))
