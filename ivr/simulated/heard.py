"""What happens at a simulated phone, in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

SURE = 0.9


class HeardKind(StrEnum):
    VOICE = "voix"
    SILENCE = "silence"
    RECORDING = "enregistrement"  # a <Play>: its address
    MUSIC = "musique"  # Twilio's own, when no address was given
    RINGING = "sonnerie"
    QUEUE = "file"
    OUTSIDE = "dehors"
    CONVERSATION = "conversation"
    HOLD = "attente"
    INTERVENANT = "intervenant"
    OTHER = "autre"  # somebody else on the line
    SELF = "soi"
    ERROR = "erreur"
    WARNING = "alerte"  # not heard by a caller: a document that the linter refuses
    END = "fin"


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing at the ear; `text` may be empty when the kind says it all. `cut`: a key stopped it."""

    kind: HeardKind
    text: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    key: str


@dataclass(frozen=True, slots=True)
class Speech:
    """`confidence` as Twilio gives it, from 0 to 1; None when the recognition gives none."""

    text: str
    confidence: float | None = SURE


@dataclass(frozen=True, slots=True)
class Silence:
    pass


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


@dataclass(frozen=True, slots=True)
class PicksUp:
    """A phone that rings is answered."""


@dataclass(frozen=True, slots=True)
class OutsideEnds:
    """The other end, an outside phone or the intervenant's leg, goes away."""


@dataclass(frozen=True, slots=True)
class LegOutcome:
    """The number that was dialled for this call answered and was put through, or did not: Twilio's DialCallStatus."""

    status: str


@dataclass(frozen=True, slots=True)
class TakenFromQueue:
    """Somebody dialled the queue and talks with the caller."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The REST side gives the call another document, or the address of one."""

    document: str = ""
    url: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class EndedByRest:
    pass


@dataclass(frozen=True, slots=True)
class ConferenceEnds:
    """The conference is over for this phone: ended for all, or the phone was removed from it."""


@dataclass(frozen=True, slots=True)
class HoldChanges:
    """Held, the phone hears the document of `url`, and nobody; without an address, Twilio's music."""

    held: bool
    url: str = ""
    method: str = "GET"


type Happening = (
    Key
    | Speech
    | Silence
    | HangUp
    | PicksUp
    | OutsideEnds
    | LegOutcome
    | TakenFromQueue
    | Moved
    | EndedByRest
    | ConferenceEnds
    | HoldChanges
)


class ConversationLink(Protocol):
    """The other end of a conference, by text."""

    async def caller_joined(self, name: str, phone: Any) -> None: ...

    async def caller_said(self, name: str, text: str) -> None: ...

    async def caller_left(self, name: str) -> None: ...
