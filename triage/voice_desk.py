"""What an intervenant does within a call: hold, invite, hand over, ask for a key, call a person back.

Each act checks first whose contact it is and leaves an audit line, in one transaction; the telephone is
asked after it, never within it. Whatever the telephone refuses, the person stays where they are.
"""

from __future__ import annotations

from datetime import datetime

from foundation.clock import Clock
from foundation.sessions import ReadSession, Sessions, WriteSession
from triage.handoff import callbacks, presence, service
from triage.handoff.service import Actor, NotYours
from triage.handoff.states import AttemptResult
from triage.handoff.tables import Handoff
from triage.record import audit
from triage.record.service import ContactRecord
from triage.staff_desk import StaffDesk, may_read
from triage.voice_port import (
    AnswerWay,
    CallPort,
    CallView,
    Leg,
    LegKind,
    LegState,
    NotOnLine,
    RefusedNumber,
    SoftphoneToken,
    VoiceUnavailable,
)

__all__ = [
    "AnswerWay",
    "AttemptResult",
    "CallPort",
    "CallView",
    "Leg",
    "LegKind",
    "LegState",
    "NotOnLine",
    "RefusedNumber",
    "SoftphoneToken",
    "VoiceDesk",
    "VoiceUnavailable",
]

CALL_EVENT = "call"
LONGEST_LABEL = 80
ON_LINE_WITH_US = "La personne est en ligne avec vous."


