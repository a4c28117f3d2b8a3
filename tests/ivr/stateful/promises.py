"""What the line owes any caller, compared with what is, after each step. Broken, it is a person who could be lost."""

from __future__ import annotations

from ivr.menu_state import Place
from tests.ivr.stateful.caller import FAILURES_WITHOUT_PERSON, REQUESTS_WITH_BOT, Caller
from tests.ivr.stateful.faults import Fault
from tests.ivr.stateful.world import World
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.signals import RiskLevel

GOODBYES_BEFORE_END = 2


def situation_of(caller: Caller) -> str:
    return caller.situation + (", à risque" if caller.at_risk else "")


async def compare(world: World, caller: Caller, hurt: frozenset[Fault], *, just_ended: bool) -> None:
    """`hurt`: the faults of the step that was just taken; `just_ended`: the call ended in it."""
    assert caller.phone.problems == [], "every document is one that Twilio executes"
    assert not world.transport.unlike, "the same request again gives the same bytes"
    assert world.entries(caller.phone.sid) <= 1, "one queue entry"
    assert caller.with_bot <= REQUESTS_WITH_BOT, "no cycle without a person"
    assert caller.failures <= FAILURES_WITHOUT_PERSON, "at most two failures before a person"
    caller.hears_nothing_of_the_staff()
    call = await world.call(caller.phone.sid)
    count, handoff = await world.handoffs(call.contact_id) if call else (0, None)
    assert count <= 1, "one open handoff"
    if caller.needs_person:
        assert handoff is not None or caller.outside_dialled, "a person within one request of 0 or of a risk"
    if caller.at_risk:
        nobody_at_risk_is_lost(caller, handoff)
    if handoff is not None and caller.live and not caller.behind and not hurt:
        assert call is not None
        assert call.state.place is Place.FILE, "never back to the bot"
        assert caller.accounted_for, "somebody for whom a person was called is with nobody"
    if just_ended and caller.phone.ended_by_line:
        the_end_is_right(caller, handoff)


def nobody_at_risk_is_lost(caller: Caller, handoff: Handoff | None) -> None:
    if handoff is None:
        assert caller.outside_dialled
        return
    assert handoff.level.at_least(RiskLevel.RISK), "a level is lowered by nobody but a person"
    assert handoff.state is not HandoffState.ABANDONED, "the machine closes no contact at risk"
    assert handoff.state is not HandoffState.CLOSED or caller.ended_by_staff


def the_end_is_right(caller: Caller, handoff: Handoff | None) -> None:
    """The line hangs up after two goodbyes, once a callback is promised, or when the service could not answer."""
    promised = handoff is not None and handoff.callback_due_at is not None and not caller.at_risk
    said = caller.goodbyes >= GOODBYES_BEFORE_END
    assert caller.ended_by_staff or caller.broken_at_end or said or promised, "the line hung up"
