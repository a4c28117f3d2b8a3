"""Callers who are taken, and the telephones of those who take them."""

from __future__ import annotations

from sqlalchemy import select

from ivr.legs import rows
from ivr.legs.clock import look_after_legs
from ivr.legs.rows import LegRow
from ivr.simulated.executing import ExecutingPhone
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from tests.ivr.doors import PREVENTION_SUICIDE, Door
from triage.handoff.events import fold
from triage.handoff.service import Actor, last_of_contact
from triage.handoff.states import HandoffState, PresenceState, Role
from triage.handoff.tables import Handoff, HandoffEvent
from triage.voice_port import AnswerWay

MARIE = Actor("staff1", Role.INTERVENANT)
PAUL = Actor("staff2", Role.GARDE_CLINIQUE)
MARIES_PHONE = "+18195550161"
PAULS_PHONE = "+18195550162"
INTERPRETER = "+18195550170"
QUEUE = "relais_prevention_suicide"
# The ends of Twilio's addresses.
PARTICIPANT, CALL, CALLS = "/Participants/", "/Calls/", "/Calls.json"


async def waiting_caller(door: Door, called: str = PREVENTION_SUICIDE) -> tuple[SimulatedPhone, Handoff]:
    """Somebody in the queue, and Marie and Paul on line."""
    phone = door.phone(called)
    await phone.dial()
    if called != PREVENTION_SUICIDE:
        await phone.press("0")
    for actor in (MARIE, PAUL):
        await door.services.desk.be_present(actor, PresenceState.AVAILABLE)
    return phone, await door.handed_over(phone.sid)


async def own_phone(door: Door, actor: Actor, number: str, behaviour: OutsidePhone) -> None:
    door.network.outside[number] = behaviour
    await door.services.voice_desk.choose_way(actor, AnswerWay.OWN_PHONE, number)


async def softphone(door: Door, actor: Actor) -> None:
    await door.services.voice_desk.choose_way(actor, AnswerWay.SOFTPHONE)


async def tick(door: Door, seconds: float = 0) -> None:
    """Time passes, and everything that it does to the legs is done."""
    door.clock.advance(seconds)
    await door.network.settled()
    await look_after_legs(door.services, door.rest)
    await door.network.settled()


async def talking_on_own_phone(door: Door, called: str = PREVENTION_SUICIDE) -> tuple[SimulatedPhone, Handoff]:
    """Marie answered on her own telephone, and is with the caller."""
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await waiting_caller(door, called)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    assert phone.conference == handoff.contact_id
    return phone, await handoff_of(door, handoff.contact_id)


def heard_by(door: Door, number: str) -> list[str]:
    return door.network.leg_to(number).words()


def leg_to(door: Door, number: str) -> ExecutingPhone:
    return door.network.leg_to(number)


async def legs(door: Door, contact_id: str) -> list[LegRow]:
    return await rows.legs_of_contact(door.services, contact_id, live_only=False)


async def handoff_of(door: Door, contact_id: str) -> Handoff:
    async with door.services.sessions.read() as session:
        handoff = await last_of_contact(session, contact_id)
    assert handoff is not None
    return handoff


async def events_of(door: Door, handoff: Handoff) -> list[HandoffEvent]:
    found = select(HandoffEvent).where(HandoffEvent.handoff_id == handoff.id).order_by(HandoffEvent.version)
    async with door.services.sessions.read() as session:
        return list((await session.execute(found)).scalars())


async def assert_back_at_head(door: Door, phone: SimulatedPhone, contact_id: str, cause: str | None = None) -> None:
    """Nobody has the caller, who is in the queue, first of their class."""
    handoff = await handoff_of(door, contact_id)
    assert (handoff.state, handoff.owner_id, handoff.at_head) == (HandoffState.WAITING, None, True)
    assert phone.queue is not None
    assert phone.conference is None
    last = (await events_of(door, handoff))[-1]
    assert cause is None or last.detail["cause"] == cause
    folded = fold(await events_of(door, handoff))
    assert (folded.state, folded.owner_id) == (handoff.state, handoff.owner_id)


async def assert_with(door: Door, phone: SimulatedPhone, contact_id: str, owner: Actor) -> None:
    """The caller is in the conversation, and its one owner is on the line there."""
    handoff = await handoff_of(door, contact_id)
    assert (handoff.state, handoff.owner_id) == (HandoffState.CLAIMED, owner.id)
    assert phone.conference == contact_id
    view = await door.services.voice_desk.call_view(owner, contact_id)
    assert view.caller_in_conference
    owners = [leg for leg in view.legs if leg.staff_id == owner.id and leg.state.value == "on_line"]
    assert len(owners) == 1


async def with_colleague(door: Door) -> tuple[SimulatedPhone, Handoff]:
    """Marie, Paul and the caller in one conversation; Marie owns it."""
    phone, handoff = await talking_on_own_phone(door)
    await own_phone(door, PAUL, PAULS_PHONE, OutsidePhone.PRESSES_ONE)
    await door.services.voice_desk.invite_colleague(MARIE, handoff.contact_id, PAUL.id)
    await tick(door)
    assert leg_to(door, PAULS_PHONE).conference == handoff.contact_id
    return phone, handoff


def fail(door: Door, ending: str) -> None:
    """Twilio refuses what is posted to such an address."""
    door.rest_client.fails = lambda method, path: method == "POST" and ending in path


def mend(door: Door) -> None:
    door.rest_client.fails = lambda method, path: False
