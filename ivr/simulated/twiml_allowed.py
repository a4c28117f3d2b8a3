"""What a document of ours may hold: verbs, their nesting, attributes, texts and addresses.

Narrower than what Twilio takes, and written apart from `ivr/twiml.py`: a change there that is not meant is seen here.
Sources: https://www.twilio.com/docs/voice/twiml (each verb's page), and for what goes wrong otherwise
https://www.twilio.com/docs/api/errors/12100 (not TwiML), /12200 (unknown attribute), /13313 and /13327 (seconds),
/13521 (Say too long), /11750 (more than 64 kB), /32018 (more than 4000 characters through the REST side).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from triage.interventions.types import Line


class DocumentPlace(StrEnum):
    """Who executes the document."""

    CALL = "call"
    MOVED = "moved"  # a caller's too, given to a call in progress through the REST side
    QUEUE = "queue"  # the waitUrl of Enqueue, and what follows it while the caller waits
    SCREEN = "screen"  # an outside phone that was dialled, before it is put through
    LEG = "leg"  # a phone of the other side of the conversation: an intervenant's, a colleague's, a guest's
    LEG_MOVED = "leg moved"  # the same, given through the REST side
    HOLD = "hold"  # what is heard on hold, or before a conference starts


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value among a few."""

    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seconds:
    """A whole number of seconds, bounds included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this service that ends with one of these paths."""

    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """A value that is wholly of this form."""

    form: re.Pattern[str]


type Values = OneOf | Seconds | Address | Written


@dataclass(frozen=True, slots=True)
class VerbRule:
    """`needed` attributes must be there, the others may; `nested` verbs only; `text` says what may be written in it."""

    attributes: Mapping[str, Values] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    nested: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None


def _one_of(*values: str) -> OneOf:
    return OneOf(frozenset(values))


def _address(*paths: str) -> Address:
    return Address(frozenset(paths))


MOST_BYTES = 64 * 1024
MOST_CHARACTERS_MOVED = 4000
# A Polly voice says at most 3000 single bytes, and 4500 characters once written as in an address.
MOST_BYTES_SAID = 3000
MOST_CHARACTERS_SAID = 4500

# Polly has no en-CA voice. Source: the list of voices in npm twilio 6.2.0.
VOICES = {
    "Polly.Gabrielle-Neural": "fr-CA",
    "Polly.Liam-Neural": "fr-CA",
    "Polly.Joanna-Neural": "en-US",
}

POST = _one_of("POST")
ANY_TEXT = re.compile(r"(?s).*\S.*")
E164 = re.compile(r"\+[1-9]\d{7,14}")
QUEUE_NAME = re.compile("|".join(f"relais_{line.value}" for line in Line))
# The contact's id, which says nothing about the person.
CONFERENCE_NAME = re.compile(r"[0-9a-f]{32}")

SAID_OR_PLAYED = frozenset({"Say", "Play", "Pause"})
VERBS: dict[str, VerbRule] = {
    "Response": VerbRule(nested=SAID_OR_PLAYED | {"Gather", "Redirect", "Enqueue", "Dial", "Leave", "Hangup"}),
    "Say": VerbRule(
        {"voice": OneOf(frozenset(VOICES)), "language": OneOf(frozenset(VOICES.values()))},
        needed=frozenset({"voice", "language"}),
        text=ANY_TEXT,
    ),
    "Gather": VerbRule(
        {
            "input": _one_of("dtmf speech", "dtmf"),
            "language": _one_of("fr-CA", "en-CA"),
            # Several keys: a partner's code, which # ends. Elsewhere Twilio's own # would swallow the key.
            "numDigits": _one_of("1", "6"),
            "finishOnKey": _one_of("", "#"),
            "timeout": Seconds(2, 30),
            # Never "auto": somebody in distress pauses.
            "speechTimeout": Seconds(2, 5),
            # What Twilio masks cannot be read by the gate.
            "profanityFilter": _one_of("false"),
            "actionOnEmptyResult": _one_of("true", "false"),
            "action": _address("turn", "wait", "screen", "leg", "key"),
            "method": POST,
        },
        needed=frozenset({"input", "numDigits", "finishOnKey", "timeout", "action", "method"}),
        nested=SAID_OR_PLAYED,
    ),
    # A rest between two resources, or the silence of a hold.
    "Pause": VerbRule({"length": Seconds(1, 30)}, needed=frozenset({"length"})),
    # A public file of ours: the music of the wait, or the recording of a sentence.
    "Play": VerbRule(text=ANY_TEXT),
    "Redirect": VerbRule({"method": POST}, needed=frozenset({"method"}), text=ANY_TEXT),
    "Enqueue": VerbRule(
        {
            "waitUrl": _address("wait"),
            "waitUrlMethod": POST,
            "action": _address("after-queue"),
            "method": POST,
        },
        needed=frozenset({"waitUrl", "waitUrlMethod", "action", "method"}),
        text=QUEUE_NAME,
    ),
    "Dial": VerbRule(
        {
            "action": _address("turn", "overflow", "after-conversation", "leg-over"),
            "method": POST,
            "timeout": Seconds(10, 60),
            "callerId": Written(E164),
        },
        nested=frozenset({"Number", "Conference"}),
    ),
    "Number": VerbRule({"url": _address("screen"), "method": POST}, text=E164),
    "Conference": VerbRule(
        {
            "startConferenceOnEnter": _one_of("true"),
            # False for a guest; the caller's is always true.
            "endConferenceOnExit": _one_of("true", "false"),
            "beep": _one_of("false"),
            # Else Twilio's own music plays to whoever is alone, after the silent code too.
            "waitUrl": _one_of(""),
            "statusCallback": _address("conference"),
            "statusCallbackEvent": _one_of("start end join leave"),
            "statusCallbackMethod": POST,
        },
        needed=frozenset({"startConferenceOnEnter", "endConferenceOnExit", "beep", "waitUrl"}),
        text=CONFERENCE_NAME,
    ),
    "Leave": VerbRule(),
    "Hangup": VerbRule(),
}
# What a Gather that listens to words needs besides.
NEEDED_TO_HEAR = frozenset({"language", "speechTimeout", "profanityFilter", "actionOnEmptyResult"})
REDIRECTS = _address("turn", "after-queue", "overflow", "after-conversation", "again", "key")
# The seconds of a rest, outside what is heard on hold.
LONGEST_REST = 3

# All that a query may say: the document's number, the next outside number, two marks of the silent code, the mark
# of the callback's question, and a leg's id, drawn at random.
QUERY: dict[str, re.Pattern[str]] = {
    "n": re.compile(r"\d{1,4}"),
    "i": re.compile(r"\d{1,2}"),
    "m": re.compile("1"),
    "f": re.compile("1"),
    "c": re.compile("1"),
    "l": re.compile(r"[0-9a-f]{32}"),
}
PLAYED = re.compile(r"audio/(?:wait\.wav|(?:fr|en)/[a-z0-9_.@]+\.(?:mp3|wav))")
MUTE_MARK = "m"
# Asked for by somebody else than the caller: its address does not bear the mark.
NOT_THE_CALLERS = frozenset({"screen"})
