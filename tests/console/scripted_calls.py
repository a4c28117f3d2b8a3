"""A telephone that does what a call does, in memory: legs that ring, join and end as the tests say."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import timedelta

from foundation.clock import ManualClock
from tests.fixtures.scripted import ScriptedVoice
from triage.voice_port import (
    AnswerWay,
    CallView,
    Leg,
    LegKind,
    LegState,
    NotOnLine,
    RefusedNumber,
    SoftphoneToken,
    VoiceUnavailable,
)

REFUSED = "Le 911 se compose de votre propre téléphone."


@dataclass(slots=True)
class ScriptedCall:
    caller_on_line: bool = True
    caller_in_conference: bool = False
    held: bool = False
    mute: bool = False
    awaiting_key: bool = False
    legs: list[Leg] = field(default_factory=list)


class ScriptedCalls(ScriptedVoice):
    """`fails` makes every act fail; `ways` says how each answers (SIMULATED for those not named)."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.clock = clock
        self.calls: dict[str, ScriptedCall] = {}
        self.ways: dict[str, AnswerWay | None] = {}
        self.numbers: dict[str, str] = {}

    def call(self, contact_id: str) -> ScriptedCall:
        return self.calls.setdefault(contact_id, ScriptedCall())

    def leg_of(self, contact_id: str, staff_id: str) -> Leg:
        return next(leg for leg in self.call(contact_id).legs if leg.staff_id == staff_id)

    def move(self, contact_id: str, leg: Leg, state: LegState) -> None:
        call = self.call(contact_id)
        call.legs = [replace(one, state=state) if one.id == leg.id else one for one in call.legs]

    def add(self, contact_id: str, kind: LegKind, state: LegState, staff_id: str | None, label: str = "") -> Leg:
        leg = Leg(uuid.uuid4().hex, kind, state, staff_id, label)
        self.call(contact_id).legs.append(leg)
        return leg

    def _joins(self, contact_id: str, kind: LegKind, staff_id: str) -> None:
        at_once = self.ways.get(staff_id, AnswerWay.SIMULATED) is AnswerWay.SIMULATED
        self.add(contact_id, kind, LegState.ON_LINE if at_once else LegState.RINGING, staff_id)
        self.call(contact_id).caller_in_conference = at_once

    def _fail(self) -> None:
        if self.fails:
            raise VoiceUnavailable("scripted")

    async def bring_together(self, contact_id: str, staff_id: str) -> None:
        await super().bring_together(contact_id, staff_id)
        self._joins(contact_id, LegKind.INTERVENANT, staff_id)

    async def end_legs(self, contact_id: str, *, leaver: str | None = None) -> None:
        self.call(contact_id).legs.clear()

    async def is_invited(self, contact_id: str, staff_id: str) -> bool:
        legs = self.calls[contact_id].legs if contact_id in self.calls else []
        return any(leg.staff_id == staff_id for leg in legs)

    async def call_view(self, contact_id: str) -> CallView:
        call = self.call(contact_id)
        answered = any(leg.kind is LegKind.PERSON and leg.state is LegState.ON_LINE for leg in call.legs)
        return CallView(
            contact_id,
            call.caller_on_line or answered,
            call.caller_in_conference or answered,
            call.held,
            call.mute,
            call.awaiting_key,
            tuple(call.legs),
        )

    async def hold(self, contact_id: str, *, held: bool) -> None:
        self._fail()
        self.call(contact_id).held = held

    async def invite_staff(self, contact_id: str, staff_id: str) -> None:
        self._fail()
        self.add(contact_id, LegKind.COLLEAGUE, LegState.RINGING, staff_id)

    async def invite_number(self, contact_id: str, number: str, label: str) -> None:
        self._fail()
        if number == "911":
            raise RefusedNumber(REFUSED)
        self.add(contact_id, LegKind.GUEST, LegState.RINGING, None, label)

    async def join(self, contact_id: str, staff_id: str) -> None:
        self._fail()
        self.move(contact_id, self.leg_of(contact_id, staff_id), LegState.ON_LINE)

    async def end_leg(self, contact_id: str, leg_id: str) -> None:
        self._fail()
        call = self.call(contact_id)
        call.legs = [leg for leg in call.legs if leg.id != leg_id]

    async def prepare_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        self._fail()
        if self.leg_of(contact_id, to_staff).state is not LegState.ON_LINE:
            raise NotOnLine("Votre collègue n'est pas dans l'appel.")

    async def finish_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        call = self.call(contact_id)
        call.legs = [replace(leg, kind=LegKind.INTERVENANT) for leg in call.legs if leg.staff_id == to_staff]

    async def prepare_cold_transfer(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        self._fail()
        self.call(contact_id).legs.clear()
        self.call(contact_id).caller_in_conference = False

    async def ask_key(self, contact_id: str) -> None:
        self._fail()
        self.call(contact_id).awaiting_key = True

    async def call_person(self, contact_id: str, staff_id: str) -> None:
        self._fail()
        self._joins(contact_id, LegKind.INTERVENANT, staff_id)
        self.call(contact_id).caller_in_conference = False
        self.add(contact_id, LegKind.PERSON, LegState.RINGING, None)

    async def person_reached(self, contact_id: str) -> bool:
        call = self.call(contact_id)
        call.legs = [leg for leg in call.legs if leg.kind is not LegKind.PERSON]
        call.caller_on_line = call.caller_in_conference = True
        return True

    async def invited_contacts(self, staff_id: str) -> tuple[str, ...]:
        return self._of_colleague(staff_id, LegState.RINGING)

    async def joined_contacts(self, staff_id: str) -> tuple[str, ...]:
        return self._of_colleague(staff_id, LegState.ON_LINE)

    def _of_colleague(self, staff_id: str, state: LegState) -> tuple[str, ...]:
        return tuple(
            contact_id
            for contact_id, call in self.calls.items()
            for leg in call.legs
            if leg.staff_id == staff_id and leg.kind is LegKind.COLLEAGUE and leg.state is state
        )

    async def answer_way(self, staff_id: str) -> AnswerWay | None:
        return self.ways.get(staff_id, AnswerWay.SIMULATED)

    async def choose_way(self, staff_id: str, way: AnswerWay, number: str | None) -> None:
        self._fail()
        if number == "911":
            raise RefusedNumber(REFUSED)
        self.ways[staff_id] = way
        self.numbers[staff_id] = number or ""

    async def own_number_shown(self, staff_id: str) -> str | None:
        number = self.numbers.get(staff_id)
        return number[-2:] if number else None

    async def softphone_token(self, staff_id: str) -> SoftphoneToken | None:
        if self.ways.get(staff_id) is not AnswerWay.SOFTPHONE:
            return None
        return SoftphoneToken(f"token-of-{staff_id}", self.clock.now() + timedelta(minutes=15))
