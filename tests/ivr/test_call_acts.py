"""Within a call: hold, a key, colleagues, guests, changing hands. Whatever fails, the person is with somebody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ivr.calls import find_call
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from tests.ivr.answerers import (
    CALL,
    INTERPRETER,
    MARIE,
    MARIES_PHONE,
    PARTICIPANT,
    PAUL,
    assert_back_at_head,
    assert_with,
    fail,
    handoff_of,
    heard_by,
    leg_to,
    legs,
    mend,
    own_phone,
    softphone,
    talking_on_own_phone,
    tick,
    waiting_caller,
    with_colleague,
)
from tests.ivr.doors import INFO_SOCIAL, Door
from triage.handoff.service import NotYours
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.record.tables import AuditLine
from triage.voice_port import CallView, LegKind, LegState, NotOnLine, RefusedNumber, VoiceUnavailable


async def view(door: Door, handoff: Handoff) -> CallView:
    return await door.services.voice_desk.call_view(MARIE, handoff.contact_id)


async def test_on_hold_the_caller_hears_a_calm_sentence_and_comes_back(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await door.services.voice_desk.hold(MARIE, handoff.contact_id, True)
    await phone.settle()
    assert phone.held
    assert (await view(door, handoff)).held
    assert phone.words()[-1].startswith("Vous êtes en attente un instant.")
    await door.services.voice_desk.hold(MARIE, handoff.contact_id, False)
    await phone.settle()
    assert not phone.held
    assert not (await view(door, handoff)).held
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_on_hold_after_the_silent_code_nothing_is_said(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await silent_caller(door)
    before = phone.words()
    await door.services.voice_desk.hold(MARIE, handoff.contact_id, True)
    await phone.settle()
    assert phone.held
    assert phone.words() == before
    assert any("ne peut pas parler" in said for said in heard_by(door, MARIES_PHONE))


async def silent_caller(door: Door) -> tuple[SimulatedPhone, Handoff]:
    """5-5, and taken by Marie."""
    phone = door.phone(INFO_SOCIAL)
    await phone.dial()
    await phone.press("5")
    await phone.press("5")
    handoff = await door.handed_over(phone.sid)
    await door.services.desk.claim(MARIE, handoff.id)
    await tick(door)
    assert phone.conference == handoff.contact_id
    return phone, handoff


@pytest.mark.parametrize(
    ("key", "written"), [("1", "[touche 1] oui"), ("2", "[touche 2] non"), ("7", "[autre touche]")]
)
async def test_a_key_of_a_silent_caller_is_a_turn(door: Door, key: str, written: str) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await silent_caller(door)
    before = phone.words()
    await door.services.voice_desk.ask_key(MARIE, handoff.contact_id)
    await phone.settle()
    assert (await view(door, handoff)).awaiting_key
    assert leg_to(door, MARIES_PHONE).conference == handoff.contact_id, "the intervenant stays"
    await phone.press(key)
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)
    assert not (await view(door, handoff)).awaiting_key
    read = await door.services.desk.read(MARIE, handoff.contact_id)
    assert read.turns[-1].text == written
    assert phone.words() == before, "all in silence"


async def test_no_key_is_recorded_too(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await silent_caller(door)
    await door.services.voice_desk.ask_key(MARIE, handoff.contact_id)
    await phone.settle()
    await phone.stay_silent()
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)
    assert (await door.services.desk.read(MARIE, handoff.contact_id)).turns[-1].text == "[aucune touche]"


async def test_the_intervenant_drops_while_a_key_is_awaited(door: Door) -> None:
    await own_phone(door, MARIE, MARIES_PHONE, OutsidePhone.PRESSES_ONE)
    phone, handoff = await silent_caller(door)
    await door.services.voice_desk.ask_key(MARIE, handoff.contact_id)
    await phone.settle()
    await leg_to(door, MARIES_PHONE).hang_up()
    await tick(door)
    await phone.press("1")
    await tick(door)
    await assert_back_at_head(door, phone, handoff.contact_id)


async def test_a_key_that_cannot_be_asked_leaves_everybody_there(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    for ending in (PARTICIPANT, CALL):
        fail(door, ending)
        with pytest.raises(VoiceUnavailable):
            await door.services.voice_desk.ask_key(MARIE, handoff.contact_id)
        mend(door)
        assert not (await view(door, handoff)).awaiting_key
        await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_an_interpreter_makes_three_and_leaves_two(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    door.network.outside[INTERPRETER] = OutsidePhone.PRESSES_ONE
    await door.services.voice_desk.invite_number(MARIE, handoff.contact_id, "819 555-0170", "Interprète, espagnol")
    await tick(door)
    guest = leg_to(door, INTERPRETER)
    assert guest.conference == handoff.contact_id
    [shown] = [leg for leg in (await view(door, handoff)).legs if leg.kind is LegKind.GUEST]
    assert (shown.state, shown.label) == (LegState.ON_LINE, "Interprète, espagnol")
    assert not any("risque" in said or "danger" in said for said in guest.words())
    await phone.speak("bonjour")
    assert "bonjour" in [heard.text for heard in guest.heard]
    await door.services.voice_desk.end_leg(MARIE, handoff.contact_id, shown.id)
    await tick(door)
    assert guest.over
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_an_interpreter_who_hangs_up_ends_nothing(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    door.network.outside[INTERPRETER] = OutsidePhone.PRESSES_ONE
    await door.services.voice_desk.invite_number(MARIE, handoff.contact_id, INTERPRETER, "")
    await tick(door)
    await leg_to(door, INTERPRETER).hang_up()
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


@pytest.mark.parametrize("behaviour", [OutsidePhone.MAILBOX, OutsidePhone.NO_ANSWER, OutsidePhone.BUSY])
async def test_a_guest_who_does_not_answer_changes_nothing(door: Door, behaviour: OutsidePhone) -> None:
    phone, handoff = await talking_on_own_phone(door)
    door.network.outside[INTERPRETER] = behaviour
    await door.services.voice_desk.invite_number(MARIE, handoff.contact_id, INTERPRETER, "")
    await tick(door)
    assert all(leg.kind is not LegKind.GUEST for leg in (await view(door, handoff)).legs)
    await assert_with(door, phone, handoff.contact_id, MARIE)


@pytest.mark.parametrize("number", ["911", "9-1-1", "+1 (911)", "112", "1911"])
async def test_an_emergency_number_is_never_dialled(door: Door, number: str) -> None:
    phone, handoff = await talking_on_own_phone(door)
    with pytest.raises(RefusedNumber, match="votre propre téléphone"):
        await door.services.voice_desk.invite_number(MARIE, handoff.contact_id, number, "911")
    assert not [one for one in door.network.dialled if "911" in one or "112" in one]
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_a_line_of_ours_is_never_dialled(door: Door) -> None:
    _, handoff = await talking_on_own_phone(door)
    with pytest.raises(RefusedNumber, match="propres lignes"):
        await door.services.voice_desk.invite_number(MARIE, handoff.contact_id, INFO_SOCIAL, "")


async def test_only_the_owner_acts_in_a_call(door: Door) -> None:
    _, handoff = await with_colleague(door)
    desk, contact_id = door.services.voice_desk, handoff.contact_id
    for act in (
        desk.hold(PAUL, contact_id, True),
        desk.ask_key(PAUL, contact_id),
        desk.invite_number(PAUL, contact_id, INTERPRETER, ""),
        desk.hand_over(PAUL, contact_id, MARIE.id),
        desk.cold_transfer(PAUL, contact_id, MARIE.id),
        desk.call_person(PAUL, contact_id),
    ):
        with pytest.raises(NotYours):
            await act


async def test_a_colleague_is_invited_reads_and_comes_in_by_softphone(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await softphone(door, PAUL)
    desk = door.services.voice_desk
    await desk.invite_colleague(MARIE, handoff.contact_id, PAUL.id)
    await desk.invite_colleague(MARIE, handoff.contact_id, PAUL.id)
    assert [one.contact_id for one in await desk.invitations(PAUL)] == [handoff.contact_id]
    assert (await door.services.desk.read(PAUL, handoff.contact_id)).entry.owner_id == MARIE.id
    call = await door.network.softphone_connect(PAUL.id, {"contact": handoff.contact_id})
    await tick(door)
    assert call.conference == handoff.contact_id
    assert await desk.invitations(PAUL) == ()
    await call.hang_up()
    await tick(door)
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_an_invitation_that_nobody_answers_ends(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await softphone(door, PAUL)
    await door.services.voice_desk.invite_colleague(MARIE, handoff.contact_id, PAUL.id)
    await tick(door, 60)
    assert await door.services.voice_desk.invitations(PAUL) == ()
    await assert_with(door, phone, handoff.contact_id, MARIE)


async def test_the_caller_leaves_on_hold_and_is_with_marie_as_gone(door: Door) -> None:
    phone, handoff = await talking_on_own_phone(door)
    await door.services.voice_desk.hold(MARIE, handoff.contact_id, True)
    door.clock.advance(1)
    await phone.hang_up()
    await tick(door)
    left = await handoff_of(door, handoff.contact_id)
    assert (left.state, left.owner_id) == (HandoffState.CLAIMED, MARIE.id)
    assert all(leg.state is LegState.ENDED for leg in await legs(door, handoff.contact_id))
    with pytest.raises(NotOnLine):
        await door.services.voice_desk.hold(MARIE, handoff.contact_id, False)


async def test_every_act_leaves_an_audit_line_without_a_number(door: Door) -> None:
    _, handoff = await with_colleague(door)
    await door.services.voice_desk.hold(MARIE, handoff.contact_id, True)
    async with door.services.sessions.read() as session:
        lines = list((await session.execute(select(AuditLine))).scalars())
    assert {"colleague_invited", "call_held"} <= {line.action for line in lines}
    assert not any("819555" in f"{line.action}{line.subject}" for line in lines)


async def test_the_same_documents_come_back_for_the_same_token(door: Door) -> None:
    await softphone(door, MARIE)
    phone, handoff = await waiting_caller(door)
    await door.services.desk.claim(MARIE, handoff.id)
    fields = {"CallSid": "CA" + "7" * 32, "From": f"client:{MARIE.id}", "To": "", "contact": handoff.contact_id}
    first = await door.post("/ivr/softphone", fields, token="one-token")
    again = await door.post("/ivr/softphone", fields, token="one-token")
    assert "<Conference" in first.text
    assert first.text == again.text
    assert (await door.post("/ivr/softphone", fields, signature="forged")).status_code == 403
    assert await find_call(door.services, phone.sid) is not None
