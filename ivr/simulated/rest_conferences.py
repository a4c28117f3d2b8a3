"""The REST side's conferences and their participants.

Source: https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from __future__ import annotations

from typing import Any

from twilio.http.response import Response

from ivr.simulated.conferences import Conference, ConferenceStatus, Participant
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.rest_answers import NOT_FOUND, answer, is_true, page


class RestConferences:
    """`late`: what is listed is a moment behind, so that a conference that just began is not in it."""

    def __init__(self, network: SimulatedNetwork) -> None:
        self.network = network
        self.late = False

    def listed(self, params: dict[str, Any]) -> Response:
        # Without a status, only those in progress: Twilio's own default since the end of September 2026.
        status = params.get("Status") or ConferenceStatus.IN_PROGRESS.value
        found = self.network.conferences.listed(params.get("FriendlyName"), status)
        return page("conferences", [] if self.late else [_conference_json(one) for one in found])

    def one(self, method: str, sid: str, data: dict[str, Any]) -> Response:
        """Raises UnknownConference."""
        conference = self.network.conferences.conference(sid)
        if method == "POST" and data.get("Status") == ConferenceStatus.COMPLETED.value:
            self.network.conferences.end(sid)
        return answer(_conference_json(conference))

    def participants(self, method: str, sid: str) -> Response:
        """Raises UnknownConference."""
        if method != "GET":
            return NOT_FOUND
        conference = self.network.conferences.conference(sid)
        found = list(conference.participants.values())
        return page("participants", [_participant_json(conference, one) for one in found])

    def participant(self, method: str, sid: str, call_sid: str, data: dict[str, Any]) -> Response:
        """Raises UnknownConference."""
        conferences = self.network.conferences
        participant = conferences.participant(sid, call_sid)
        if method == "DELETE":
            conferences.remove(sid, call_sid)
            return Response(204, "")
        if method == "POST":
            if "Hold" in data:
                url, method_of_hold = str(data.get("HoldUrl", "")), str(data.get("HoldMethod", "GET"))
                conferences.hold(sid, call_sid, is_true(data["Hold"]), url, method_of_hold)
            if "Muted" in data:
                conferences.mute(sid, call_sid, is_true(data["Muted"]))
            if "EndConferenceOnExit" in data:
                participant.end_on_exit = is_true(data["EndConferenceOnExit"])
        return answer(_participant_json(conferences.conference(sid), participant))


def _conference_json(conference: Conference) -> dict[str, object]:
    return {"sid": conference.sid, "friendly_name": conference.name, "status": conference.status.value}


def _participant_json(conference: Conference, participant: Participant) -> dict[str, object]:
    return {
        "call_sid": participant.call_sid,
        "conference_sid": conference.sid,
        "muted": participant.muted,
        "hold": participant.held,
        "start_conference_on_enter": participant.start_on_enter,
        "end_conference_on_exit": participant.end_on_exit,
        "status": "connected",
    }
