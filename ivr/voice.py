"""The telephone as the heart sees it (`triage.voice_port.CallPort`): Twilio, and the legs."""

from __future__ import annotations

from foundation.settings import Settings
from ivr.calls import Call, call_of_contact
from ivr.legs import acts, rows, staff_phones
from ivr.legs.answering import whisper_of
from ivr.legs.causes import LegCause
from ivr.legs.claims import standing_of
from ivr.legs.dialling import let_go, ring_staff
from ivr.legs.moving import bring_caller_in, put_back
from ivr.rest_side import TwilioRest
from triage.services import Services
from triage.voice_port import (
    AnswerWay,
    CallView,
    Leg,
    LegKind,
    LegState,
    SoftphoneToken,
    VoiceUnavailable,
)


class TwilioVoice:
    """`attach` gives it the heart, which is made after it."""

    def __init__(self, settings: Settings, rest: TwilioRest) -> None:
        self.settings = settings
        self.rest = rest
        self._services: Services | None = None

    def attach(self, services: Services) -> None:
        self._services = services

    async def bring_together(self, contact_id: str, staff_id: str) -> None:
        """The intervenant's telephone rings; the clock brings the caller once they are in. Raises VoiceUnavailable.

        Without a telephone of theirs the caller is left where they wait, and the outside numbers are what answers.
        """
        services, call = await self._call_on_line(contact_id)
        if call.outside_since is not None:
            raise VoiceUnavailable("the caller is talking with an outside number")
        await self._end_earlier_legs(contact_id)
        leg = await ring_staff(services, self.rest, contact_id, staff_id, LegKind.INTERVENANT)
        if leg is not None and leg.joined_at is not None:
            try:
                await bring_caller_in(services, self.rest, contact_id)
            except VoiceUnavailable:
                await rows.end(services, leg, LegCause.FAILED)
                raise

    async def _end_earlier_legs(self, contact_id: str) -> None:
        """Of a conversation that is over, whose end was not told yet: left there, the telephone would not ring anew.

        Raises VoiceUnavailable.
        """
        standing = await standing_of(self.services, contact_id)
        claimed_at = standing.handoff.claimed_at if standing.handoff is not None else None
        for leg in standing.legs:
            if claimed_at is not None and leg.created_at < claimed_at:
                await let_go(self.services, self.rest, leg, LegCause.NOT_NEEDED)
                there = await rows.find_leg(self.services, leg.id)
                if there is not None and there.is_live and leg.staff_id == standing.owner_id:
                    raise VoiceUnavailable("an earlier leg could not be ended")

    async def back_to_queue(self, contact_id: str) -> None:
        """Move the caller out of a conversation that nobody is in, into the queue. Raises VoiceUnavailable."""
        services, call = await self._call_on_line(contact_id)
        if call.outside_since is not None:
            raise VoiceUnavailable("the caller is talking with an outside number")
        if call.moved_at is not None:
            await put_back(services, self.rest, call)

    async def hang_up(self, contact_id: str) -> None:
        """End the caller's leg. Raises VoiceUnavailable."""
        _, call = await self._call_on_line(contact_id)
        await self.rest.end_call(call.sid)

    async def end_legs(self, contact_id: str, *, leaver: str | None = None) -> None:
        standing = await standing_of(self.services, contact_id)
        taken_by = standing.owner_id if leaver not in (None, standing.owner_id) else None
        for leg in standing.legs:
            if taken_by is None or leg.staff_id != taken_by:
                await let_go(self.services, self.rest, leg, LegCause.ENDED_BY_STAFF)

    async def held_by_leg(self) -> frozenset[tuple[str, str]]:
        """A leg by text has no telephone: the console holds it."""
        legs = [leg for leg in await rows.live_legs(self.services) if leg.state is LegState.ON_LINE and leg.call_sid]
        return frozenset((leg.staff_id, leg.contact_id) for leg in legs if leg.staff_id is not None)

    async def is_invited(self, contact_id: str, staff_id: str) -> bool:
        legs = await rows.legs_of_contact(self.services, contact_id)
        return rows.leg_of_staff(legs, staff_id) is not None

    async def call_view(self, contact_id: str) -> CallView:
        standing = await standing_of(self.services, contact_id)
        call, called_back = standing.call, rows.person_on_line(standing.legs) is not None
        in_conference = standing.caller_moved or called_back
        return CallView(
            contact_id=contact_id,
            caller_on_line=standing.caller_on_line or called_back,
            caller_in_conference=in_conference,
            held=in_conference and call is not None and call.held,
            mute=call is not None and call.state.mute,
            awaiting_key=standing.caller_on_line and call is not None and call.awaiting_key_since is not None,
            legs=tuple(Leg(leg.id, leg.kind, leg.state, leg.staff_id, leg.label) for leg in standing.legs),
            whisper=await whisper_of(self.services, standing),
        )

    async def hold(self, contact_id: str, *, held: bool) -> None:
        await acts.hold(self.services, self.rest, contact_id, held=held)

    async def invite_staff(self, contact_id: str, staff_id: str) -> None:
        await acts.invite_staff(self.services, self.rest, contact_id, staff_id)

    async def invite_number(self, contact_id: str, number: str, label: str) -> None:
        await acts.invite_number(self.services, self.rest, contact_id, number, label)

    async def join(self, contact_id: str, staff_id: str) -> None:
        await acts.join(self.services, contact_id, staff_id)

    async def end_leg(self, contact_id: str, leg_id: str) -> None:
        await acts.end_leg(self.services, self.rest, contact_id, leg_id)

    async def prepare_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        await acts.prepare_hand_over(self.services, self.rest, contact_id, from_staff, to_staff)

    async def finish_hand_over(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        await acts.finish_hand_over(self.services, self.rest, contact_id, from_staff, to_staff)

    async def prepare_cold_transfer(self, contact_id: str, from_staff: str, to_staff: str) -> None:
        if await self.answer_way(to_staff) is None:
            raise VoiceUnavailable("no telephone reaches this member of the staff")
        await acts.prepare_cold_transfer(self.services, self.rest, contact_id, from_staff)

    async def ask_key(self, contact_id: str) -> None:
        await acts.ask_key(self.services, self.rest, contact_id)

    async def call_person(self, contact_id: str, staff_id: str) -> None:
        await acts.call_person(self.services, self.rest, contact_id, staff_id)

    async def person_reached(self, contact_id: str) -> bool:
        return await acts.person_reached(self.services, self.rest, contact_id)

    async def invited_contacts(self, staff_id: str) -> tuple[str, ...]:
        return await self._contacts_of_colleague(staff_id, LegState.RINGING)

    async def joined_contacts(self, staff_id: str) -> tuple[str, ...]:
        return await self._contacts_of_colleague(staff_id, LegState.ON_LINE)

    async def _contacts_of_colleague(self, staff_id: str, state: LegState) -> tuple[str, ...]:
        live = [leg for leg in await rows.live_legs(self.services) if leg.state is state]
        theirs = [leg for leg in live if leg.staff_id == staff_id and leg.kind is LegKind.COLLEAGUE]
        return tuple(dict.fromkeys(leg.contact_id for leg in theirs))

    async def answer_way(self, staff_id: str) -> AnswerWay | None:
        return await staff_phones.way_of(self.services, staff_id)

    async def choose_way(self, staff_id: str, way: AnswerWay, number: str | None) -> None:
        await staff_phones.choose_way(self.services, staff_id, way, number)

    async def own_number_shown(self, staff_id: str) -> str | None:
        number = await staff_phones.own_number(self.services, staff_id)
        return staff_phones.last_digits(number) if number else None

    async def softphone_token(self, staff_id: str) -> SoftphoneToken | None:
        return staff_phones.softphone_token(self.services, staff_id)

    @property
    def services(self) -> Services:
        """Raises VoiceUnavailable before the start is over."""
        if self._services is None:
            raise VoiceUnavailable("the telephone is not ready")
        return self._services

    async def _call_on_line(self, contact_id: str) -> tuple[Services, Call]:
        call = await call_of_contact(self.services, contact_id)
        if call is None or call.ended_at is not None:
            raise VoiceUnavailable("the caller is no longer on line")
        return self.services, call
