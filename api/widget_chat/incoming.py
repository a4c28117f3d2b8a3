"""What the visitor's browser sent, bounded and read as well as can be: nothing said is dropped for its form."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from triage.risk_gate.folding import is_readable

BODY_LIMIT = 64 * 1024
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CUT_TEXT = re.compile(r'"text"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL)
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Body:
    """At most BODY_LIMIT bytes; `cut` when there were more."""

    content: bytes
    cut: bool = False


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """`readable` is false when the words may not be what the person wrote: a person must look."""

    client_id: str
    text: str
    readable: bool = True
    too_large: bool = False

    @property
    def is_empty(self) -> bool:
        return all(unicodedata.category(character) in _INVISIBLE for character in self.text)


async def read_bounded(chunks: AsyncIterator[bytes], limit: int = BODY_LIMIT) -> Body:
    """Read the body and stop at the limit: a huge one is never held in memory."""
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > limit:
            return Body(bytes(content[:limit]), cut=True)
    return Body(bytes(content))


def read_message(body: Body) -> IncomingMessage:
    """The message of a body, whatever its state."""
    decoded, well_encoded = _decode(body.content)
    if body.cut:
        text = _without_surrogates(_cut_text(decoded))
        return IncomingMessage(_id_of(body.content), text, readable=False, too_large=True)
    fields = _json_object(decoded)
    if fields is None:
        return IncomingMessage(_id_of(body.content), _without_surrogates(decoded), readable=False)
    said = fields.get("text")
    text = _without_surrogates(said if isinstance(said, str) else "" if said is None else str(said))
    return IncomingMessage(client_id_of(fields), text, readable=well_encoded and is_readable(text))


def read_fields(body: Body) -> dict[str, object]:
    """The fields of a small request; an unreadable one has none."""
    return _json_object(_decode(body.content)[0]) or {}


def client_id_of(fields: dict[str, object]) -> str:
    """The browser's own id, or one that we make: a message is not refused for its id."""
    given = fields.get("client_id")
    if not isinstance(given, str) or not given:
        return uuid.uuid4().hex
    return given if CLIENT_ID.fullmatch(given) else _id_of(given.encode("utf-8", "replace"))


def _decode(content: bytes) -> tuple[str, bool]:
    try:
        return content.decode("utf-8"), True
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace"), False


def _json_object(decoded: str) -> dict[str, object] | None:
    if not decoded.strip():
        return {}
    try:
        value = json.loads(decoded, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _cut_text(decoded: str) -> str:
    """The text of a JSON body cut in its middle, or the body itself when there is none to find."""
    found = _CUT_TEXT.search(decoded)
    if found is None:
        return decoded
    try:
        return str(json.loads(f'"{found.group(1)}"', strict=False))
    except ValueError:
        return found.group(1)


def _without_surrogates(text: str) -> str:
    """Half a character cannot be written back to a browser: it becomes U+FFFD, and a pair its character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _id_of(content: bytes) -> str:
    """The same bytes sent again are the same message."""
    return "body-" + hashlib.sha256(content).hexdigest()[:32]
