"""A request of Twilio, read from the bytes as they came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_to_bytes

from foundation.settings import Settings
from ivr.menu_state import Pressed
from triage.interventions.types import Line

KEYS = frozenset("0123456789*#")
MOST_DIGITS = 12
KEPT_TEXT_BYTES = 64 * 1024
E164 = re.compile(r"\+[1-9]\d{7,14}")
# What Twilio sends as `From` when the network hides the number.
# Source: https://help.twilio.com/articles/223179988
HIDDEN_NUMBERS = frozenset({"+7378742833", "+2562533", "+8656696", "+266696687", "+86282452253", "+464"})
# Source: https://www.twilio.com/docs/voice/api/call-resource#call-status-values
ENDED_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


class NotACall(ValueError):
    """A signed request without a CallSid: nothing can be kept about it."""


@dataclass(frozen=True, slots=True)
class TwilioForm:
    """The fields of one request. `unreadable` marks words that are not UTF-8, or too long to be kept whole.

    Of its address, two marks are read: `coded`, after the silent code (`m=1`), and `after_five`, in answer
    to the document that waits for the code's second 5 (`f=1`). Both hold when the database is lost.
    """

    values: Mapping[str, str]
    received_at: datetime
    unreadable: bool = False
    token: str = ""
    coded: bool = False
    after_five: bool = False

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def call_sid(self) -> str:
        """The leg's own id. Raises NotACall."""
        sid = self.get("CallSid")
        if not 0 < len(sid) <= 64:
            raise NotACall
        return sid

    @property
    def speech(self) -> str:
        """What was heard, as received; only control characters and blanks count as silence."""
        text = self.get("SpeechResult")
        heard = any(unicodedata.category(character) not in ("Cc", "Cf", "Zs") for character in text)
        return text if heard else ""

    @property
    def digits(self) -> str:
        """All the keys of this request, where several are listened to."""
        return "".join(key for key in self.get("Digits") if key in KEYS)[:MOST_DIGITS]

    @property
    def key(self) -> str:
        """The key pressed: 0 wins over any other, since it asks for a person."""
        digits = self.get("Digits").strip()
        if "0" in digits:
            return "0"
        return "55" if digits.startswith("55") else digits[:1]

    @property
    def pressed(self) -> Pressed | None:
        """The key as the menu takes it, with the words said at the same time."""
        return Pressed(self.key, self.received_at, self.speech, self.digits) if self.key else None

    @property
    def is_silent(self) -> bool:
        """True when, by this request alone, nothing may be said aloud: the silent code was given."""
        return self.coded or self.key == "55" or (self.after_five and self.key == "5")

    def client_id(self, act: str) -> str:
        """Names what a turn of this request is: asked again, the same request is the same turn."""
        return f"{act}:{self.token or self.received_at.timestamp()}"[:80]

    @property
    def call_over(self) -> bool:
        """The caller is already gone: Twilio sends what was gathered last all the same."""
        return self.get("CallStatus") in ENDED_STATUSES

    @property
    def caller_number(self) -> str | None:
        """The caller's number, or None when it is hidden."""
        return shown_number(self.get("From"))

    def line(self, settings: Settings) -> tuple[Line, bool]:
        """The line called, and whether the number is one of ours; an unknown one is taken as Info-Social."""
        name = settings.lines.get(self.get("To"))
        return (Line(name), True) if name else (Line.INFO_SOCIAL, False)


def shown_number(number: str) -> str | None:
    return number if E164.fullmatch(number) and number not in HIDDEN_NUMBERS else None


def split_fields(body: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a form, still as bytes: the signature is over them, readable or not."""
    fields = []
    for part in body.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            fields.append((_unquoted(name), _unquoted(value)))
    return fields


def read_fields(fields: list[tuple[bytes, bytes]], received_at: datetime, *, too_long: bool) -> TwilioForm:
    """Decode the fields; the first of a name counts, as Twilio sends one of each."""
    values: dict[str, str] = {}
    unreadable = too_long
    for name, value in fields:
        key = name.decode("utf-8", "replace")
        if key == "SpeechResult":
            unreadable = unreadable or not _is_utf8(value)
            value = value[:KEPT_TEXT_BYTES]
        values.setdefault(key, value.decode("utf-8", "replace"))
    return TwilioForm(values, received_at, unreadable)


def _unquoted(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
