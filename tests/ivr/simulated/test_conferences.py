"""Conferences of the simulated network: who hears whom, who is held, how they end, and what is told of them."""

from __future__ import annotations

import asyncio

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulated.heard import HeardKind
from ivr.simulated.network import OutsidePhone
from ivr.simulated.outside import CreatedPhone
from ivr.simulated.phone import SimulatedPhone
from ivr.simulated.softphone import SoftphoneCall
from tests.ivr.simulated.scripted_service import LINE, PUBLIC, STAFF, ScriptedService, conference

HOLD_URL = f"{PUBLIC}/ivr/hold"


async def caller_in_room(service: ScriptedService, **attributes: str) -> SimulatedPhone:
    service.on("/ivr/voice", conference(endConferenceOnExit="true", **attributes))
    service.on("/ivr/after", '<Gather input="dtmf"/><Hangup/>')
    phone = service.phone()
    await phone.dial()
    return phone


async def staff_in_room(service: ScriptedService, *, ends: bool = False) -> SoftphoneCall:
    service.on("/ivr/softphone", conference(endConferenceOnExit=str(ends).lower()))
    return await service.network.softphone_connect("staff-1", {"contact": "c"})


async def guest_in_room(service: ScriptedService) -> CreatedPhone:
    service.network.outside[STAFF] = OutsidePhone.ANSWERS
    service.on("/ivr/leg", conference())
    await asyncio.to_thread(service.client.calls.create, to=STAFF, from_=LINE, url=f"{PUBLIC}/ivr/leg")
    await service.network.settled()
    leg = service.network.leg_to(STAFF)
    assert isinstance(leg, CreatedPhone)
    return leg


def heard(phone: SimulatedPhone | SoftphoneCall | CreatedPhone, kind: HeardKind) -> list[str]:
    return [thing.text for thing in phone.heard if thing.kind is kind]


async def update(service: ScriptedService, phone: SimulatedPhone, **changes: object) -> None:
    live = service.network.conferences.live("room")
    assert live is not None
    participant = service.client.conferences(live.sid).participants(phone.sid)
    await asyncio.to_thread(lambda: participant.update(**changes))
    await service.network.settled()


async def test_a_conference_starts_with_the_second_participant(service: ScriptedService) -> None:
    await caller_in_room(service)
    listed = lambda **asked: asyncio.to_thread(service.client.conferences.list, friendly_name="room", **asked)  # noqa: E731
    assert [one.status for one in await listed(status="init")] == ["init"]
    assert await listed() == [], "without a status, Twilio lists those in progress"
    await staff_in_room(service)
    assert [one.status for one in await listed()] == ["in-progress"]
    await service.network.settled()
    assert service.events() == ["participant-join", "participant-join", "conference-start"]
    assert [fields["SequenceNumber"] for fields in service.fields_of("/ivr/conference")] == ["1", "2", "3"]


async def test_what_one_says_is_heard_by_all_the_others(service: ScriptedService) -> None:
    caller, staff, guest = await caller_in_room(service), await staff_in_room(service), await guest_in_room(service)
    await staff.speak("Bonjour.")
    await caller.speak("Allô ?")
    assert heard(caller, HeardKind.INTERVENANT) == ["Bonjour."]
    assert heard(guest, HeardKind.INTERVENANT) == ["Bonjour."]
    assert heard(staff, HeardKind.OTHER) == ["Allô ?"]
    assert heard(guest, HeardKind.OTHER) == ["Allô ?"]
    assert heard(staff, HeardKind.INTERVENANT) == [], "nobody hears themselves"


async def test_on_hold_the_documents_of_the_hold_are_heard_and_nobody(service: ScriptedService) -> None:
    caller, staff = await caller_in_room(service), await staff_in_room(service)
    service.on("/ivr/hold", "<Say>Un instant.</Say><Pause length='3'/>")
    await update(service, caller, hold=True, hold_url=HOLD_URL, hold_method="POST")
    await staff.speak("Entre nous.")
    await caller.speak("Vous êtes là ?")
    assert caller.words() == ["Un instant."]
    assert heard(caller, HeardKind.INTERVENANT) == []
    assert heard(staff, HeardKind.OTHER) == []
    await caller.stay_silent()
    assert caller.words() == ["Un instant.", "Un instant."], "again and again"
    await update(service, caller, hold=False)
    await staff.speak("Me revoici.")
    assert heard(caller, HeardKind.INTERVENANT) == ["Me revoici."]


