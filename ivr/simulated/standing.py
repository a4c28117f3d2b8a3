"""Where a simulated call stands, for the page: its queue, who is in its conference, hold, and the silence asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ivr.simulated.executing import ExecutingPhone
from ivr.simulated.page_texts import page_texts
from ivr.simulated.softphone import CLIENT


@dataclass(frozen=True, slots=True)
class Member:
    """One phone of the conference; `who` is written for the page, and shows two digits of a number at most."""

    who: str
    held: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """`silent`: after the silent code, nothing is said aloud on this call."""

    waiting: bool
    held: bool
    silent: bool
    members: tuple[Member, ...]

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def standing_of(phone: ExecutingPhone) -> Standing:
    """As the network knows it now."""
    live = phone.network.conferences.live(phone.conference) if phone.conference else None
    participants = list(live.participants.values()) if live else []
    members = tuple(Member(_who(phone, one.call_sid), one.held, one.muted) for one in participants)
    return Standing(phone.queue is not None, phone.held, phone.documents.silent, members)


def _who(phone: ExecutingPhone, call_sid: str) -> str:
    texts = page_texts()["membres"]
    if call_sid == phone.sid:
        return str(texts["soi"])
    other_end = phone.network.call(call_sid).other_end
    if other_end.startswith(CLIENT):
        return str(texts["intervenant"])
    return str(texts["autre"]).format(fin=other_end[-2:])
