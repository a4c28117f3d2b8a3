"""What a door would make of a text before it gives it to the flow."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from api.commands.jsonl import BadLine, whole_characters
from triage.interventions.types import Channel
from triage.risk_gate.folding import is_readable
from triage.turn import Said

# Above this, a door keeps the beginning and calls a person.
TEXT_BYTES = 64 * 1024
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def channel_of(line: Mapping[str, object]) -> Channel:
    """`chat` or `phone`; `chat` when the line does not say. Raises BadLine."""
    given = line.get("channel", Channel.CHAT.value)
    if not isinstance(given, str) or given not in frozenset(Channel):
        raise BadLine("le champ « channel » doit être « chat » ou « phone »")
    return Channel(given)


def given_text(value: object, channel: Channel) -> tuple[str, Said]:
    """The text as the flow would get it, and how it counts.

    Nothing to read is a silence on the phone; in the chat it never reaches the flow. Raises BadLine.
    """
    if not isinstance(value, str):
        raise BadLine("le champ « text » manque, ou n'est pas un texte")
    text = whole_characters(value)
    if all(unicodedata.category(character) in _INVISIBLE for character in text):
        if channel is Channel.CHAT:
            raise BadLine("le texte est vide")
        return "", Said.SILENCE
    kept = text.encode()[:TEXT_BYTES].decode(errors="ignore")
    if len(kept) < len(text) or not is_readable(kept):
        return kept, Said.UNREADABLE
    return text, Said.TEXT
