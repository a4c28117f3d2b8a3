"""The REST side's calls: made, moved, ended, listed.

Source: https://www.twilio.com/docs/voice/api/call-resource
"""

from __future__ import annotations

import re
from typing import Any

from twilio.http.response import Response

from ivr.simulated.heard import Moved
from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork
from ivr.simulated.outside import DEFAULT_EVENTS, LEG_EVENTS, CallOrder
from ivr.simulated.rest_answers import answer, page, refusal

NUMBER = re.compile(r"\+[1-9]\d{7,14}")
TO = re.compile(r"\+[1-9]\d{7,14}|client:[A-Za-z0-9_-]{1,121}")
MOST_CHARACTERS = 4000
RING_SECONDS = 60.0
NOT_ANSWERED_YET = frozenset({CallStatus.QUEUED, CallStatus.RINGING})


class RestCalls:
    def __init__(self, network: SimulatedNetwork) -> None:
        self.network = network

    def create(self, data: dict[str, Any]) -> Response:
        """A new leg, queued: it is dialled a moment later."""
        problem = _problem_of(data)
        if problem is not None:
            return problem
        events = data.get("StatusCallbackEvent") or DEFAULT_EVENTS
        if isinstance(events, str):
            events = events.split()
        order = CallOrder(
            to=str(data["To"]),
            caller_number=str(data["From"]),
            url=str(data.get("Url", "")),
            method=str(data.get("Method", "POST")),
            document=str(data.get("Twiml", "")),
            timeout_seconds=float(data.get("Timeout", RING_SECONDS)),
            callback_url=str(data.get("StatusCallback", "")),
            events=frozenset(events) & frozenset(LEG_EVENTS),
        )
        return answer(_call_json(self.network.dials().place_call(order)), 201)

    def one(self, method: str, sid: str, data: dict[str, Any]) -> Response:
        """Raises UnknownCall."""
        call = self.network.call(sid)
        return self._update(call, data) if method == "POST" else answer(_call_json(call))

    def listed(self, params: dict[str, Any]) -> Response:
        calls = self.network.calls(params.get("Status"), params.get("ParentCallSid"), params.get("To"))
        return page("calls", [_call_json(call) for call in calls])

    def _update(self, call: NetworkCall, data: dict[str, Any]) -> Response:
        if call.is_over:
            return refusal(400, 21220, "call not in progress")
        status = data.get("Status")
        if status == CallStatus.CANCELED.value and call.status not in NOT_ANSWERED_YET:
            return answer(_call_json(call))
        if status in (CallStatus.COMPLETED.value, CallStatus.CANCELED.value):
            call.end()
            return answer(_call_json(call))
        if call.direction != "inbound" and call.status in NOT_ANSWERED_YET:
            return refusal(400, 21220, "call not in progress: it cannot be redirected")
        if len(str(data.get("Twiml", ""))) > MOST_CHARACTERS:
            return refusal(400, 21617, "a document longer than 4000 characters")
        call.move(Moved(str(data.get("Twiml", "")), str(data.get("Url", "")), str(data.get("Method", "POST"))))
        return answer(_call_json(call))


def _problem_of(data: dict[str, Any]) -> Response | None:
    if not TO.fullmatch(str(data.get("To", ""))):
        return refusal(400, 21211, "not a number that can be called")
    if not NUMBER.fullmatch(str(data.get("From", ""))):
        return refusal(400, 21212, "not a number to call from")
    if not data.get("Url") and not data.get("Twiml"):
        return refusal(400, 21205, "neither an address nor a document")
    if len(str(data.get("Twiml", ""))) > MOST_CHARACTERS:
        return refusal(400, 21617, "a document longer than 4000 characters")
    return None


def _call_json(call: NetworkCall) -> dict[str, object]:
    return {
        "sid": call.sid,
        "status": call.status.value,
        "from": call.caller_number,
        "to": call.called_number,
        "direction": call.direction,
        "parent_call_sid": call.parent,
    }
