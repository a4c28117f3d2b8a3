"""Whole calls, by a simulated phone over signed HTTP."""

from __future__ import annotations

import pytest

from ivr.calls import call_of_contact, find_call
from ivr.simulated.heard import HeardKind
from ivr.simulated.network import OutsidePhone
from ivr.simulated.phone import SimulatedPhone
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from tests.ivr.doors import INFO_SOCIAL, PARTENAIRES, PREVENTION_SUICIDE, Door
from triage.handoff import service as handoffs
from triage.handoff.ladder import FALLBACK
from triage.handoff.service import Actor
from triage.handoff.states import HandoffReason, HandoffState, QueueClass, Role
from triage.handoff.tables import Handoff, StepTaken
from triage.interventions.types import Language
from triage.signals import RiskKind, RiskLevel
from triage.staff_desk import VoiceUnavailable

STAFF = Actor("staff-1", Role.INTERVENANT)


async def handoff_of(door: Door, phone: SimulatedPhone) -> Handoff:
    call = await find_call(door.services, phone.sid)
    assert call is not None
    async with door.services.sessions.read() as session:
        handoff = await handoffs.last_of_contact(session, call.contact_id)
    assert handoff is not None
    return handoff


async def kinds_of(door: Door, phone: SimulatedPhone) -> list[RiskKind]:
    call = await find_call(door.services, phone.sid)
    assert call is not None
    async with door.services.sessions.read() as session:
        contact = await door.services.record.contact(session, call.contact_id)
        return [opened.signal.kind for opened in await door.services.record.signals(session, contact)]


