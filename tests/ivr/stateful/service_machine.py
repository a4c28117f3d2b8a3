"""The callers' machine with the service's inside within reach: its clock, its staff, its reconciler."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress

from hypothesis.stateful import rule

from foundation.sessions import Contention
from tests.ivr.stateful.call_machine import A_MOMENT, CallMachine, each
from tests.ivr.stateful.caller import Caller
from tests.ivr.stateful.walking import evenly, when
from tests.ivr.stateful.world import InProcess
from triage.handoff.service import Actor, AlreadyTaken, NotYours
from triage.handoff.states import HandoffState, PresenceState, Role
from triage.handoff.tables import Handoff
from triage.staff_desk import VoiceUnavailable

STAFF = (Actor("staff-1", Role.INTERVENANT), Actor("staff-2", Role.INTERVENANT))
GARDE = Actor("garde-1", Role.GARDE_CLINIQUE)
REFUSALS = (AlreadyTaken, NotYours, VoiceUnavailable, Contention)


class InProcessMachine(CallMachine):
    @property
    def inside(self) -> InProcess:
        assert isinstance(self.here, InProcess)
        return self.here

    @rule(seconds=evenly([1, 5, 11, 31, 46, 95, 250, 1900]))
    def time_passes(self, seconds: int) -> None:
        self.tally.steps += 1
        self.inside.clock.advance(seconds)

    @rule()
    def clock_ticks(self) -> None:
        self.tally.steps += 1
        self.here.run(self.inside.clock_work.tick())

    @rule()
    def queues_are_compared(self) -> None:
        self.by_service(self.inside.compare_queues())

    @rule(which=each, actor=evenly(STAFF))
    @when(lambda self: not self.here.transport.dead)
    def take(self, which: int, actor: Actor) -> None:
        caller = self.chosen(which)
        handoff = self.open_handoff(caller)
        if handoff is None:
            self.tally.steps += 1
            return

        async def taken() -> None:
            await self.here.services.desk.be_present(actor, PresenceState.AVAILABLE)
            await self.here.services.desk.claim(actor, handoff.id)

        self.by_service(taken())

    @rule(which=each, actor=evenly(STAFF), act=evenly(["release", "close", "gone"]))
    @when(lambda self: not self.here.transport.dead)
    def let_go(self, which: int, actor: Actor, act: str) -> None:
        caller = self.chosen(which)
        handoff = self.open_handoff(caller)
        if handoff is None:
            self.tally.steps += 1
            return
        desk = self.here.services.desk
        if act == "gone":
            self.by_service(desk.be_gone(actor))
        elif act == "release":
            self.by_service(desk.release(actor, handoff.id))
        else:
            caller.ended_by_staff = caller.ended_by_staff or handoff.owner_id == actor.id
            self.by_service(desk.close(actor, handoff.id, "resolu"))

    def open_handoff(self, caller: Caller) -> Handoff | None:
        async def found() -> Handoff | None:
            call = await self.here.call(caller.phone.sid)
            count, handoff = await self.here.handoffs(call.contact_id) if call else (0, None)
            return handoff if count else None

        return self.here.run(found())

    def by_service(self, work: Awaitable[object]) -> None:
        """What the service does by itself or for its staff: it may move any caller."""
        self.tally.steps += 1
        dialled = len(self.here.network.dialled)
        self.here.transport.hurt.clear()
        self.here.time_passes(A_MOMENT)

        async def done() -> None:
            with suppress(*REFUSALS):
                await work
            for caller in self.callers:
                await caller.phone.settle()

        self.here.run(done())
        hurt = frozenset(self.here.transport.hurt)
        for caller in self.callers:
            self.after(caller, dialled, hurt)

    def teardown(self) -> None:
        """Everybody hangs up, the queues are compared, and then nobody is in a queue who is not on line."""
        super().teardown()
        self.inside.clock.advance(60)
        self.by_service(self.inside.compare_queues())
        self.here.run(self.nothing_is_left())

    async def nothing_is_left(self) -> None:
        desk = self.here.services.desk
        for caller in self.callers:
            assert self.here.entries(caller.phone.sid) == 0, "a ghost in the queue of Twilio"
            call = await self.here.call(caller.phone.sid)
            if call is None:
                continue
            count, handoff = await self.here.handoffs(call.contact_id)
            if not count or handoff is None:
                continue
            assert handoff.state is not HandoffState.WAITING, "a ghost in our queue"
            if handoff.state is not HandoffState.CLAIMED:
                await desk.claim(GARDE, handoff.id)
            owner = GARDE if handoff.owner_id is None else Actor(handoff.owner_id, Role.INTERVENANT)
            await desk.close(owner, handoff.id, "resolu")
