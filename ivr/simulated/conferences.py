"""The conferences that Twilio keeps: who is in, who is held or muted, and what is told about it.

A conference exists from its first participant, and starts with the second, once one of them may start it: until then
its status is « init » and its participants hear what is played while one waits. It ends when its last participant
leaves, or one whose leaving ends it for all.
Source: https://www.twilio.com/docs/voice/twiml/conference, https://www.twilio.com/docs/voice/api/conference-resource
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ivr.simulated.heard import ConferenceEnds, Happening, HoldChanges

STARTED_WITH = 2
REMEMBERED = 50
CALLBACK_EVENTS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-mute": "mute",
    "participant-unmute": "mute",
}


class ConferenceStatus(StrEnum):
    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class UnknownConference(KeyError):
    """No conference, or nobody in it, bears this id."""


class Ear(Protocol):
    """The phone of a participant."""

    def happens(self, happening: Happening) -> None:
        """From any thread."""

    def hears_from(self, speaker: str, text: str) -> None:
        """What another participant says; `speaker` is the number or the client of that phone."""

    def company_changes(self) -> None:
        """Somebody came or left, is held, muted, or no longer. From any thread."""


@dataclass(slots=True)
class Participant:
    call_sid: str
    ear: Ear | None = None
    start_on_enter: bool = True
    end_on_exit: bool = False
    muted: bool = False
    held: bool = False


@dataclass(slots=True)
class Conference:
    sid: str
    name: str
    status: ConferenceStatus = ConferenceStatus.INIT
    participants: dict[str, Participant] = field(default_factory=dict)
    callback_url: str = ""
    callback_events: frozenset[str] = frozenset()
    told: int = 0


class Conferences:
    """Thread-safe. `tell` posts a callback, from any thread."""

    def __init__(self, tell: Callable[[str, Mapping[str, str]], None]) -> None:
        self._tell = tell
        self._lock = threading.RLock()
        self._all: dict[str, Conference] = {}
        self._live: dict[str, Conference] = {}

    def enter(
        self, name: str, participant: Participant, callback_url: str = "", callback_events: frozenset[str] = frozenset()
    ) -> Conference:
        """The first participant's callback is the conference's; what a later one gives is not read."""
        with self._lock:
            conference = self.live(name)
            if conference is None:
                conference = Conference("CF" + uuid.uuid4().hex, name)
                conference.callback_url, conference.callback_events = callback_url, callback_events
                self._all[conference.sid] = self._live[name] = conference
                self._forget_the_oldest()
            conference.participants[participant.call_sid] = participant
            self._told(conference, "participant-join", participant)
            if conference.status is ConferenceStatus.INIT and _may_start(conference):
                conference.status = ConferenceStatus.IN_PROGRESS
                self._told(conference, "conference-start", None)
            return conference

    def leave(self, sid: str, call_sid: str, reason: str = "participant_hung_up") -> None:
        """Nothing changes for a phone that is no longer in."""
        with self._lock:
            conference = self._all.get(sid)
            participant = conference.participants.pop(call_sid, None) if conference else None
            if conference is None or participant is None:
                return
            self._told(conference, "participant-leave", participant, ReasonParticipantLeft=reason)
            if participant.end_on_exit:
                self._end(conference, "participant-with-end-conference-on-exit-left", call_sid)
            elif not conference.participants:
                self._end(conference, "last-participant-left", call_sid)

    def remove(self, sid: str, call_sid: str) -> None:
        """Through the REST side. Raises UnknownConference."""
        with self._lock:
            participant = self.participant(sid, call_sid)
            self.leave(sid, call_sid, "participant_removed_via_api")
            _tell_ear(participant, ConferenceEnds())

    def end(self, sid: str) -> None:
        """Through the REST side. Raises UnknownConference."""
        with self._lock:
            conference = self.conference(sid)
            if conference.status is not ConferenceStatus.COMPLETED:
                self._end(conference, "conference-ended-via-api", "")

    def hold(self, sid: str, call_sid: str, held: bool, url: str, method: str) -> None:
        """Raises UnknownConference. Held again, the phone hears the new address."""
        with self._lock:
            participant = self.participant(sid, call_sid)
            if held or participant.held:
                participant.held = held
                event = "participant-hold" if held else "participant-unhold"
                self._told(self._all[sid], event, participant)
                _tell_ear(participant, HoldChanges(held, url, method))

    def mute(self, sid: str, call_sid: str, muted: bool) -> None:
        """Raises UnknownConference."""
        with self._lock:
            participant = self.participant(sid, call_sid)
            if participant.muted is not muted:
                participant.muted = muted
                event = "participant-mute" if muted else "participant-unmute"
                self._told(self._all[sid], event, participant)

    def say(self, sid: str, call_sid: str, speaker: str, text: str) -> bool:
        """What this phone says reaches every other that is not held; True when it could be heard at all."""
        with self._lock:
            conference = self._all[sid]
            speaking = conference.participants.get(call_sid)
            if speaking is None or speaking.held or speaking.muted:
                return False
            others = [one for one in conference.participants.values() if one is not speaking and not one.held]
        for other in others:
            if other.ear is not None:
                other.ear.hears_from(speaker, text)
        return True

    def live(self, name: str) -> Conference | None:
        with self._lock:
            return self._live.get(name)

    def conference(self, sid: str) -> Conference:
        """Raises UnknownConference."""
        with self._lock:
            found = self._all.get(sid)
        if found is None:
            raise UnknownConference(sid)
        return found

    def participant(self, sid: str, call_sid: str) -> Participant:
        """Raises UnknownConference, for a phone that is no longer in too."""
        found = self.conference(sid).participants.get(call_sid)
        if found is None:
            raise UnknownConference(call_sid)
        return found

    def listed(self, name: str | None = None, status: str | None = None) -> list[Conference]:
        with self._lock:
            return [one for one in self._all.values() if name in (None, one.name) and status in (None, one.status)]

    def drop(self, call_sid: str) -> None:
        """The call is over: out of whatever conference it was in."""
        with self._lock:
            for conference in list(self._live.values()):
                self.leave(conference.sid, call_sid)

    def _forget_the_oldest(self) -> None:
        """Of those that are over, only the last ones are remembered."""
        over = [sid for sid, one in self._all.items() if one.status is ConferenceStatus.COMPLETED]
        for sid in over[:-REMEMBERED]:
            del self._all[sid]

    def _end(self, conference: Conference, reason: str, call_sid: str) -> None:
        left = list(conference.participants.values())
        conference.participants.clear()
        conference.status = ConferenceStatus.COMPLETED
        del self._live[conference.name]
        for participant in left:
            self._told(conference, "participant-leave", participant, ReasonParticipantLeft="conference_ended")
        more = {"ReasonConferenceEnded": reason} | ({"CallSidEndingConference": call_sid} if call_sid else {})
        self._told(conference, "conference-end", None, **more)
        for participant in left:
            _tell_ear(participant, ConferenceEnds())

    def _told(self, conference: Conference, event: str, participant: Participant | None, **more: str) -> None:
        for other in conference.participants.values():
            if other.ear is not None:
                other.ear.company_changes()
        if not conference.callback_url or CALLBACK_EVENTS[event] not in conference.callback_events:
            return
        conference.told += 1
        fields = {
            "AccountSid": "AC" + "0" * 32,
            "ConferenceSid": conference.sid,
            "FriendlyName": conference.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(conference.told),
        }
        self._tell(conference.callback_url, fields | (_about(participant) if participant else {}) | more)


def _may_start(conference: Conference) -> bool:
    participants = conference.participants.values()
    return len(participants) >= STARTED_WITH and any(one.start_on_enter for one in participants)


def _about(participant: Participant) -> dict[str, str]:
    return {
        "CallSid": participant.call_sid,
        "Muted": str(participant.muted).lower(),
        "Hold": str(participant.held).lower(),
        "Coaching": "false",
        "StartConferenceOnEnter": str(participant.start_on_enter).lower(),
        "EndConferenceOnExit": str(participant.end_on_exit).lower(),
    }


def _tell_ear(participant: Participant, happening: Happening) -> None:
    if participant.ear is not None:
        participant.ear.happens(happening)