class VoiceDesk:
    def __init__(
        self, sessions: Sessions, record: ContactRecord, clock: Clock, desk: StaffDesk, calls: CallPort
    ) -> None:
        self.sessions = sessions
        self.record = record
        self.clock = clock
        self.desk = desk
        self.calls = calls

    async def call_view(self, actor: Actor, contact_id: str) -> CallView:
        """Who is on the line. For whoever may read the contact. Raises NotYours."""
        now = self.clock.now()
        async with self.sessions.read() as session:
            handoff = await service.last_of_contact(session, contact_id)
        allowed = handoff is not None and may_read(handoff, actor, now)
        if not allowed and not await self.calls.is_invited(contact_id, actor.id):
            raise NotYours(contact_id)
        return await self.calls.call_view(contact_id)

    async def hold(self, actor: Actor, contact_id: str, held: bool) -> None:
        """The person waits an instant, or is back. Raises NotYours, NotOnLine, VoiceUnavailable."""
        await self._noted(actor, contact_id, "call_held" if held else "call_resumed")
        await self.calls.hold(contact_id, held=held)
        await self._announce(contact_id)

    async def invite_colleague(self, actor: Actor, contact_id: str, staff_id: str) -> None:
        """A colleague who is on line is asked into the call. Raises NotYours, NotOnLine, VoiceUnavailable."""
        await self._noted(actor, contact_id, "colleague_invited", colleague=staff_id)
        await self.calls.invite_staff(contact_id, staff_id)
        await self._announce(contact_id)

    async def invite_number(self, actor: Actor, contact_id: str, number: str, label: str) -> None:
        """An interpreter or a partner is called. Raises NotYours, RefusedNumber, NotOnLine, VoiceUnavailable."""
        await self._noted(actor, contact_id, "guest_invited")
        await self.calls.invite_number(contact_id, number, label.strip()[:LONGEST_LABEL])
        await self._announce(contact_id)

    async def join(self, actor: Actor, contact_id: str) -> None:
        """An invited colleague joins (a softphone connects by itself). Raises NotYours, VoiceUnavailable."""
        if not await self.calls.is_invited(contact_id, actor.id):
            raise NotYours(contact_id)
        async with self.sessions.write() as session:
            self._note(session, actor, "call_joined", contact_id, self.clock.now())
        await self.calls.join(contact_id, actor.id)
        await self._announce(contact_id)

    async def end_leg(self, actor: Actor, contact_id: str, leg_id: str) -> None:
        """The owner ends any leg but their own; a colleague leaves, or declines. Raises NotYours, NotOnLine."""
        view = await self.call_view(actor, contact_id)
        leg = next((leg for leg in view.legs if leg.id == leg_id), None)
        if leg is None:
            raise NotOnLine("Cette personne n'est plus en ligne.")
        if leg.staff_id != actor.id or leg.kind is LegKind.INTERVENANT:
            await self._noted(actor, contact_id, "leg_ended")
            if leg.kind is LegKind.INTERVENANT and leg.staff_id == actor.id:
                raise NotYours(contact_id)
        await self.calls.end_leg(contact_id, leg_id)
        await self._announce(contact_id)

    async def hand_over(self, actor: Actor, contact_id: str, staff_id: str) -> None:
        """The colleague who is in the call becomes its owner, and the first one leaves.

        Raises NotYours, NotOnLine (the colleague is not in the call), VoiceUnavailable: nothing has changed then.
        """
        await self._noted(actor, contact_id, "hand_over_asked", colleague=staff_id)
        await self.calls.prepare_hand_over(contact_id, actor.id, staff_id)
        await self._transfer(actor, contact_id, staff_id, "handed_over")
        await self.calls.finish_hand_over(contact_id, actor.id, staff_id)
        await self._announce(contact_id)

    async def cold_transfer(self, actor: Actor, contact_id: str, staff_id: str) -> None:
        """The contact is the colleague's at once; their telephone rings while the caller waits.

        Not on line within 20 s, the caller is at the head of the queue. Raises NotYours, NotOnLine, VoiceUnavailable.
        """
        await self._noted(actor, contact_id, "transfer_asked", colleague=staff_id)
        await self.calls.prepare_cold_transfer(contact_id, actor.id, staff_id)
        await self._transfer(actor, contact_id, staff_id, "transferred", waits=True)
        async with self.sessions.read() as session:
            handoff = await service.open_of_contact(session, contact_id)
        try:
            await self.calls.bring_together(contact_id, staff_id)
        except Exception as error:
            if handoff is not None:
                await self.desk.give_back(handoff.id, cause="voice_unavailable", claimed_by=staff_id)
            raise VoiceUnavailable(type(error).__name__) from error
        finally:
            await self._announce(contact_id)

    async def ask_key(self, actor: Actor, contact_id: str) -> None:
        """For a person who cannot speak: 1 is yes, 2 is no. Raises NotYours, NotOnLine, VoiceUnavailable."""
        await self._noted(actor, contact_id, "key_asked")
        await self.calls.ask_key(contact_id)
        await self._announce(contact_id)

    async def call_person(self, actor: Actor, contact_id: str) -> None:
        """Call back a person who left or asked for it. Raises NotYours, NotOnLine, RefusedNumber, VoiceUnavailable."""
        await self._noted(actor, contact_id, "person_called")
        await self.calls.call_person(contact_id, actor.id)
        await self._announce(contact_id)

    async def note_attempt(self, actor: Actor, contact_id: str, result: AttemptResult) -> None:
        """What came of calling a person back; reached, and on the line: they are with us again. Raises NotYours."""
        if await self._already_on_line(actor, contact_id):
            if result is AttemptResult.REACHED:
                return
            raise NotOnLine(ON_LINE_WITH_US)
        reached = result is AttemptResult.REACHED and await self.calls.person_reached(contact_id)
        now = self.clock.now()
        async with self.sessions.write() as session:
            handoff = await self._owned(session, actor, contact_id)
            await callbacks.note_attempt(session, handoff, actor=actor, result=result, now=now)
            if reached and handoff.person_left_at is not None:
                await service.come_back(session, handoff, now)
            self._note(session, actor, f"attempt:{result.value}", contact_id, now)
        if not reached:
            await self.calls.end_legs(contact_id, leaver=actor.id)
        await self._announce(contact_id)

    async def _already_on_line(self, actor: Actor, contact_id: str) -> bool:
        """They were reached, and are with us: noting it again must not end the conversation. Raises NotYours."""
        async with self.sessions.read() as session:
            handoff = await self._owned(session, actor, contact_id)
        if handoff.person_left_at is not None:
            return False
        view = await self.calls.call_view(contact_id)
        return view.caller_on_line and all(leg.kind is not LegKind.PERSON for leg in view.legs)

    async def invitations(self, actor: Actor) -> tuple[CallView, ...]:
        """The calls to which this staff member is invited and not yet on line."""
        return tuple([await self.calls.call_view(one) for one in await self.calls.invited_contacts(actor.id)])

    async def contacts_beside(self, staff_id: str) -> frozenset[str]:
        """The contacts of colleagues to whose call this staff member is invited, or in which they are."""
        invited = await self.calls.invited_contacts(staff_id)
        return frozenset(invited + await self.calls.joined_contacts(staff_id))

    async def joined(self, actor: Actor) -> tuple[CallView, ...]:
        """The calls of colleagues in which this staff member is."""
        return tuple([await self.calls.call_view(one) for one in await self.calls.joined_contacts(actor.id)])

    async def answer_way(self, actor: Actor) -> AnswerWay | None:
        """How they answer; None when they have not chosen: a call cannot be taken yet."""
        return await self.calls.answer_way(actor.id)

    async def own_number_shown(self, actor: Actor) -> str | None:
        """Their own telephone, masked but for its last two digits; None without one."""
        return await self.calls.own_number_shown(actor.id)

    async def choose_way(self, actor: Actor, way: AnswerWay, number: str | None = None) -> None:
        """Raises RefusedNumber."""
        await self.calls.choose_way(actor.id, way, number)
        async with self.sessions.write() as session:
            audit.note(
                session, actor_id=actor.id, action=f"answers_by:{way.value}", subject="self", now=self.clock.now()
            )

    async def softphone_token(self, actor: Actor) -> SoftphoneToken | None:
        """A pass of 15 minutes for the browser; None when browsers are no telephones here."""
        return await self.calls.softphone_token(actor.id)

    async def _noted(self, actor: Actor, contact_id: str, action: str, *, colleague: str | None = None) -> None:
        """The contact is theirs, the colleague is on line, and the act is in the audit. Raises NotYours, NotOnLine."""
        now = self.clock.now()
        async with self.sessions.write() as session:
            await self._owned(session, actor, contact_id)
            if colleague == actor.id:
                raise NotOnLine("Choisissez une autre personne que vous.")
            if colleague is not None and not await presence.is_live(session, colleague, now):
                raise NotOnLine("Cette personne n'est pas en ligne.")
            self._note(session, actor, action, contact_id, now)

    async def _owned(self, session: ReadSession, actor: Actor, contact_id: str) -> Handoff:
        handoff = await service.open_of_contact(session, contact_id)
        if handoff is None:
            raise NotYours(contact_id)
        service.require_owner(handoff, actor)
        return handoff

    def _note(self, session: WriteSession, actor: Actor, action: str, contact_id: str, now: datetime) -> None:
        audit.note(session, actor_id=actor.id, action=action, subject=f"contact:{contact_id}", now=now)

    async def _transfer(self, actor: Actor, contact_id: str, to: str, action: str, *, waits: bool = False) -> None:
        now = self.clock.now()
        async with self.sessions.write() as session:
            handoff = await self._owned(session, actor, contact_id)
            await service.transfer(session, handoff, actor=actor, to=to, now=now, waits=waits)
            self._note(session, actor, action, contact_id, now)

    async def _announce(self, contact_id: str) -> None:
        async with self.sessions.write() as session:
            session.announce(f"contact:{contact_id}", CALL_EVENT, contact_id)
            session.announce(service.QUEUE_TOPIC, CALL_EVENT, contact_id)
