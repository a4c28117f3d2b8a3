"""The telephone as the heart sees it: the words of a call, and what is asked of the telephone.

`ivr` gives the real one at start. Nothing here is heard by the person who calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class VoiceUnavailable(Exception):
    """The telephone side could not do it: whoever waited still waits, whoever talked still talks."""


class NotOnLine(Exception):
    """Somebody needed for this act is not on the line, or not any more: 409. The message names who, in French."""


class RefusedNumber(Exception):
    """A number that is never dialled from here. The message is the reason, in French, for the intervenant."""


class LegKind(StrEnum):
    """Whose leg it is."""

    INTERVENANT = "intervenant"  # who answers for the contact
    COLLEAGUE = "colleague"  # invited; may become the one who answers
    GUEST = "guest"  # interpreter, partner
    PERSON = "person"  # called back by us


class LegState(StrEnum):
    """A leg only goes forward."""

    RINGING = "ringing"
    ON_LINE = "on_line"
    ENDED = "ended"


class AnswerWay(StrEnum):
    """How an intervenant answers."""

    SOFTPHONE = "softphone"
    OWN_PHONE = "own_phone"
    SIMULATED = "simulated"  # demonstration only: joins at once, by text


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a call, other than the caller's own. `label` is what the intervenant wrote of a guest."""

    id: str
    kind: LegKind
    state: LegState
    staff_id: str | None
    label: str


@dataclass(frozen=True, slots=True)
class CallView:
    """A call as the console shows it. `mute`: the silent code was given, nothing may be said aloud.
    `legs` are those that ring or talk, oldest first; `awaiting_key`: the person is being asked for a key.
    `whisper` is what a telephone of the staff says at their ear before it is in the call."""

    contact_id: str
    caller_on_line: bool
    caller_in_conference: bool
    held: bool
    mute: bool
    awaiting_key: bool
    legs: tuple[Leg, ...]
    whisper: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoftphoneToken:
    """What a browser shows to Twilio to be a telephone, until `expires_at`."""

    token: str
    expires_at: datetime


class VoicePort(Protocol):
    """What the desk asks for in the course of taking, giving back and closing a contact."""

    async def bring_together(self, contact_id: str, staff_id: str) -> None:
        """Make the intervenant's telephone ring; the caller joins when they are on line. Raises VoiceUnavailable."""
        ...

    async def back_to_queue(self, contact_id: str) -> None:
        """Put a caller whose intervenant let go back where callers wait. Raises VoiceUnavailable."""
        ...

    async def hang_up(self, contact_id: str) -> None:
        """End the caller's leg, after the intervenant closed the contact. Raises VoiceUnavailable."""
        ...

    async def end_legs(self, contact_id: str, *, leaver: str | None = None) -> None:
        """End every other leg of the contact. What fails now is tried again by the clock.

        After `leaver` let go, the legs of whoever has taken the contact since stay.
        """
        ...

    async def held_by_leg(self) -> frozenset[tuple[str, str]]:
        """Members of the staff and contacts, for those whose telephone is on line for the contact."""
        ...

    async def is_invited(self, contact_id: str, staff_id: str) -> bool:
        """True while this staff member is invited to the call, or in it."""
        ...


class CallPort(VoicePort, Protocol):
    """What an intervenant does within a call. Every act raises VoiceUnavailable when the telephone fails."""

    async def call_view(self, contact_id: str) -> CallView: ...

    async def hold(self, contact_id: str, *, held: bool) -> None:
        """Raises NotOnLine when the person is not in the conversation."""
        ...

    async def invite_staff(self, contact_id: str, staff_id: str) -> None:
        """A colleague's telephone rings, or their console. Asked twice, it rings once."""
        ...

    async def invite_number(self, contact_id: str, number: str, label: str) -> None:
        """An outside telephone rings. Raises RefusedNumber."""
        ...

    async def join(self, contact_id: str, staff_id: str) -> None:
        """An invited colleague joins from the console; a softphone connects by itself. Raises NotOnLine."""
        ...

    async def end_leg(self, contact_id: str, leg_id: str) -> None:
        """Raises NotOnLine when the contact has no such leg."""
        ...

    async def prepare_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        """From here on the call rests on the colleague's leg, not on the first one's. Raises NotOnLine."""
        ...

    async def finish_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        """The contact has changed hands: the first leg leaves."""
        ...

    async def prepare_cold_transfer(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        """The caller leaves the conversation and hears the wait. Raises NotOnLine."""
        ...

    async def ask_key(self, contact_id: str) -> None:
        """The person is asked, in silence, for a key: 1 yes, 2 no. Raises NotOnLine."""
        ...

    async def call_person(self, contact_id: str, staff_id: str) -> None:
        """The intervenant's telephone rings first, then the person's. Raises NotOnLine, RefusedNumber."""
        ...

    async def person_reached(self, contact_id: str) -> bool:
        """Who answered is the person: from here on it is their call. False when nobody is on the line."""
        ...

    async def invited_contacts(self, staff_id: str) -> tuple[str, ...]:
        """The contacts to which this staff member is invited and not yet on line."""
        ...

    async def joined_contacts(self, staff_id: str) -> tuple[str, ...]:
        """The contacts of colleagues in whose call this staff member is."""
        ...

    async def answer_way(self, staff_id: str) -> AnswerWay | None:
        """None when they have not chosen: nobody can reach them by telephone yet."""
        ...

    async def choose_way(self, staff_id: str, way: AnswerWay, number: str | None) -> None:
        """Raises RefusedNumber."""
        ...

    async def own_number_shown(self, staff_id: str) -> str | None:
        """The last two digits of their own telephone, or None."""
        ...

    async def softphone_token(self, staff_id: str) -> SoftphoneToken | None:
        """None when browsers are no telephones here (demonstration, or not set up)."""
        ...


class NoTelephone:
    """For what runs without one (a replay, a command): nobody is on any line, and every act says so."""

    async def bring_together(self, contact_id: str, staff_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def back_to_queue(self, contact_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def hang_up(self, contact_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def end_legs(self, contact_id: str, *, leaver: str | None = None) -> None:
        return None

    async def held_by_leg(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    async def is_invited(self, contact_id: str, staff_id: str) -> bool:
        return False

    async def call_view(self, contact_id: str) -> CallView:
        return CallView(contact_id, False, False, False, False, False, ())

    async def hold(self, contact_id: str, *, held: bool) -> None:
        raise VoiceUnavailable("no telephone here")

    async def invite_staff(self, contact_id: str, staff_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def invite_number(self, contact_id: str, number: str, label: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def join(self, contact_id: str, staff_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def end_leg(self, contact_id: str, leg_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def prepare_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def finish_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def prepare_cold_transfer(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def ask_key(self, contact_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def call_person(self, contact_id: str, staff_id: str) -> None:
        raise VoiceUnavailable("no telephone here")

    async def person_reached(self, contact_id: str) -> bool:
        return False

    async def invited_contacts(self, staff_id: str) -> tuple[str, ...]:
        return ()

    async def joined_contacts(self, staff_id: str) -> tuple[str, ...]:
        return ()

    async def answer_way(self, staff_id: str) -> AnswerWay | None:
        return None

    async def choose_way(self, staff_id: str, way: AnswerWay, number: str | None) -> None:
        raise VoiceUnavailable("no telephone here")

    async def own_number_shown(self, staff_id: str) -> str | None:
        return None

    async def softphone_token(self, staff_id: str) -> SoftphoneToken | None:
        return None
