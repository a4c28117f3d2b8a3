"""The flow of a turn, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from triage.handoff.service import Actor
from triage.handoff.states import HandoffReason, HandoffState, QueueClass, Role
from triage.handoff.tables import Handoff
from triage.interventions.types import Channel, InterventionType, Line
from triage.nlu_route.particulars import Particulars
from triage.record.tables import Author, Contact, Holder, Turn
from triage.services import Services
from triage.signals import Reading, RiskKind, RiskLevel, Signal
from triage.turn import IncomingTurn, Outcome, Said, entry_signal

pytestmark = pytest.mark.usefixtures("services_on_both")


@pytest.fixture
def services(services_on_both: Services) -> Services:
    return services_on_both


async def arrive(services: Services, line: Line = Line.INFO_SOCIAL) -> str:
    return await services.conversation.begin(line, Channel.CHAT)


async def say(services: Services, contact: str, text: str, client_id: str | None = None) -> Outcome:
    client_id = client_id or f"c-{text[:20]}-{id(text)}"
    return await services.conversation.handle_turn(IncomingTurn(contact, client_id, text))


async def handoffs(services: Services) -> list[Handoff]:
    async with services.sessions.read() as session:
        return list((await session.execute(select(Handoff).order_by(Handoff.opened_at))).scalars())


async def turns(services: Services, contact_id: str) -> list[tuple[Author, str]]:
    async with services.sessions.read() as session:
        contact = await services.record.contact(session, contact_id)
        return [(turn.author, turn.text) for turn in await services.record.turns(session, contact)]


async def test_a_question_gets_its_text_and_no_handoff(services: Services) -> None:
    contact = await arrive(services)
    outcome = await say(services, contact, "vous ouvrez à quelle heure?")
    assert outcome.handoff is None
    assert outcome.type is InterventionType.INFORMATION
    assert [author for author, _ in await turns(services, contact)] == [Author.PERSON, Author.BOT]
    assert outcome.replies[0] == (await turns(services, contact))[1][1]


async def test_a_risk_opens_a_handoff_says_one_sentence_and_the_bot_is_silent_after(
    services: Services, router: ScriptedRouter
) -> None:
    contact = await arrive(services)
    outcome = await say(services, contact, "ce soir je veux mourir")
    assert outcome.handoff is not None
    assert outcome.handoff.level is RiskLevel.RISK
    assert outcome.handoff.kinds == (RiskKind.SUICIDE,)
    assert len(outcome.replies) == 1
    assert "1 866 277-3553" in outcome.replies[0]
    later = await say(services, contact, "vous êtes là?")
    assert later.replies == ()
    assert later.handoff is not None
    assert router.asked == []
    assert [a for a, _ in await turns(services, contact)] == [Author.PERSON, Author.BOT, Author.PERSON]


async def test_a_route_begun_ahead_never_answers_what_the_gate_finds_at_its_end(
    services: Services, router: ScriptedRouter
) -> None:
    contact = await arrive(services)
    found = Signal(RiskKind.SUICIDE, RiskLevel.RISK, "learnt", 0.9, "plus là", 0, 8)

    async def late(*_: object, frames_clear: Callable[[], None], **__: object) -> Reading:
        frames_clear()
        while not router.asked:  # noqa: ASYNC110 (the router has no event to wait for)
            await asyncio.sleep(0)
        return Reading((found,))

    services.gate.read_within = late  # type: ignore[method-assign, assignment]
    outcome = await say(services, contact, "demain je serai plus là")
    assert router.asked == ["demain je serai plus là"]
    assert outcome.handoff is not None
    assert outcome.handoff.level is RiskLevel.RISK
    assert outcome.type is None
    assert [author for author, _ in await turns(services, contact)] == [Author.PERSON, Author.BOT]


async def test_nobody_who_asks_for_a_person_or_has_one_is_routed_ahead(
    services: Services, router: ScriptedRouter
) -> None:
    contact = await arrive(services)
    assert (await say(services, contact, "je veux parler à une personne")).handoff is not None
    await say(services, contact, "vous ouvrez à quelle heure?")
    assert router.asked == []


async def test_the_gate_reads_on_and_only_raises(services: Services) -> None:
    contact = await arrive(services)
    await say(services, contact, "je veux mourir")
    await say(services, contact, "j'ai tout avalé")
    await say(services, contact, "non, ça va, oubliez ça")
    (handoff,) = await handoffs(services)
    assert handoff.level is RiskLevel.IMMINENT
    assert handoff.queue_class is QueueClass.IMMINENT


async def test_risk_after_asking_for_a_person_raises_the_same_handoff(services: Services) -> None:
    contact = await arrive(services)
    await services.conversation.handle_turn(IncomingTurn(contact, "b1", said=Said.ASKED_PERSON))
    await say(services, contact, "je veux mourir")
    (handoff,) = await handoffs(services)
    assert handoff.reason is HandoffReason.ASKED
    assert handoff.queue_class is QueueClass.RISK


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said.ASKED_PERSON, HandoffReason.ASKED),
        (Said.SILENCE, HandoffReason.SILENCE),
        (Said.UNREADABLE, HandoffReason.UNREADABLE),
        (Said.MISUNDERSTOOD, HandoffReason.MISUNDERSTOOD),
        (Said.FAULT, HandoffReason.FAULT),
    ],
)
async def test_each_way_to_a_person(services: Services, said: Said, reason: HandoffReason) -> None:
    contact = await arrive(services)
    outcome = await services.conversation.handle_turn(IncomingTurn(contact, "x", said=said))
    assert outcome.handoff is not None
    assert outcome.handoff.reason is reason
    assert (await handoffs(services))[0].queue_class is QueueClass.FALLBACK


async def test_the_suicide_line_enters_at_risk_and_is_not_sent_back_to_itself(services: Services) -> None:
    contact = await arrive(services, Line.PREVENTION_SUICIDE)
    turn = IncomingTurn(contact, "in", said=Said.ENTERED, signals=(entry_signal(RiskKind.LINE),))
    outcome = await services.conversation.handle_turn(turn)
    assert outcome.handoff is not None
    assert outcome.handoff.level is RiskLevel.RISK
    assert "277" not in outcome.replies[0]


async def test_rasa_down_reaches_a_person(services: Services, router: ScriptedRouter) -> None:
    router.down()
    contact = await arrive(services)
    outcome = await say(services, contact, "bonjour, une question")
    assert outcome.handoff is not None
    assert outcome.handoff.reason is HandoffReason.FAULT


async def test_a_gate_that_fails_is_a_risk_of_kind_fault(services: Services, gate: ScriptedGate) -> None:
    gate.broken = True
    contact = await arrive(services)
    outcome = await say(services, contact, "bonjour")
    assert outcome.handoff is not None
    assert outcome.handoff.reason is HandoffReason.FAULT
    assert (await handoffs(services))[0].queue_class is QueueClass.RISK


async def test_misunderstood_twice_reaches_a_person(services: Services, router: ScriptedRouter) -> None:
    router.say("blorp", understood=False, confidence=0.1)
    router.say("blip", understood=False, confidence=0.1)
    contact = await arrive(services)
    first = await say(services, contact, "blorp")
    assert first.handoff is None
    assert first.replies
    second = await say(services, contact, "blip")
    assert second.handoff is not None
    assert second.handoff.reason is HandoffReason.MISUNDERSTOOD


async def test_crisis_and_asking_in_words_reach_a_person(services: Services, router: ScriptedRouter) -> None:
    router.say("ma blonde vient de me laisser", type=InterventionType.CRISE, subtopic="crise/rupture")
    router.say("pouvez-vous me rejoindre", subtopic="conversation/personne")
    crisis = await say(services, await arrive(services), "ma blonde vient de me laisser")
    asked = await say(services, await arrive(services), "pouvez-vous me rejoindre")
    assert crisis.handoff is not None
    assert crisis.handoff.reason is HandoffReason.CRISE
    assert asked.handoff is not None
    assert asked.handoff.reason is HandoffReason.ASKED
    assert [h.queue_class for h in await handoffs(services)] == [QueueClass.CRISE, QueueClass.FALLBACK]


async def test_the_second_opinion_of_the_engine_is_a_risk_like_another(
    services: Services, router: ScriptedRouter
) -> None:
    text = "j'ai donné mon chien à ma soeur"
    signal = Signal(RiskKind.SUICIDE, RiskLevel.RISK, "rasa", 0.7, text, 0, len(text))
    router.say(text, type=InterventionType.INFORMATION, signal=signal)
    contact = await arrive(services)
    outcome = await say(services, contact, text)
    (handoff,) = await handoffs(services)
    assert (handoff.reason, handoff.level) == (HandoffReason.RISK, RiskLevel.RISK)
    assert outcome.reading.is_risk
    assert outcome.handoff is not None
    assert "1 866" in outcome.replies[0]


async def test_a_plain_yes_to_the_offer_of_a_person_reaches_one(services: Services) -> None:
    contact = await arrive(services)
    assert (await say(services, contact, "oui")).handoff is None
    outcome = await say(services, contact, "Oui, s’il vous plaît!")
    assert outcome.handoff is not None
    assert outcome.handoff.reason is HandoffReason.ASKED


@pytest.mark.parametrize(
    "words", ["humain svp", "PARLER A QQN", "bonjour, je voudrais parler à quelqu’un", "a person please"]
)
async def test_asking_for_a_person_needs_no_language_engine(
    services: Services, router: ScriptedRouter, words: str
) -> None:
    outcome = await say(services, await arrive(services), words)
    assert outcome.handoff is not None
    assert outcome.handoff.reason is HandoffReason.ASKED
    assert router.asked == []


async def test_the_same_message_twice_gets_the_stored_answer(services: Services) -> None:
    contact = await arrive(services)
    first = await say(services, contact, "vos heures?", client_id="m1")
    again = await say(services, contact, "vos heures?", client_id="m1")
    assert again.repeated
    assert again.replies == first.replies
    assert again.turn_number == first.turn_number
    assert len(await turns(services, contact)) == 2


async def test_a_partner_who_writes_reaches_a_person(services: Services, router: ScriptedRouter) -> None:
    outcome = await say(services, await arrive(services, Line.PARTENAIRES), "comment on fait un P-38?")
    assert outcome.handoff is not None
    assert router.asked == []
    assert (await handoffs(services))[0].queue_class is QueueClass.PARTENAIRES


async def test_the_words_we_ask_people_to_say_are_no_alarm(services: Services, gate: ScriptedGate) -> None:
    gate.phrases["une personne"] = (RiskKind.SUICIDE, RiskLevel.RISK)
    outcome = await say(services, await arrive(services), "Une personne, s'il vous plaît")
    assert outcome.handoff is not None
    assert outcome.handoff.level is RiskLevel.NONE


async def test_other_words_under_a_used_id_are_read_and_kept(services: Services) -> None:
    contact = await arrive(services)
    await say(services, contact, "vos heures?", client_id="m1")
    outcome = await say(services, contact, "je veux mourir", client_id="m1")
    again = await say(services, contact, "je veux mourir", client_id="m1")
    assert outcome.handoff is not None
    assert again.turn_number == outcome.turn_number
    assert len(await turns(services, contact)) == 4


async def test_a_lone_surrogate_poisons_nothing(services: Services) -> None:
    contact = await arrive(services)
    await say(services, contact, "bonjour \ud800 vous", client_id="m1")
    assert (await turns(services, contact))[0][1] == "bonjour ? vous"


async def test_a_message_whose_answer_was_lost_is_answered_when_sent_again(services: Services) -> None:
    contact = await arrive(services)
    async with services.sessions.write() as session:
        row = await services.record.contact(session, contact)
        await services.record.add_turn(
            session, row, author=Author.PERSON, text="vos heures?", now=services.clock.now(), client_id="m1"
        )
    outcome = await say(services, contact, "vos heures?", client_id="m1")
    assert outcome.replies
    assert [a for a, _ in await turns(services, contact)] == [Author.PERSON, Author.BOT]


async def test_the_bot_says_nothing_when_a_newer_message_came(services: Services, router: ScriptedRouter) -> None:
    contact = await arrive(services)
    reached = asyncio.Event()
    go_on = asyncio.Event()
    plain = router.parse

    async def slow(text: str) -> object:
        if text == "lente":
            reached.set()
            await go_on.wait()
        return await plain(text)

    router.parse = slow  # type: ignore[method-assign,assignment]
    late = asyncio.create_task(say(services, contact, "lente"))
    await reached.wait()
    risky = await say(services, contact, "je veux mourir")
    go_on.set()
    outcome = await late
    assert risky.handoff is not None
    assert outcome.replies == ()
    authors = [author for author, _ in await turns(services, contact)]
    assert authors == [Author.PERSON, Author.PERSON, Author.BOT]


async def test_a_person_is_reached_even_when_something_newer_was_said(
    services: Services, router: ScriptedRouter
) -> None:
    contact = await arrive(services)
    plain = router.parse

    async def meanwhile(text: str) -> object:
        if text == "ma blonde vient de me laisser":
            await say(services, contact, "allo")
            router.say(text, type=InterventionType.CRISE, subtopic="crise/rupture")
        return await plain(text)

    router.parse = meanwhile  # type: ignore[method-assign,assignment]
    outcome = await say(services, contact, "ma blonde vient de me laisser")
    assert outcome.handoff is not None
    assert outcome.handoff.reason is HandoffReason.CRISE


async def test_the_same_unclear_message_twice_at_once_counts_once(services: Services, router: ScriptedRouter) -> None:
    router.say("blorp", understood=False, confidence=0.1)
    contact = await arrive(services)
    outcomes = await asyncio.gather(*(say(services, contact, "blorp", client_id="m") for _ in range(3)))
    assert await handoffs(services) == []
    assert len({outcome.replies for outcome in outcomes}) == 1
    assert len(await turns(services, contact)) == 2


async def test_an_unexpected_failure_of_the_router_reaches_a_person(services: Services, router: ScriptedRouter) -> None:
    async def breaks(text: str) -> object:
        raise ZeroDivisionError(text)

    router.parse = breaks  # type: ignore[method-assign,assignment]
    outcome = await say(services, await arrive(services), "bonjour")
    assert outcome.handoff is not None
    assert outcome.handoff.reason is HandoffReason.FAULT


async def test_an_unreadable_text_keeps_what_the_frames_found(services: Services, gate: ScriptedGate) -> None:
    plain = gate.read_frames_only

    def with_fault(text: str) -> Reading:
        fault = Signal(RiskKind.FAULT, RiskLevel.RISK, "gate", 1.0)
        return Reading((*plain(text).signals, fault))

    gate.read_frames_only = with_fault  # type: ignore[method-assign]
    contact = await arrive(services)
    turn = IncomingTurn(contact, "u1", "je veux mourir \ufffd\ufffd", said=Said.UNREADABLE)
    outcome = await services.conversation.handle_turn(turn)
    assert outcome.handoff is not None
    assert outcome.handoff.level is RiskLevel.RISK
    assert outcome.handoff.kinds == (RiskKind.SUICIDE,)


async def test_a_handoff_between_the_two_transactions_silences_the_bot(
    services: Services, router: ScriptedRouter
) -> None:
    contact = await arrive(services)
    plain = router.parse

    async def asks_meanwhile(text: str) -> object:
        await services.conversation.handle_turn(IncomingTurn(contact, "button", said=Said.ASKED_PERSON))
        return await plain(text)

    router.parse = asks_meanwhile  # type: ignore[method-assign,assignment]
    outcome = await say(services, contact, "vos heures?")
    assert outcome.replies == ()
    assert outcome.handoff is not None


async def test_messages_at_once_open_one_handoff(services: Services) -> None:
    contact = await arrive(services)
    said = [say(services, contact, "je veux mourir", client_id=f"m{n}") for n in range(6)]
    outcomes = await asyncio.gather(*said)
    assert len(await handoffs(services)) == 1
    assert all(outcome.handoff is not None for outcome in outcomes)
    assert sum(len(outcome.replies) for outcome in outcomes) == 1
    numbers = [outcome.turn_number for outcome in outcomes]
    assert len(set(numbers)) == len(numbers)


async def test_the_same_risk_sent_six_times_at_once_is_one_turn(services: Services) -> None:
    contact = await arrive(services)
    outcomes = await asyncio.gather(*(say(services, contact, "je veux mourir", client_id="m") for _ in range(6)))
    assert len(await handoffs(services)) == 1
    assert {outcome.turn_number for outcome in outcomes} == {1}
    assert len(await turns(services, contact)) == 2


async def test_writing_again_after_the_end_is_a_new_place_at_the_head(services: Services) -> None:
    contact = await arrive(services)
    await say(services, contact, "je veux mourir")
    (handoff,) = await handoffs(services)
    actor = Actor("staff-1", Role.INTERVENANT)
    await services.desk.claim(actor, handoff.id)
    await services.desk.close(actor, handoff.id, "soutien")
    outcome = await say(services, contact, "finalement vous êtes encore là?")
    assert outcome.handoff is not None
    reopened = next(h for h in await handoffs(services) if h.state is HandoffState.WAITING)
    assert reopened.reason is HandoffReason.RETURNED
    assert reopened.queue_class is QueueClass.RISK
    assert reopened.at_head


async def test_texts_and_quotes_are_sealed_in_the_database(services: Services) -> None:
    contact = await arrive(services)
    await say(services, contact, "je veux mourir ce soir à Granby")
    async with services.sessions.read() as session:
        stored = [turn.text for turn in (await session.execute(select(Turn))).scalars()]
        row = await session.get(Contact, contact)
    assert stored
    assert not any(b"mourir" in text or b"Granby" in text for text in stored)
    assert row is not None
    assert row.holder is Holder.PERSON


async def test_what_a_contact_said_before_is_read_with_the_new_words(services: Services, gate: ScriptedGate) -> None:
    contact = await arrive(services)
    await say(services, contact, "j'en peux")
    await say(services, contact, "plus")
    assert gate.seen[-1][2] == ("j'en peux",)


async def test_level_never_falls_whatever_the_order(services: Services) -> None:
    contact_id = await arrive(services)
    async with services.sessions.write() as session:
        contact = await services.record.contact(session, contact_id)
        assert await services.record.raise_level(session, contact, RiskLevel.IMMINENT)
        assert not await services.record.raise_level(session, contact, RiskLevel.RISK)
        assert not await services.record.raise_level(session, contact, RiskLevel.NONE)
    async with services.sessions.read() as session:
        assert (await services.record.contact(session, contact_id)).level is RiskLevel.IMMINENT
        assert (await session.execute(select(func.count()).select_from(Contact))).scalar_one() == 1


async def territory_of(services: Services, contact_id: str) -> str | None:
    async with services.sessions.read() as session:
        return (await services.record.contact(session, contact_id)).territory


async def test_where_a_person_is_is_kept_once_and_never_changed(services: Services, router: ScriptedRouter) -> None:
    contact = await arrive(services)
    doubtful = Particulars(territories=(("01/la-mitis/saint-donat", "14/matawinie/saint-donat"),))
    router.say("à Saint-Donat", particulars=doubtful)
    router.say("à Sherbrooke", particulars=Particulars(territories=(("05/sherbrooke/sherbrooke",),)))
    router.say("à Laval", particulars=Particulars(territories=(("13/laval/laval",),)))
    await say(services, contact, "à Saint-Donat")
    assert await territory_of(services, contact) is None
    await say(services, contact, "à Sherbrooke")
    await say(services, contact, "à Laval")
    assert await territory_of(services, contact) == "05/sherbrooke/sherbrooke"


async def test_where_a_person_is_is_kept_when_they_are_handed_over(services: Services, router: ScriptedRouter) -> None:
    contact = await arrive(services)
    router.say(
        "ça va mal, à Magog",
        type=InterventionType.CRISE,
        subtopic="crise/detresse",
        particulars=Particulars(territories=(("05/memphremagog/magog",),)),
    )
    outcome = await say(services, contact, "ça va mal, à Magog")
    assert outcome.handoff is not None
    assert await territory_of(services, contact) == "05/memphremagog/magog"
