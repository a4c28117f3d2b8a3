"""Calls that the REST side makes: rung, answered or not, screened by a key, and told of."""

from __future__ import annotations

import asyncio

import pytest
from twilio.base.exceptions import TwilioRestException

from ivr.simulated.network import CallStatus, OutsidePhone
from ivr.simulated.outside import CreatedPhone
from tests.ivr.simulated.scripted_service import LINE, PUBLIC, STAFF, ScriptedService, conference

ALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
SCREEN = (
    f'<Gather input="dtmf" numDigits="1" timeout="5" action="{PUBLIC}/ivr/pressed"><Say>Un.</Say></Gather><Hangup/>'
)


async def create(service: ScriptedService, to: str = STAFF, **more: object) -> CreatedPhone:
    """A call, and the phone that rings."""
    options = {"from_": LINE, "url": f"{PUBLIC}/ivr/leg", "status_callback": f"{PUBLIC}/ivr/leg-status"} | more
    options = {"status_callback_event": ALL_EVENTS} | options
    await asyncio.to_thread(lambda: service.client.calls.create(to=to, **options))
    await service.network.settled()
    leg = service.network.leg_to(to)
    assert isinstance(leg, CreatedPhone)
    return leg


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (OutsidePhone.NO_ANSWER, ["initiated", "ringing", "no-answer"]),
        (OutsidePhone.BUSY, ["initiated", "ringing", "busy"]),
        (OutsidePhone.FAILED, ["initiated", "failed"]),
        (OutsidePhone.MAILBOX, ["initiated", "ringing", "in-progress", "completed"]),
    ],
)
async def test_a_phone_that_puts_nobody_through(
    service: ScriptedService, behaviour: OutsidePhone, told: list[str]
) -> None:
    service.on("/ivr/leg", SCREEN)
    service.network.outside[STAFF] = behaviour
    leg = await create(service)
    assert leg.over
    assert service.statuses() == told
    assert [fields["SequenceNumber"] for fields in service.fields_of("/ivr/leg-status")] == [
        str(number) for number in range(len(told))
    ]
    assert service.fields_of("/ivr/pressed") == []


async def test_who_presses_one_joins(service: ScriptedService) -> None:
    service.on("/ivr/leg", SCREEN)
    service.on("/ivr/pressed", conference())
    service.network.outside[STAFF] = OutsidePhone.PRESSES_ONE
    leg = await create(service)
    assert leg.conference == "room"
    assert service.fields_of("/ivr/pressed")[0]["Digits"] == "1"
    await asyncio.to_thread(lambda: service.client.calls(leg.sid).update(status="completed"))
    await service.network.settled()
    assert (leg.status, leg.ended_by_line) == (CallStatus.COMPLETED, True)


async def test_a_phone_rings_until_somebody_picks_up(service: ScriptedService) -> None:
    service.on("/ivr/leg", SCREEN)
    service.network.outside[STAFF] = OutsidePhone.RINGS
    leg = await create(service)
    assert leg.status is CallStatus.RINGING
    await leg.pick_up()
    assert leg.words() == ["Un."]
    service.on("/ivr/pressed", conference())
    await leg.press("1")
    assert leg.conference == "room"


async def test_a_ringing_phone_is_given_up(service: ScriptedService) -> None:
    service.network.outside[STAFF] = OutsidePhone.RINGS
    leg = await create(service)
    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(lambda: service.client.calls(leg.sid).update(twiml="<Response/>"))
    assert refused.value.code == 21220
    await asyncio.to_thread(lambda: service.client.calls(leg.sid).update(status="canceled"))
    await service.network.settled()
    assert leg.status is CallStatus.CANCELED
    assert service.statuses()[-1] == "canceled"


async def test_time_passes_while_nobody_answers(service: ScriptedService) -> None:
    passed: list[float] = []
    service.network.time_passes = passed.append
    await create(service, timeout=20)
    assert passed == [20.0]


