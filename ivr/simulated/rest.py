"""Twilio's REST side on the simulated network: an `http_client` for Twilio's own library."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

from twilio.http import HttpClient
from twilio.http.response import Response

from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork, UnknownCall

log = logging.getLogger(__name__)

_CALL = re.compile(r"/Calls/(?P<sid>[^/]+)\.json$")
_CALLS = re.compile(r"/Calls\.json$")
_QUEUES = re.compile(r"/Queues\.json$")
_MEMBERS = re.compile(r"/Queues/(?P<sid>[^/]+)/Members\.json$")
NOT_FOUND = Response(404, json.dumps({"code": 20404, "message": "not found", "status": 404}))


class SimulatedRest(HttpClient):
    """Answers the requests that this project makes; any other is not found. `down` makes it fail."""

    def __init__(self, network: SimulatedNetwork) -> None:
        super().__init__(log, is_async=False, timeout=None)
        self.network = network
        self.down = False

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
        if self.down:
            return Response(503, json.dumps({"code": 20503, "message": "unavailable", "status": 503}))
        path = uri.partition("?")[0]
        try:
            if match := _CALL.search(path):
                return self._call(method, match["sid"], data or {})
            if _CALLS.search(path):
                return _page("calls", [_call_json(call) for call in self._listed(params or {})])
            if _QUEUES.search(path):
                return _page("queues", [self._queue(name) for name in self.network.queue_names()])
            if match := _MEMBERS.search(path):
                members = self.network.queue_members(_queue_name(match["sid"]))
                return _page("queue_members", [{"call_sid": sid, "position": n} for n, sid in enumerate(members, 1)])
        except UnknownCall:
            return NOT_FOUND
        return NOT_FOUND

    def _call(self, method: str, sid: str, data: dict[str, Any]) -> Response:
        call = self.network.call(sid)
        if method == "POST":
            if call.status is CallStatus.COMPLETED:
                return Response(400, json.dumps({"code": 21220, "message": "call not in progress", "status": 400}))
            if data.get("Status") == CallStatus.COMPLETED.value:
                call.ended()
            elif "Twiml" in data:
                call.moved(str(data["Twiml"]))
        return Response(200, json.dumps(_call_json(call)))

    def _listed(self, params: dict[str, Any]) -> list[NetworkCall]:
        return self.network.calls(params.get("Status"), params.get("ParentCallSid"))

    def _queue(self, name: str) -> dict[str, object]:
        size = len(self.network.queue_members(name))
        return {"sid": _queue_sid(name), "friendly_name": name, "current_size": size}


def _call_json(call: NetworkCall) -> dict[str, object]:
    return {"sid": call.sid, "status": call.status.value, "from": call.caller_number, "to": call.called_number}


def _queue_sid(name: str) -> str:
    return "QU" + name.encode().hex()


def _queue_name(sid: str) -> str:
    return bytes.fromhex(sid.removeprefix("QU")).decode()


def _page(key: str, rows: list[dict[str, object]]) -> Response:
    return Response(200, json.dumps({key: rows, "page": 0, "page_size": 50, "next_page_uri": None, "uri": ""}))
