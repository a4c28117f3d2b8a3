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
    LEAVING = "leaving"  # said once that nothing more is needed, and offered a person
    PARTENAIRES = "partenaires"
    PARTNER_CODE = "partner_code"
    FILE = "file"
    OVER = "over"  # said twice that nothing more is needed


class Destination(StrEnum):
    INFO_SANTE = "info_sante"
    GAP = "gap"


class PartnerKind(StrEnum):
    POLICE = "police"
    HOPITAL = "hopital"
    CLINIQUE = "clinique"
    COMMUNAUTAIRE = "communautaire"
    AUTRE = "autre"


class Meaning(StrEnum):
    """What the few words that the line itself knows are for; the others are the heart's to read."""

    OTHER = "other"
    PERSON = "person"  # « zéro », « un agent »: said alone
    RELAY = "relay"  # a relay operator (711) speaks for somebody
    FINISHED = "finished"  # « non merci, c'est tout »: said alone


class Noted(StrEnum):
    """A key of which the intervenant reads what it stood for: `noted` of the menu's texts."""

    YES = "yes"
    NO = "no"
    POLICE = "police"
    HOPITAL = "hopital"
    CLINIQUE = "clinique"
    COMMUNAUTAIRE = "communautaire"
    AUTRE = "autre"


@dataclass(frozen=True, slots=True)
class MenuState:
    """Where a call stands. `turn` is the number of the document in force; `mute` follows the silent code.

    `started_at` is when the bot got them, again after a transfer. `keys_only`: the document in force offers keys alone.
    `transfer` is where they are transferred, `unreached` where nobody answered, `two_at` when key 2 was pressed,
    `partner` what a partner is.
    """

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
    keys_only: bool = False
    transfer: Destination | None = None
    unreached: Destination | None = None
    two_at: datetime | None = None
    partner: PartnerKind | None = None

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
            "keys_only": self.keys_only,
            "transfer": self.transfer.value if self.transfer else None,
            "unreached": self.unreached.value if self.unreached else None,
            "two_at": self.two_at.isoformat() if self.two_at else None,
            "partner": self.partner.value if self.partner else None,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> MenuState:
        """Read back. A call kept before a field existed has not met what the field tells."""
        five, two = stored["first_five_at"], stored.get("two_at")
        transfer, unreached, partner = stored.get("transfer"), stored.get("unreached"), stored.get("partner")
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
            keys_only=stored.get("keys_only", False),
            transfer=Destination(transfer) if transfer else None,
            unreached=Destination(unreached) if unreached else None,
            two_at=datetime.fromisoformat(two) if two else None,
            partner=PartnerKind(partner) if partner else None,
        )


@dataclass(frozen=True, slots=True)
class Arrived:
    """The call comes in. `known` is false when the number called is not in RELAIS_LINES."""

    at: datetime
    known: bool = True


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key; `text` is what was said at the same time, `digits` all the keys where several are listened to."""

    key: str
    at: datetime
    text: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Spoke:
    text: str
    at: datetime
    means: Meaning = Meaning.OTHER


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


@dataclass(frozen=True, slots=True)
class Finished:
    """The heart has read the words that say that nothing more is needed, and saw nothing in them."""


type Event = Arrived | Pressed | Spoke | Silent | TransferEnded | Answered | HandedOver | Finished


@dataclass(frozen=True, slots=True)
class Tell:
    """For `handle_turn`. `read_first`: the gate reads the words although they are not for the bot.

    `noted` and `code` are keys that the intervenant reads with the words: what they stood for, a partner's code.
    """

    said: Said
    text: str = ""
    signals: tuple[Signal, ...] = ()
    read_first: bool = False
    noted: tuple[Noted, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    language: Language


type Effect = Tell | ChangeLanguage


@dataclass(frozen=True, slots=True)
class Listen:
    """Say `replies`, then the sentences named by `keys`, then listen. `other_language` says its invitation.

    `keys_only`: only keys are offered; words are heard all the same, since one of them may be a risk.
    `most_digits`: how many keys are taken together, ended by # or a silence.
    """

    keys: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    timeout_seconds: int = 6
    keys_only: bool = False
    most_digits: int = 1


@dataclass(frozen=True, slots=True)
class Transfer:
    destination: Destination


@dataclass(frozen=True, slots=True)
class Queue:
    """Into the queue of the line, after these sentences, those named by `keys` first."""

    sentences: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The closing sentences, then the line hangs up: the caller said twice that nothing more is needed."""


@dataclass(frozen=True, slots=True)
class SameAgain:
    """The document in force, once more."""


type Document = Listen | Transfer | Queue | Goodbye | SameAgain


@dataclass(frozen=True, slots=True)
class Step:
    """What follows. With a `Tell`, there is no document yet: its outcome is the next event."""

    state: MenuState
    effects: tuple[Effect, ...] = ()
    document: Document | None = None
