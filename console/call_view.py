"""The telephone of a contact at a glance: who is on the line, and what may be done with the call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.accounts import names_of
from console.staff_sessions import Staff
from console.words import Words
from triage.handoff import service
from triage.handoff.tables import Handoff
from triage.interventions.types import Channel
from triage.services import Services
from triage.voice_desk import AnswerWay, CallView, Leg, LegKind, LegState


class PersonPlace(StrEnum):
    """Where the caller is, as the page says it; each is a word of `call.person_*`."""

    WITH_US = "with_us"
    HELD = "held"
    IN_QUEUE = "in_queue"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class LegView:
    """Somebody else of ours, or a guest, on the line."""

    id: str
    name: str
    state: str
    said: str
    may_remove: bool
    receives: str  # the id of the colleague who may be handed the contact, or nothing


@dataclass(frozen=True, slots=True)
class CallPanel:
    contact_id: str
    person: PersonPlace
    person_said: str
    is_called: bool  # somebody is being called back, and who answers is not known yet
    mine: str  # the state of my own leg, or nothing
    mine_said: str
    my_leg: str
    others: tuple[LegView, ...]
    silent: bool
    awaiting_key: bool
    is_mine: bool
    way: AnswerWay | None
    is_inside: bool
    may_hold: bool
    may_bring_in: bool
    held: bool
    may_ask_key: bool
    may_recall: bool
    may_note_attempt: bool
    whisper: str  # in the demonstration only, where no telephone says it

    @property
    def told(self) -> str:
        """The word of `call` that says what is going on, or nothing."""
        if self.person is PersonPlace.HELD:
            return "held"
        if self.mine == LegState.RINGING.value:
            return self._told_while_ringing()
        return "" if self.is_mine else "not_mine" if self.is_inside else ""

    def _told_while_ringing(self) -> str:
        if self.way is AnswerWay.OWN_PHONE:
            return "own_phone_rings"
        return "softphone_connects" if self.is_mine else "reading_invited"

    @property
    def softphone_connects(self) -> bool:
        """The browser must connect by itself: I took the call, and my leg still rings."""
        return self.is_mine and self.way is AnswerWay.SOFTPHONE and self.mine == LegState.RINGING.value

    @property
    def speaks_here(self) -> bool:
        """My microphone is that of this page."""
        return self.way is AnswerWay.SOFTPHONE and self.mine == LegState.ON_LINE.value


async def call_panel(services: Services, staff: Staff, contact_id: str, words: Words) -> CallPanel | None:
    """The call of an open contact by phone, or None when there is nothing to show. Raises NotYours."""
    async with services.sessions.read() as session:
        handoff = await service.open_of_contact(session, contact_id)
    if handoff is None or handoff.channel is not Channel.PHONE:
        return None
    view = await services.voice_desk.call_view(staff.actor, contact_id)
    way = await services.voice_desk.answer_way(staff.actor)
    async with services.sessions.read() as session:
        names = await names_of(session, {leg.staff_id for leg in view.legs if leg.staff_id})
    return _panel(view, handoff, staff, way, names, words)


def _panel(
    view: CallView, handoff: Handoff, staff: Staff, way: AnswerWay | None, names: dict[str, str], words: Words
) -> CallPanel:
    is_mine = handoff.owner_id == staff.id
    own = next((leg for leg in view.legs if leg.staff_id == staff.id), None)
    person = _person(view)
    is_called = any(leg.kind is LegKind.PERSON for leg in view.legs)
    is_gone = not view.caller_on_line
    return CallPanel(
        contact_id=view.contact_id,
        person=person,
        person_said=_person_said(view, person, words),
        is_called=is_called,
        mine=own.state.value if own is not None else "",
        mine_said=words.say("call", own.state.value if own is not None else "you_not_on_line"),
        my_leg=own.id if own is not None else "",
        others=tuple(_leg(leg, is_mine, names, words) for leg in view.legs if leg is not own),
        silent=view.mute,
        awaiting_key=view.awaiting_key,
        is_mine=is_mine,
        way=way,
        is_inside=own is not None,
        may_hold=is_mine and person in (PersonPlace.WITH_US, PersonPlace.HELD),
        may_bring_in=is_mine and own is not None and own.state is LegState.ON_LINE,
        held=view.held,
        may_ask_key=is_mine and view.mute and person is PersonPlace.WITH_US and not view.awaiting_key,
        may_recall=is_mine and is_gone and not is_called,
        may_note_attempt=is_mine and (is_gone or is_called),
        whisper=" ".join(view.whisper) if way is AnswerWay.SIMULATED and own is not None else "",
    )


def _person(view: CallView) -> PersonPlace:
    if not view.caller_on_line:
        return PersonPlace.GONE
    if view.held:
        return PersonPlace.HELD
    return PersonPlace.WITH_US if view.caller_in_conference else PersonPlace.IN_QUEUE


def _person_said(view: CallView, person: PersonPlace, words: Words) -> str:
    return words.say("call", "key_awaited" if view.awaiting_key else f"person_{person.value}")


def _leg(leg: Leg, is_mine: bool, names: dict[str, str], words: Words) -> LegView:
    is_colleague = leg.kind is LegKind.COLLEAGUE and leg.state is LegState.ON_LINE
    return LegView(
        id=leg.id,
        name=_name(leg, names, words),
        state=leg.state.value,
        said=_leg_said(leg, words),
        may_remove=is_mine,
        receives=(leg.staff_id or "") if is_mine and is_colleague else "",
    )


def _leg_said(leg: Leg, words: Words) -> str:
    somebody_answered = leg.kind is LegKind.PERSON and leg.state is LegState.ON_LINE
    return words.say("call", "somebody_answered" if somebody_answered else leg.state.value)


def _name(leg: Leg, names: dict[str, str], words: Words) -> str:
    if leg.kind is LegKind.PERSON:
        return words.say("call", "called_back")
    if leg.staff_id is not None:
        return names.get(leg.staff_id, words.say("contact", "unknown_colleague"))
    return leg.label or words.say("call", "guest")