async def test_what_the_console_writes_is_heard_by_all_who_are_not_held(service: ScriptedService) -> None:
    caller, guest = await caller_in_room(service), await guest_in_room(service)
    caller.hears_the_console("Bonjour à vous deux.")
    await update(service, caller, hold=True)
    caller.hears_the_console("Entre nous.")
    assert heard(caller, HeardKind.INTERVENANT) == ["Bonjour à vous deux."]
    assert heard(guest, HeardKind.INTERVENANT) == ["Bonjour à vous deux.", "Entre nous."]
    assert heard(caller, HeardKind.MUSIC) == [""], "a hold without an address plays Twilio's own"


async def test_a_muted_participant_is_not_heard(service: ScriptedService) -> None:
    caller, staff = await caller_in_room(service), await staff_in_room(service)
    await update(service, caller, muted=True)
    await caller.speak("Vous m'entendez ?")
    assert heard(staff, HeardKind.OTHER) == []
    await staff.speak("Oui.")
    assert heard(caller, HeardKind.INTERVENANT) == ["Oui."]


async def test_who_ends_it_by_leaving_sends_the_others_to_their_own_address(service: ScriptedService) -> None:
    caller, staff = await caller_in_room(service), await staff_in_room(service, ends=True)
    await staff.hang_up()
    await service.network.settled()
    assert not caller.over
    (after,) = service.fields_of("/ivr/after")
    assert (after["CallSid"], after["DialCallStatus"]) == (caller.sid, "completed")
    assert service.events()[-3:] == ["participant-leave", "participant-leave", "conference-end"]
    assert service.fields_of("/ivr/conference")[-1]["CallSidEndingConference"] == staff.sid


async def test_the_flag_can_change_before_leaving(service: ScriptedService) -> None:
    caller, staff = await caller_in_room(service), await staff_in_room(service, ends=True)
    live = service.network.conferences.live("room")
    assert live is not None
    participant = service.client.conferences(live.sid).participants(staff.sid)
    await asyncio.to_thread(lambda: participant.update(end_conference_on_exit=False))
    await staff.hang_up()
    await service.network.settled()
    assert caller.conference == "room"
    assert service.fields_of("/ivr/after") == []


async def test_removed_or_ended_by_rest(service: ScriptedService) -> None:
    caller, staff, guest = await caller_in_room(service), await staff_in_room(service), await guest_in_room(service)
    live = service.network.conferences.live("room")
    assert live is not None
    room = service.client.conferences(live.sid)
    assert len(await asyncio.to_thread(room.participants.list)) == 3
    await asyncio.to_thread(room.participants(guest.sid).delete)
    await service.network.settled()
    assert (guest.conference, caller.conference, staff.conference) == (None, "room", "room")
    await asyncio.to_thread(lambda: room.update(status="completed"))
    await service.network.settled()
    assert caller.conference is None
    assert service.events()[-1] == "conference-end"
    with pytest.raises(TwilioRestException):
        await asyncio.to_thread(room.participants(caller.sid).fetch)


async def test_a_participant_moved_by_rest_leaves(service: ScriptedService) -> None:
    caller, staff = await caller_in_room(service), await staff_in_room(service)
    moved = "<Response><Say>Ailleurs.</Say><Gather/></Response>"
    await asyncio.to_thread(lambda: service.client.calls(staff.sid).update(twiml=moved))
    await service.network.settled()
    assert staff.words() == ["Ailleurs."]
    assert caller.conference == "room"
    leave = [one for one in service.fields_of("/ivr/conference") if one["StatusCallbackEvent"] == "participant-leave"]
    assert [one["ReasonParticipantLeft"] for one in leave] == ["participant_updated_via_api"]


async def test_alone_without_an_address_one_hears_twilios_music(service: ScriptedService) -> None:
    silent = await caller_in_room(service)
    assert heard(silent, HeardKind.MUSIC) == []
    service.on("/ivr/voice", "<Dial><Conference>other</Conference></Dial>")
    phone = service.phone()
    await phone.dial()
    assert heard(phone, HeardKind.MUSIC) == [""]


async def test_callbacks_repeated_and_backwards(service: ScriptedService) -> None:
    callbacks = service.network.dials().callbacks
    callbacks.times = 2
    callbacks.hold_back()
    await caller_in_room(service)
    await staff_in_room(service)
    assert service.events() == []
    callbacks.release(backwards=True)
    await service.network.settled()
    numbers = [fields["SequenceNumber"] for fields in service.fields_of("/ivr/conference")]
    assert numbers == ["3", "3", "2", "2", "1", "1"]