async def test_a_client_rings_where_a_softphone_is_registered(service: ScriptedService) -> None:
    service.on("/ivr/leg", conference())
    assert (await create(service, "client:staff-2")).status is CallStatus.NO_ANSWER
    service.network.softphone("staff-1")
    assert (await create(service, "client:staff-1")).conference == "room"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "911"}, 21211),
        ({"to": "819 555-0170"}, 21211),
        ({"from_": "anonymous"}, 21212),
        ({"url": ""}, 21205),
        ({"url": "", "twiml": "<Response>" + " " * 4000 + "</Response>"}, 21617),
    ],
)
async def test_what_twilio_refuses_to_dial(service: ScriptedService, changes: dict[str, str], code: int) -> None:
    wanted = {"to": STAFF, "from_": LINE, "url": f"{PUBLIC}/ivr/leg"} | changes
    with pytest.raises(TwilioRestException) as refused:
        await asyncio.to_thread(lambda: service.client.calls.create(**wanted))
    assert refused.value.code == code
    assert service.network.dialled == []


async def test_a_call_is_moved_to_an_address(service: ScriptedService) -> None:
    service.on("/ivr/voice", "<Gather/><Hangup/>")
    service.on("/ivr/elsewhere", "<Say>Ailleurs.</Say><Gather/><Hangup/>")
    phone = service.phone()
    await phone.dial()
    await asyncio.to_thread(lambda: service.client.calls(phone.sid).update(url=f"{PUBLIC}/ivr/elsewhere"))
    await phone.settle()
    assert phone.words() == ["Ailleurs."]


async def test_a_number_dialled_for_a_caller(service: ScriptedService) -> None:
    dial = f'<Dial action="{PUBLIC}/ivr/overflow" callerId="{LINE}" timeout="20"><Number url="{PUBLIC}/ivr/screen">'
    service.on("/ivr/voice", f"{dial}{STAFF}</Number></Dial>")
    service.on("/ivr/screen", f'<Gather action="{PUBLIC}/ivr/pressed"/><Hangup/>')
    service.on("/ivr/overflow", "<Gather/><Hangup/>")
    service.network.outside[STAFF] = OutsidePhone.RINGS
    phone = service.phone()
    await phone.dial()
    leg = service.network.leg_to(STAFF)
    await leg.pick_up()
    (screened,) = service.fields_of("/ivr/screen")
    assert (screened["ParentCallSid"], screened["From"], screened["To"]) == (phone.sid, LINE, STAFF)
    await leg.press_all("1#")
    await leg.speak("Bonjour.")
    await phone.speak("Allô ?")
    assert (phone.words(), leg.words()) == (["Bonjour."], ["Allô ?"])
    await leg.hang_up()
    await service.network.settled()
    (after,) = service.fields_of("/ivr/overflow")
    assert (after["DialCallStatus"], after["DialBridged"]) == ("completed", "true")


@pytest.mark.parametrize(
    ("behaviour", "status"), [(OutsidePhone.BUSY, "busy"), (OutsidePhone.FAILED, "failed"), (None, "no-answer")]
)
async def test_a_dial_that_puts_nobody_through(
    service: ScriptedService, behaviour: OutsidePhone | None, status: str
) -> None:
    service.on("/ivr/voice", f'<Dial action="{PUBLIC}/ivr/overflow"><Number>{STAFF}</Number></Dial>')
    service.on("/ivr/overflow", "<Gather/><Hangup/>")
    if behaviour is not None:
        service.network.outside[STAFF] = behaviour
    await service.phone().dial()
    (after,) = service.fields_of("/ivr/overflow")
    assert (after["DialCallStatus"], after["DialBridged"]) == (status, "false")


async def test_a_caller_who_hangs_up_stops_the_ringing(service: ScriptedService) -> None:
    service.on("/ivr/voice", f'<Dial action="{PUBLIC}/ivr/overflow"><Number>{STAFF}</Number></Dial>')
    service.network.outside[STAFF] = OutsidePhone.RINGS
    phone = service.phone()
    await phone.dial()
    leg = service.network.leg_to(STAFF)
    await phone.hang_up()
    assert (phone.over, leg.over, leg.status) == (True, True, CallStatus.CANCELED)
    assert service.fields_of("/ivr/overflow") == []


async def test_one_request_of_the_rest_side_can_fail(service: ScriptedService) -> None:
    service.rest.fails = lambda method, path: method == "POST" and path.endswith("/Calls.json")
    with pytest.raises(TwilioRestException):
        await create(service)
    assert await asyncio.to_thread(service.client.calls.list) == []