async def test_the_menu_says_danger_first_then_what_it_is(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    words = phone.words()
    assert words[0].startswith("Démonstration : personne ne répond ici")
    assert "neuf, un, un" in words[1]
    heard = " ".join(words)
    for said in ("For English, press nine", "assistant automatique", "pas enregistré", "Twilio", "Info-Social"):
        assert said in heard


async def test_zero_reaches_a_person_in_one_request(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    assert phone.queue == "relais_info_social"
    handoff = await handoff_of(door, phone)
    assert handoff.reason is HandoffReason.ASKED


async def test_one_silence_after_two_goes_to_the_queue(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("2")
    assert "restez en ligne pour parler à une personne" in phone.words()[-1]
    await phone.stay_silent()
    assert phone.queue == "relais_info_social"
    handoff = await handoff_of(door, phone)
    assert handoff.reason is HandoffReason.SILENCE


async def test_two_silences_at_the_menu_go_to_the_queue(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.stay_silent()
    assert phone.queue is None
    await phone.stay_silent()
    assert phone.queue == "relais_info_social"


async def test_a_risk_said_at_the_menu_is_a_risk(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak("je veux mourir")
    handoff = await handoff_of(door, phone)
    assert handoff.queue_class is QueueClass.RISK
    assert phone.queue == "relais_info_social"
    assert any("Merci de l'avoir dit" in sentence for sentence in phone.words())


async def test_information_is_answered_then_silence_goes_to_the_queue(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("2")
    asked = len(phone.words())
    await phone.speak("quelles sont vos heures")
    assert phone.queue is None
    for offered in ("faites le zéro", "faites l'étoile", "une autre question", "c'est tout"):
        assert offered in phone.words()[-1]
    answer = phone.words()[asked:]
    assert len(answer) == 4, "the answer, a number, the resource, what may be done next"
    await phone.press("*")
    assert phone.words()[asked + len(answer) :] == answer
    await phone.stay_silent()
    assert phone.queue == "relais_info_social"


async def test_misunderstood_twice_reaches_a_person(door: Door, router: ScriptedRouter) -> None:
    router.say("bla", understood=False, confidence=0.1)
    phone = door.phone()
    await phone.dial()
    await phone.press("2")
    await phone.speak("bla")
    assert phone.queue is None
    assert "Avec les touches seulement" in phone.words()[-1]
    await phone.press("7")
    handoff = await handoff_of(door, phone)
    assert handoff.reason is HandoffReason.MISUNDERSTOOD


async def test_where_keys_alone_are_offered_one_silence_is_a_person(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("7")
    assert phone.queue is None
    await phone.stay_silent()
    assert phone.queue == "relais_info_social"


async def test_where_keys_alone_are_offered_a_risk_said_aloud_is_heard(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("7")
    await phone.speak("je veux mourir")
    assert (await door.handed_over(phone.sid)).queue_class is QueueClass.RISK
    assert phone.queue == "relais_info_social"


async def test_the_router_down_reaches_a_person(door: Door, router: ScriptedRouter) -> None:
    router.down()
    phone = door.phone()
    await phone.dial()
    await phone.speak("bonjour j'ai une question")
    handoff = await handoff_of(door, phone)
    assert handoff.reason is HandoffReason.FAULT


async def test_the_silent_code_says_nothing_more(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    before = len(phone.words())
    await phone.press("5")
    door.clock.advance(3)
    await phone.press("5")
    assert phone.queue == "relais_info_social"
    await phone.stay_silent()
    await phone.stay_silent()
    door.clock.advance(100)
    await phone.stay_silent()
    assert phone.words()[before:] == []
    handoff = await handoff_of(door, phone)
    assert handoff.level is RiskLevel.RISK
    assert await kinds_of(door, phone) == [RiskKind.SILENT_CODE]
    await phone.hang_up()
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.LEFT
    assert handoff.recall_safe is False


async def test_two_fives_far_apart_are_no_code_and_no_mistake(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("5")
    await phone.stay_silent()
    assert "Vous pouvez aussi rester en ligne" in phone.words()[-1]
    door.clock.advance(5)
    await phone.press("5")
    assert await kinds_of(door, phone) == []
    before = len(phone.words())
    await phone.stay_silent()
    assert phone.queue == "relais_info_social"
    assert not any("pas un choix" in sentence for sentence in phone.words()[before - 1 :])


async def test_the_silent_code_works_in_the_queue(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    await phone.press("5")
    before = len(phone.words())
    await phone.press("5")
    await phone.stay_silent()
    handoff = await handoff_of(door, phone)
    assert handoff.queue_class is QueueClass.RISK
    assert phone.words()[before:] == []


async def test_the_suicide_line_is_one_sentence_then_the_queue_at_risk(door: Door) -> None:
    phone = door.phone(PREVENTION_SUICIDE)
    await phone.dial()
    assert phone.queue == "relais_prevention_suicide"
    handoff = await handoff_of(door, phone)
    assert handoff.level is RiskLevel.RISK
    assert handoff.reason is HandoffReason.LINE
    for _ in range(12):
        await phone.stay_silent()
    said = [sentence for sentence in phone.words() if not sentence.startswith("Démonstration")]
    assert any("neuf, un, un" in sentence for sentence in said[1:])
    assert not any("deux sept sept" in sentence or "personnes sont avant" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("keys", "level"),
    [("1", RiskLevel.IMMINENT), ("41", RiskLevel.IMMINENT), ("4", RiskLevel.NONE), ("", RiskLevel.NONE)],
)
async def test_a_partner_has_one_key_for_danger_now(door: Door, keys: str, level: RiskLevel) -> None:
    phone = door.phone(PARTENAIRES)
    await phone.dial()
    await phone.press_all(keys)
    if phone.queue is None:
        await phone.stay_silent()
    assert phone.queue == "relais_partenaires"
    handoff = await handoff_of(door, phone)
    assert handoff.level is level


async def test_a_partner_who_speaks_is_read_then_heard_by_a_person(door: Door) -> None:
    phone = door.phone(PARTENAIRES)
    await phone.dial()
    await phone.speak("il dit je veux mourir")
    handoff = await handoff_of(door, phone)
    assert handoff.queue_class is QueueClass.RISK


async def test_an_unknown_number_is_a_person(door: Door) -> None:
    phone = door.phone("+18005550000")
    await phone.dial()
    assert phone.queue == "relais_info_social"


async def test_english_has_the_menu_and_the_gate_then_a_person(door: Door, gate: ScriptedGate) -> None:
    gate.phrases["i want to die"] = (RiskKind.SUICIDE, RiskLevel.RISK)
    phone = door.phone()
    await phone.dial()
    await phone.press("9")
    assert "press two" in phone.words()[-1]
    await phone.press("2")
    await phone.speak("I want to die")
    assert phone.queue == "relais_info_social"
    handoff = await handoff_of(door, phone)
    assert handoff.level is RiskLevel.RISK
    assert "two seven seven" in phone.words()[-2]
    async with door.services.sessions.read() as session:
        assert (await door.services.record.contact(session, handoff.contact_id)).language is Language.ENGLISH


async def test_english_without_risk_is_a_person_too(door: Door, router: ScriptedRouter) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("9")
    await phone.speak("what are your hours")
    assert phone.queue == "relais_info_social"
    assert router.asked == []


@pytest.mark.parametrize(("key", "said"), [("1", "à Info-Santé"), ("3", "au guichet d'accès")])
async def test_nobody_answers_there_it_is_said_and_a_person_is_called(door: Door, key: str, said: str) -> None:
    settings = door.services.settings
    phone = door.phone()
    await phone.dial()
    await phone.press(key)
    assert door.network.dialled == [settings.info_sante_number if key == "1" else settings.gap_number]
    assert phone.queue == "relais_info_social"
    assert any(sentence.startswith(f"Personne n'a répondu {said}") for sentence in phone.words())


async def test_a_destination_that_has_no_number_is_a_person_and_nothing_is_pretended(door: Door) -> None:
    door.services.settings.gap_number = ""
    phone = door.phone()
    await phone.dial()
    await phone.press("3")
    assert phone.queue == "relais_info_social"
    assert not any("n'a répondu" in sentence for sentence in phone.words())


async def test_the_menu_comes_back_after_an_answered_transfer(door: Door) -> None:
    door.network.outside[door.services.settings.gap_number] = OutsidePhone.PRESSES_ONE
    phone = door.phone()
    await phone.dial()
    await phone.press("3")
    await phone.outside_ends()
    assert phone.queue is None
    assert "Info-Social" in phone.words()[-1]


async def test_after_two_minutes_with_the_bot_a_person_is_called(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    door.clock.advance(121)
    await phone.speak("quelles sont vos heures")
    assert phone.queue == "relais_info_social"


async def test_three_repeats_reach_a_person(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("*")
    await phone.press("*")
    assert phone.queue is None
    await phone.press("*")
    assert phone.queue == "relais_info_social"


async def test_hanging_up_at_risk_stays_in_the_queue(door: Door) -> None:
    phone = door.phone(caller="+266696687")
    await phone.dial()
    await phone.speak("je veux mourir")
    await phone.hang_up()
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.LEFT
    assert handoff.recall_possible is False


async def test_hanging_up_below_risk_ends_the_wait(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    await phone.hang_up()
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.ABANDONED


async def test_words_in_the_queue_can_raise(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    await phone.speak("je veux mourir")
    handoff = await handoff_of(door, phone)
    assert handoff.queue_class is QueueClass.RISK
    assert "Une personne de l'équipe est appelée" in phone.words()[-1]


async def take_fallback_step(door: Door, phone: SimulatedPhone) -> None:
    handoff = await handoff_of(door, phone)
    async with door.services.sessions.write() as session:
        step = StepTaken(handoff_id=handoff.id, step=FALLBACK, round=handoff.round, at=door.clock.now())
        session.add(step)


async def test_the_last_rung_dials_the_outside_numbers_then_queues_again(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak("je veux mourir")
    await take_fallback_step(door, phone)
    await phone.stay_silent()
    assert door.network.dialled == door.services.settings.fallback_numbers["info_social"]
    assert phone.queue == "relais_info_social"
    await phone.stay_silent()
    assert len(door.network.dialled) == 2, "not again at once"
    door.clock.advance(90)
    await phone.stay_silent()
    assert len(door.network.dialled) == 4
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.WAITING


async def test_a_mailbox_is_no_answer_and_a_person_outside_is_put_through(door: Door) -> None:
    first, second = door.services.settings.fallback_numbers["info_social"]
    door.network.outside = {first: OutsidePhone.MAILBOX, second: OutsidePhone.PRESSES_ONE}
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    await take_fallback_step(door, phone)
    await phone.stay_silent()
    assert phone.heard[-1].kind is HeardKind.OUTSIDE
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.WAITING
    with pytest.raises(VoiceUnavailable):
        await door.services.desk.claim(STAFF, handoff.id)
    await phone.outside_ends()
    assert phone.queue == "relais_info_social"
    await door.services.desk.claim(STAFF, handoff.id)


async def test_an_intervenant_takes_the_call_and_closing_ends_it(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak("je veux mourir")
    handoff = await handoff_of(door, phone)
    contact_id = await door.services.desk.claim(STAFF, handoff.id)
    await phone.settle()
    assert phone.conference == contact_id
    assert phone.queue is None
    call = await call_of_contact(door.services, contact_id)
    assert call is not None
    assert call.ended_at is None
    await door.services.desk.close(STAFF, handoff.id, "fini")
    await phone.settle()
    assert phone.over
    assert phone.ended_by_line


async def test_the_intervenants_leg_is_lost_and_the_caller_is_queued_again(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    handoff = await handoff_of(door, phone)
    await door.services.desk.claim(STAFF, handoff.id)
    await phone.settle()
    await phone.outside_ends()
    assert phone.queue == "relais_info_social"
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.WAITING
    assert handoff.at_head


async def test_twilio_down_at_the_claim_leaves_the_caller_in_the_queue(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("0")
    handoff = await handoff_of(door, phone)
    door.rest_client.down = True
    with pytest.raises(VoiceUnavailable):
        await door.services.desk.claim(STAFF, handoff.id)
    handoff = await handoff_of(door, phone)
    assert handoff.state is HandoffState.WAITING
    assert phone.queue == "relais_info_social"
    assert not phone.over


async def test_a_lost_answer_is_asked_again_and_changes_nothing_twice(door: Door) -> None:
    phone = door.phone(INFO_SOCIAL)
    await phone.dial()
    phone.requests.lose_next_answer = True
    await phone.press("0")
    assert phone.queue == "relais_info_social"
    assert len(door.network.queue_members("relais_info_social")) == 1
