"""Any call: keys, words, silences, lost answers, repeats and a hang-up, in any order."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from foundation.clock import ManualClock
from ivr.calls import find_call
from ivr.rest_side import TwilioRest, TwilioVoice
from ivr.simulated.network import SimulatedNetwork
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.rest import SimulatedRest
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from tests.fixtures.services import make_settings
from tests.ivr.doors import INFO_SOCIAL, LINES, PARTENAIRES, PREVENTION_SUICIDE, Door, open_door
from triage.handoff.service import last_of_contact
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.services import build_services
from triage.signals import RiskLevel

RISK = "je veux mourir"
MENU_REQUESTS = 20


async def build(stack: AsyncExitStack, folder: Path) -> Door:
    settings = make_settings(f"sqlite+aiosqlite:///{folder}/relais.db", folder)
    clock, network, router = ManualClock(), SimulatedNetwork(), ScriptedRouter()
    router.say("charabia", understood=False)
    rest_client = SimulatedRest(network)
    voice = TwilioVoice(settings, TwilioRest(settings, rest_client))
    http = await stack.enter_async_context(httpx.AsyncClient())
    services = build_services(
        settings,
        http=http,
        voice=voice,
        clock=clock,
        router=router,
        gate=ScriptedGate(),  # type: ignore[arg-type]
    )
    stack.push_async_callback(services.close)
    return await stack.enter_async_context(open_door(services, voice, network, rest_client, clock))


class AnyCall(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.stack = AsyncExitStack()
        self.door = self.runner.run(build(self.stack, Path(self.folder.name)))
        self.phone: SimulatedPhone
        self.requests_with_bot = 0
        self.must_have_person = False
        self.at_risk = False

    @initialize(called=st.sampled_from([INFO_SOCIAL] * 4 + [PREVENTION_SUICIDE, PARTENAIRES]), hidden=st.booleans())
    def call(self, called: str, hidden: bool) -> None:
        self.phone = self.door.phone(called, "anonymous" if hidden else "+18195550150")
        self.runner.run(self.phone.dial())
        self.must_have_person = self.at_risk = LINES[called] == "prevention_suicide"

    def happened(self) -> None:
        if self.phone.queue is None:
            self.requests_with_bot += 1

    @precondition(lambda self: not self.phone.over)
    @rule(key=st.sampled_from("0123456789*#00000022"), lost=st.booleans())
    def press(self, key: str, lost: bool) -> None:
        self.phone.requests.lose_next_answer = lost
        self.must_have_person = self.must_have_person or key == "0"
        self.runner.run(self.phone.press(key))
        self.happened()

    @precondition(lambda self: not self.phone.over)
    @rule(text=st.sampled_from([RISK, "vos heures", "vos heures", "charabia"]), lost=st.booleans())
    def speak(self, text: str, lost: bool) -> None:
        self.phone.requests.lose_next_answer = lost
        self.must_have_person = self.must_have_person or text == RISK
        self.at_risk = self.at_risk or text == RISK
        self.runner.run(self.phone.speak(text))
        self.happened()

    @precondition(lambda self: not self.phone.over)
    @rule()
    def stay_silent(self) -> None:
        self.runner.run(self.phone.stay_silent())
        self.happened()

    @rule()
    def ask_again(self) -> None:
        last = self.phone.requests.sent[-1]
        assert self.runner.run(self.phone.requests.again(last)) == last.content

    @precondition(lambda self: not self.phone.over)
    @rule(really=st.sampled_from([False, False, False, True]))
    def hang_up(self, really: bool) -> None:
        if really:
            self.runner.run(self.phone.hang_up())

    @invariant()
    def a_person_when_needed_and_once(self) -> None:
        count, handoff = self.runner.run(self._handoffs())
        assert count <= 1
        if self.must_have_person:
            assert handoff is not None, "a person within one request of 0 or of a risk"
        if self.at_risk and handoff is not None:
            assert handoff.level.at_least(RiskLevel.RISK)
            assert handoff.state in (HandoffState.WAITING, HandoffState.LEFT), "nobody at risk is lost"
        if self.phone.queue is not None:
            assert handoff is not None

    @invariant()
    def the_line_never_hangs_up_and_never_goes_round(self) -> None:
        assert self.phone.ended_by_line in (None, False)
        assert self.requests_with_bot <= MENU_REQUESTS

    @invariant()
    def every_document_is_right(self) -> None:
        assert self.phone.problems == []

    async def _handoffs(self) -> tuple[int, Handoff | None]:
        call = await find_call(self.door.services, self.phone.sid)
        assert call is not None
        async with self.door.services.sessions.read() as session:
            count = (await session.execute(select(func.count()).select_from(Handoff))).scalar_one()
            return count, await last_of_contact(session, call.contact_id)

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()


AnyCall.TestCase.settings = hypothesis_settings(
    max_examples=25, stateful_step_count=12, deadline=None, derandomize=True, database=None
)
TestAnyCall = AnyCall.TestCase
