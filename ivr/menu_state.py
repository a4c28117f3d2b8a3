"""The words of the menu: where a call stands, what can happen, what is asked of the heart, what is heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from triage.interventions.types import Language, Line
from triage.signals import Signal
from triage.turn import Said


class Place(StrEnum):
    MENU = "menu"
    PRECISER = "preciser"
    ANSWERED = "answered"
    PARTENAIRES = "partenaires"
    FILE = "file"


class Destination(StrEnum):
    INFO_SANTE = "info_sante"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class MenuState:
    """Where a call stands. `turn` is the number of the document in force; `mute` follows the silent code."""

    line: Line
    started_at: datetime
    place: Place = Place.MENU
    language: Language = Language.FRENCH
    turn: int = 0
    silences: int = 0
    misunderstood: int = 0
    repeats: int = 0
    first_five_at: datetime | None = None
    mute: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.line.value,
            "started_at": self.started_at.isoformat(),
            "place": self.place.value,
            "language": self.language.value,
            "turn": self.turn,
            "silences": self.silences,
            "misunderstood": self.misunderstood,
            "repeats": self.repeats,
            "first_five_at": self.first_five_at.isoformat() if self.first_five_at else None,
            "mute": self.mute,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> MenuState:
        five = stored["first_five_at"]
        return cls(
            line=Line(stored["line"]),
            started_at=datetime.fromisoformat(stored["started_at"]),
            place=Place(stored["place"]),
            language=Language(stored["language"]),
            turn=stored["turn"],
            silences=stored["silences"],
            misunderstood=stored["misunderstood"],
            repeats=stored["repeats"],
            first_five_at=datetime.fromisoformat(five) if five else None,
            mute=stored["mute"],
        )


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call comes in. `known` is false when the number called is not in RELAIS_LINES."""

    at: datetime
    known: bool = True


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key; `text` is what was said at the same time, if anything."""

    key: str
    at: datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class Spoke:
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Silent:
    at: datetime


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """Back from Info-Santé or the access point; `answered` is false when nobody took the call there."""

    answered: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """The bot answers. `understood` is false when it says that it did not understand."""

    replies: tuple[str, ...]
    understood: bool


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A person is being called; `sentences` announce it."""

    sentences: tuple[str, ...]


type Event = Arrived | Pressed | Spoke | Silent | TransferEnded | Answered | HandedOver


@dataclass(frozen=True, slots=True)
class Tell:
    """For `handle_turn`. `read_first`: the gate reads the words although they are not for the bot."""

    said: Said
    text: str = ""
    signals: tuple[Signal, ...] = ()
    read_first: bool = False


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    language: Language


type Effect = Tell | ChangeLanguage


@dataclass(frozen=True, slots=True)
class Listen:
    """Say `replies`, then the sentences named by `keys`, then listen. `other_language` says its invitation."""

    keys: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    timeout_seconds: int = 6


@dataclass(frozen=True, slots=True)
class Transfer:
    destination: Destination


@dataclass(frozen=True, slots=True)
class Queue:
    """Into the queue of the line, after these sentences."""

    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SameAgain:
    """The document in force, once more."""


type Document = Listen | Transfer | Queue | SameAgain


@dataclass(frozen=True, slots=True)
class Step:
    """What follows. With a `Tell`, there is no document yet: its outcome is the next event."""

    state: MenuState
    effects: tuple[Effect, ...] = ()
    document: Document | None = None
