"""A request of Twilio, read from the bytes as they came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from foundation.settings import Settings
from triage.interventions.types import Line

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
    """The fields of one request. `unreadable` marks words that are not UTF-8, or too long to be kept whole."""

    values: Mapping[str, str]
    unreadable: bool = False
    token: str = ""

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
    def key(self) -> str:
        """The key pressed: 0 wins over any other, since it asks for a person."""
        digits = self.get("Digits").strip()
        if "0" in digits:
            return "0"
        return "55" if digits.startswith("55") else digits[:1]

    @property
    def call_over(self) -> bool:
        """The caller is already gone: Twilio sends what was gathered last all the same."""
        return self.get("CallStatus") in ENDED_STATUSES

    @property
    def caller_number(self) -> str | None:
        """The caller's number, or None when it is hidden."""
        number = self.get("From")
        return number if E164.fullmatch(number) and number not in HIDDEN_NUMBERS else None

    def line(self, settings: Settings) -> tuple[Line, bool]:
        """The line called, and whether the number is one of ours; an unknown one is taken as Info-Social."""
        name = settings.lines.get(self.get("To"))
        return (Line(name), True) if name else (Line.INFO_SOCIAL, False)


def split_fields(body: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a form, still as bytes: the signature is over them, readable or not."""
    fields = []
    for part in body.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            fields.append((_unquoted(name), _unquoted(value)))
    return fields


def read_fields(fields: list[tuple[bytes, bytes]], token: str, too_long: bool) -> TwilioForm:
    """Decode the fields; the first of a name counts, as Twilio sends one of each."""
    values: dict[str, str] = {}
    unreadable = too_long
    for name, value in fields:
        key = name.decode("utf-8", "replace")
        if key == "SpeechResult":
            unreadable = unreadable or not _is_utf8(value)
            value = value[:KEPT_TEXT_BYTES]
        values.setdefault(key, value.decode("utf-8", "replace"))
    return TwilioForm(values, unreadable, token)


def _unquoted(part: bytes) -> bytes:
    return unquote_to_bytes(part.replace(b"+", b" "))


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
