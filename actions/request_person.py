"""Asks the service for a person, when the conversation calls for one."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional

import httpx
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

TIMEOUT_SECONDS = 2.0


class RequestPerson(Action):
    """`POST /bot/person` for this conversation.

    Anything but a confirmed handoff is a rejection, so that Rasa never counts the action as done. The
    rejection carries neither token nor words of the person.
    """

    def __init__(self, transport: Optional[httpx.AsyncBaseTransport] = None) -> None:
        self._transport = transport

    def name(self) -> str:
        """As in the domain and the rule."""
        return "action_request_person"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Changes nothing in the conversation: the service owns the handoff and speaks of it."""
        try:
            confirmed = await self._ask(tracker.sender_id)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise ActionExecutionRejection(self.name(), f"no person asked: {type(error).__name__}") from None
        if not confirmed:
            raise ActionExecutionRejection(self.name(), "no person asked: not confirmed")
        return []

    async def _ask(self, contact: str) -> bool:
        headers = {"Authorization": f"Bearer {os.environ['RELAIS_CALLBACK_TOKEN']}"}
        async with httpx.AsyncClient(
            base_url=os.environ["RELAIS_API_URL"], timeout=TIMEOUT_SECONDS, transport=self._transport
        ) as client:
            answer = await client.post("/bot/person", headers=headers, json={"contact": contact})
            answer.raise_for_status()
            body = answer.json()
        return isinstance(body, dict) and body.get("handoff") is True
