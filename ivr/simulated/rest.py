"""Twilio's REST side on the simulated network: an `http_client` for Twilio's own library.

Source: https://www.twilio.com/docs/voice/api
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from twilio.http import HttpClient
from twilio.http.response import Response

from ivr.simulated.conferences import UnknownConference
from ivr.simulated.network import SimulatedNetwork, UnknownCall
from ivr.simulated.rest_answers import NOT_FOUND, page, refusal
from ivr.simulated.rest_calls import RestCalls
from ivr.simulated.rest_conferences import RestConferences

log = logging.getLogger(__name__)

_CALL = re.compile(r"/Calls/(?P<sid>[^/]+)\.json$")
_CALLS = re.compile(r"/Calls\.json$")
_QUEUES = re.compile(r"/Queues\.json$")
_MEMBERS = re.compile(r"/Queues/(?P<sid>[^/]+)/Members\.json$")
_CONFERENCES = re.compile(r"/Conferences\.json$")
_CONFERENCE = re.compile(r"/Conferences/(?P<sid>[^/]+)\.json$")
_PARTICIPANTS = re.compile(r"/Conferences/(?P<sid>[^/]+)/Participants\.json$")
_PARTICIPANT = re.compile(r"/Conferences/(?P<sid>[^/]+)/Participants/(?P<call>[^/]+)\.json$")


class SimulatedRest(HttpClient):
    """Answers the requests that this project makes; any other is not found.

    `down` makes every request fail; `fails`, those that it says, by their method and the end of their address.
    """

    def __init__(self, network: SimulatedNetwork) -> None:
        super().__init__(log, is_async=False, timeout=None)
        self.network = network
        self.down = False
        self.fails: Callable[[str, str], bool] = lambda method, path: False
        self.conferences = RestConferences(network)
        self._calls = RestCalls(network)

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        path = uri.partition("?")[0]
        if self.down or self.fails(method, path):
            return refusal(503, 20503, "unavailable")
        try:
            return self._answer(method, path, params or {}, data or {})
        except (UnknownCall, UnknownConference):
            return NOT_FOUND

    def _answer(self, method: str, path: str, params: dict[str, Any], data: dict[str, Any]) -> Response:
        """Raises UnknownCall, UnknownConference."""
        if match := _CALL.search(path):
            return self._calls.one(method, match["sid"], data)
        if _CALLS.search(path):
            return self._calls.create(data) if method == "POST" else self._calls.listed(params)
        if _QUEUES.search(path):
            return page("queues", [self._queue(name) for name in self.network.queue_names()])
        if match := _MEMBERS.search(path):
            members = self.network.queue_members(_queue_name(match["sid"]))
            return page("queue_members", [{"call_sid": sid, "position": n} for n, sid in enumerate(members, 1)])
        return self._answer_about_conferences(method, path, params, data)

    def _answer_about_conferences(
        self, method: str, path: str, params: dict[str, Any], data: dict[str, Any]
    ) -> Response:
        if _CONFERENCES.search(path):
            return self.conferences.listed(params)
        if match := _CONFERENCE.search(path):
            return self.conferences.one(method, match["sid"], data)
        if match := _PARTICIPANTS.search(path):
            return self.conferences.participants(method, match["sid"])
        if match := _PARTICIPANT.search(path):
            return self.conferences.participant(method, match["sid"], match["call"], data)
        return NOT_FOUND

    def _queue(self, name: str) -> dict[str, object]:
        size = len(self.network.queue_members(name))
        return {"sid": _queue_sid(name), "friendly_name": name, "current_size": size}


def _queue_sid(name: str) -> str:
    return "QU" + name.encode().hex()


def _queue_name(sid: str) -> str:
    return bytes.fromhex(sid.removeprefix("QU")).decode()
