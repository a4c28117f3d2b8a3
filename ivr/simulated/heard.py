"""What happens at a simulated phone, in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class HeardKind(StrEnum):
    VOICE = "voix"
    SILENCE = "silence"
    RINGING = "sonnerie"
    QUEUE = "file"
    OUTSIDE = "dehors"
    CONVERSATION = "conversation"
    INTERVENANT = "intervenant"
    SELF = "soi"
    ERROR = "erreur"
    WARNING = "alerte"  # not heard by a caller: a document that the linter refuses
    END = "fin"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing at the caller's ear; `text` may be empty when the kind says it all."""

    kind: HeardKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    key: str


@dataclass(frozen=True, slots=True)
class Speech:
    text: str


@dataclass(frozen=True, slots=True)
class Silence:
    pass


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True)
class OutsideEnds:
    """The other end, an outside phone or the intervenant's leg, goes away."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The REST side gives the call another document."""

    document: str


@dataclass(frozen=True, slots=True)
class EndedByRest:
    pass


type Happening = Key | Speech | Silence | HangUp | OutsideEnds | Moved | EndedByRest


class ConversationLink(Protocol):
    """The other end of a conference, by text."""

    async def caller_joined(self, name: str, phone: Any) -> None: ...

    async def caller_said(self, name: str, text: str) -> None: ...

    async def caller_left(self, name: str) -> None: ...
