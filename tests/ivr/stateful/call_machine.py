"""Any callers of any line, with anything that can fail: what the line owes them is compared after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import ClassVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from ivr.simulated.network import OutsidePhone
from tests.ivr.doors import INFO_SOCIAL, LINES, PARTENAIRES, PREVENTION_SUICIDE
from tests.ivr.stateful.caller import Caller
from tests.ivr.stateful.faults import INSIDE, OUTSIDE, STILL_READ, Fault, Plan
from tests.ivr.stateful.promises import compare, situation_of
from tests.ivr.stateful.recorded import load_recorded
from tests.ivr.stateful.walking import Walker, evenly, when
from tests.ivr.stateful.world import InProcess, World
from triage.interventions.types import Line
from triage.signals import RiskLevel

SENTENCES = load_recorded()
RISKY = [text for text, told in SENTENCES.items() if told.level.at_least(RiskLevel.RISK)]
CALM = [text for text in SENTENCES if text not in RISKY]
NOT_UNDERSTOOD = [text for text in CALM if not SENTENCES[text].decision.understood]
PERSON = "Je veux parler à une personne."
GOODBYES = frozenset({"Non merci, c'est tout.", "C'est tout, merci.", "No thank you, that is all."})
FINISHED_KEY = "8"
BREAKABLE = (*OUTSIDE, *INSIDE)
CALLERS = 2
A_MOMENT = 0.01  # no two things happen at the same instant
NUMBERS = ("+18195550150", "anonymous", "+266696687", "")

each = evenly(range(CALLERS))
keys = evenly("0123456789*#22255")
texts = evenly([*CALM, *CALM, *RISKY, PERSON, *NOT_UNDERSTOOD])


async def until_done(work: Awaitable[object]) -> None:
    await work


def live_only(machine: CallMachine) -> bool:
    return any(caller.live for caller in machine.callers)


class CallMachine(Walker):
    """`world` is shared by the examples of a walk, and made anew now and then: a database grows."""

    world: ClassVar[World | None] = None
    make_world: ClassVar[Callable[[Counter[str]], World]] = InProcess
    examples_a_world: ClassVar[int] = 60

    def __init__(self) -> None:
        super().__init__()
        kind = type(self)
        if kind.world is not None and kind.world.examples >= kind.examples_a_world:
            kind.close_world()
        if kind.world is None:
            kind.world = kind.make_world(self.tally.faults)
        self.here: World = kind.world
        self.here.examples += 1
        self.here.transport.caused = self.tally.faults
        self.tally.examples += 1
        self.callers: list[Caller] = []
        self.here.transport.forget()
        self.here.network.outside.clear()

    @classmethod
    def close_world(cls) -> None:
        if cls.world is not None:
            cls.world.close()
            cls.world = None

    @initialize(called=evenly([*[INFO_SOCIAL] * 4, PREVENTION_SUICIDE, PARTENAIRES]), number=evenly(NUMBERS))
    def call(self, called: str, number: str) -> None:
        self.tally.steps += 1
        self.begin(called, number)

    @rule(called=evenly([INFO_SOCIAL, PREVENTION_SUICIDE]))
    @when(lambda self: len(self.callers) < CALLERS and not self.here.transport.dead)
    def call_again(self, called: str) -> None:
        """A second call, of the same number as the first."""
        self.tally.steps += 1
        self.begin(called, self.callers[0].phone.caller_number)

    def begin(self, called: str, number: str) -> None:
        before = len(self.here.network.dialled)
        self.here.transport.hurt.clear()
        self.here.time_passes(A_MOMENT)
        line = Line(LINES[called])
        phone = self.here.run(self.here.dial(called, number))
        hurt = frozenset(self.here.transport.hurt)
        on_risk_line = line is Line.PREVENTION_SUICIDE
        caller = Caller(phone, line, needs_person=on_risk_line, at_risk=on_risk_line and hurt <= STILL_READ)
        self.callers.append(caller)
        self.after(caller, before, hurt)

    # What a caller does.

    @rule(which=each, key=keys)
    @when(live_only)
    def press(self, which: int, key: str) -> None:
        caller = self.chosen(which, live=True)
        caller.goodbyes += key == FINISHED_KEY
        asks = key == "0" and not caller.with_outside
        self.act(caller, caller.phone.press(key), needs_person=asks)

    @rule(which=each, text=texts)
    @when(live_only)
    def speak(self, which: int, text: str) -> None:
        caller = self.chosen(which, live=True)
        risky = text in RISKY and self.is_listened_to(caller)
        caller.goodbyes += text in GOODBYES
        if text in RISKY:
            caller.said.add(text)
        failed = text in NOT_UNDERSTOOD
        asks = (risky or text == PERSON) and self.is_listened_to(caller)
        self.act(caller, caller.phone.speak(text), needs_person=asks, at_risk=risky, failed=failed)

    @rule(which=each)
    @when(live_only)
    def stay_silent(self, which: int) -> None:
        caller = self.chosen(which, live=True)
        owed = caller.unheard and self.is_listened_to(caller)
        self.act(caller, caller.phone.stay_silent(), needs_person=owed)

    @rule(which=each, key=evenly("0123456789*"), same=st.booleans())
    @when(live_only)
    def give_several_keys(self, which: int, key: str, same: bool) -> None:
        """Keys pressed one after the other, the last with no time to listen."""
        caller = self.chosen(which, live=True)

        async def pressed() -> None:
            await caller.phone.press(key)
            await caller.phone.press(key if same else "#")

        caller.goodbyes += 2 * (key == FINISHED_KEY)
        asks = key == "0" and not caller.with_outside
        self.act(caller, pressed(), needs_person=asks)

    @rule(which=each, really=evenly([False, False, True]))
    @when(live_only)
    def hang_up(self, which: int, really: bool) -> None:
        caller = self.chosen(which, live=True)
        if really:
            self.act(caller, caller.phone.hang_up())

    @rule(which=each)
    @when(lambda self: any(caller.with_outside or caller.phone.conference for caller in self.callers))
    def other_end_leaves(self, which: int) -> None:
        caller = self.chosen(which, live=True)
        if caller.with_outside or caller.phone.conference:
            self.act(caller, caller.phone.outside_ends())

    # What Twilio does: again, late, out of order.

    @rule(which=each, back=st.integers(1, 12))
    @when(lambda self: not self.here.transport.dead)
    def ask_again(self, which: int, back: int) -> None:
        """The same request with its token: the transport compares the bytes."""
        caller = self.chosen(which)
        sent = caller.phone.requests.sent
        if sent:
            request = sent[-min(back, len(sent))]
            self.act(caller, self.quietly(caller.phone.requests.again(request)), by_phone=False)

    @rule(
        which=each,
        offset=evenly([-3, -2, -1, 1, 2, 5]),
        key=evenly("0123459*"),
        text=texts,
        spoken=st.booleans(),
    )
    @when(live_only)
    def other_turn(self, which: int, offset: int, key: str, text: str, spoken: bool) -> None:
        """A key or words for another document than the one in force; the phone hears nothing of the answer."""
        caller = self.chosen(which, live=True)
        fields = {"SpeechResult": text} if spoken else {"Digits": key}
        self.post(caller, fields, "in-progress", offset, text if spoken else "")

    @rule(which=each, offset=evenly([-1, 0, 0, 1]), key=keys, text=texts, spoken=st.booleans())
    @when(lambda self: any(not caller.live for caller in self.callers))
    def come_late(self, which: int, offset: int, key: str, text: str, spoken: bool) -> None:
        """What was gathered last, after the hang-up."""
        caller = self.chosen(which, live=False)
        fields = {"SpeechResult": text} if spoken else {"Digits": key}
        self.post(caller, fields, "completed", offset, text if spoken else "")

    @rule(which=each, early=evenly(["ringing", "in-progress", "initiated"]))
    def status_again(self, which: int, early: str) -> None:
        """A status callback again, or of an earlier moment of the call."""
        caller = self.chosen(which)
        fields = self.fields(caller, early if caller.live else "completed")
        url = f"{self.here.services.settings.public_url}/ivr/status"
        self.act(caller, self.quietly(caller.phone.requests.tell(url, fields)), by_phone=False)

    # What fails.

    @rule(fault=evenly(BREAKABLE), requests=st.integers(1, 3), session=st.integers(1, 8))
    @when(lambda self: not self.here.transport.dead and self.here.transport.plan is None)
    def break_something(self, fault: Fault, requests: int, session: int) -> None:
        self.tally.steps += 1
        if self.here.has_inside or fault in (*OUTSIDE, Fault.KILLED):
            self.here.transport.plan = Plan(fault, requests, session)

    @rule(really=evenly([False, True]))
    @when(lambda self: not self.here.transport.dead)
    def kill(self, really: bool) -> None:
        self.tally.steps += 1
        if really:
            self.tally.faults[Fault.DEAD.value] += 1
            self.here.kill()

    @rule()
    @when(lambda self: self.here.transport.dead)
    def start_again(self) -> None:
        self.tally.steps += 1
        self.here.revive()

    @rule(answers=st.booleans())
    def outside_phones(self, answers: bool) -> None:
        """Whether anybody answers at the outside numbers."""
        self.tally.steps += 1
        for numbers in self.here.services.settings.fallback_numbers.values():
            for number in numbers:
                self.here.network.outside[number] = OutsidePhone.PRESSES_ONE if answers else OutsidePhone.MAILBOX

    # The common part of every step.

    def chosen(self, which: int, *, live: bool | None = None) -> Caller:
        able = [caller for caller in self.callers if live is None or caller.live is live]
        return able[which % len(able)]

    def is_listened_to(self, caller: Caller) -> bool:
        """Words reach the service, and not an intervenant or somebody outside."""
        return not caller.with_outside and caller.phone.conference is None

    async def quietly(self, request: Awaitable[object]) -> None:
        """A request of Twilio's whose failure is Twilio's own."""
        try:
            await request
        except httpx.HTTPError:
            if not self.here.transport.hurt:
                raise

    def fields(self, caller: Caller, status: str, **more: str) -> dict[str, str]:
        phone = caller.phone
        common = {"CallSid": phone.sid, "From": phone.caller_number, "To": phone.called_number, "CallStatus": status}
        return common | more

    def post(self, caller: Caller, fields: dict[str, str], status: str, offset: int, text: str) -> None:
        call = self.here.run(self.here.call(caller.phone.sid))
        turn = max((call.state.turn if call else 0) + offset, 0)
        url = f"{self.here.services.settings.public_url}/ivr/turn?n={turn}"
        told = caller.phone.requests.tell(url, self.fields(caller, status, **fields))
        if text in RISKY:
            caller.said.add(text)
        asks = text in RISKY or text == PERSON
        caller.behind = caller.live
        self.act(caller, self.quietly(told), needs_person=asks, at_risk=text in RISKY, by_phone=False)

    def act(
        self,
        caller: Caller,
        work: Awaitable[object],
        *,
        needs_person: bool = False,
        at_risk: bool = False,
        failed: bool = False,
        by_phone: bool = True,
    ) -> None:
        """One step of a caller, or of Twilio for them; then what is owed is compared with what is."""
        self.tally.steps += 1
        before, with_bot = len(self.here.network.dialled), self.is_with_bot(caller)
        asked = self.here.transport.asked
        self.here.transport.hurt.clear()
        self.here.time_passes(A_MOMENT)
        self.here.run(until_done(work))
        hurt = frozenset(self.here.transport.hurt)
        if by_phone and self.here.transport.asked == asked:
            # Where only keys are listened to, words are not heard: the silence that follows calls a person.
            caller.unheard = caller.unheard or needs_person
            needs_person = at_risk = failed = False
        # A phone that gets no answer executes the static document; what is only posted, and lost, changes nothing.
        caller.needs_person = caller.needs_person or (needs_person and (by_phone or hurt <= STILL_READ))
        # Words that came while nothing could be read or written are owed a person, and nothing can be known of them.
        caller.at_risk = caller.at_risk or (at_risk and hurt <= STILL_READ)
        if by_phone:
            caller.behind = False
            caller.with_bot += with_bot
            caller.failures += failed and with_bot and self.is_with_bot(caller)
        self.after(caller, before, hurt, by_phone=by_phone)

    def is_with_bot(self, caller: Caller) -> bool:
        return caller.live and not caller.accounted_for

    def after(self, caller: Caller, dialled_before: int, hurt: frozenset[Fault], *, by_phone: bool = True) -> None:
        numbers = self.here.services.settings.fallback_numbers[caller.line.value]
        dialled = self.here.network.dialled[dialled_before:]
        caller.outside_dialled = caller.outside_dialled or any(number in numbers for number in dialled)
        just_ended = caller.phone.over and not caller.ended
        if not caller.ended:
            caller.ended = caller.phone.over
            caller.broken_at_end = caller.broken_at_end or bool(hurt)
            if by_phone and Fault.DEAD in hurt:
                reached = caller.accounted_for or caller.outside_dialled or caller.phone.ended_by_line is False
                assert reached, "with the service dead, a caller is on the fallback numbers"
        self.tally.situations[situation_of(caller)] += 1
        self.here.run(compare(self.here, caller, hurt, just_ended=just_ended))

    def teardown(self) -> None:
        self.here.transport.plan = None
        if self.here.transport.dead:
            self.here.revive()
        for caller in self.callers:
            if caller.live:
                self.act(caller, caller.phone.hang_up())
