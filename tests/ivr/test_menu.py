"""The menu alone: a pure function, so every rule is read here without a network."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu import BOT_TURNS, step, step_in_queue
from ivr.menu_state import (
    Answered,
    Arrived,
    Destination,
    Finished,
    Goodbye,
    HandedOver,
    Listen,
    Meaning,
    MenuState,
    Noted,
    PartnerKind,
    Place,
    Pressed,
    Queue,
    SameAgain,
    Silent,
    Spoke,
    Step,
    Tell,
    Transfer,
    TransferEnded,
)
from triage.interventions.types import Language, Line
from triage.signals import RiskKind, RiskLevel
from triage.turn import Said

START = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)


def at_menu(**changes: object) -> MenuState:
    return MenuState(**({"line": Line.INFO_SOCIAL, "started_at": START, "turn": 1} | changes))  # type: ignore[arg-type]


def partner() -> MenuState:
    return step(MenuState(Line.PARTENAIRES, START), Arrived(START)).state


def told(state: MenuState, event: object) -> Tell:
    effect = step(state, event).effects[0]  # type: ignore[arg-type]
    assert isinstance(effect, Tell)
    return effect


WITH_THE_BOT = [place for place in Place if place not in (Place.FILE, Place.OVER)]


@pytest.mark.parametrize("place", WITH_THE_BOT)
@pytest.mark.parametrize("language", list(Language))
def test_zero_asks_for_a_person_everywhere(place: Place, language: Language) -> None:
    assert told(at_menu(place=place, language=language), Pressed("0", START)).said is Said.ASKED_PERSON


@pytest.mark.parametrize("place", WITH_THE_BOT)
@pytest.mark.parametrize("language", list(Language))
def test_zero_said_in_words_and_a_relay_operator_too(place: Place, language: Language) -> None:
    state = at_menu(place=place, language=language)
    zero = told(state, Spoke("zéro", START, Meaning.PERSON))
    assert (zero.said, zero.text) == (Said.ASKED_PERSON, "zéro")
    relay = told(state, Spoke("service de relais, je veux mourir", START, Meaning.RELAY))
    assert (relay.said, relay.text, relay.read_first) == (
        Said.ASKED_PERSON, "service de relais, je veux mourir", True,
    )  # fmt: skip


@pytest.mark.parametrize("place", WITH_THE_BOT)
def test_the_silent_code_works_everywhere(place: Place) -> None:
    line = Line.PARTENAIRES if place in (Place.PARTENAIRES, Place.PARTNER_CODE) else Line.INFO_SOCIAL
    state = at_menu(place=place, line=line)
    if place is not Place.PARTNER_CODE:
        first = step(state, Pressed("5", START))
        assert first.document == Listen(timeout_seconds=4)
        tell = told(first.state, Pressed("5", START + timedelta(seconds=4)))
        assert tell.signals[0].kind is RiskKind.SILENT_CODE
    assert told(state, Pressed("55", START, digits="55")).signals[0].kind is RiskKind.SILENT_CODE


def test_after_the_code_the_keys_are_yes_and_no_for_the_intervenant() -> None:
    muted = at_menu(place=Place.FILE, mute=True)
    for key, noted in (("1", Noted.YES), ("2", Noted.NO)):
        state, tell = step_in_queue(muted, Pressed(key, START))
        assert tell is not None
        assert (tell.said, tell.noted, tell.signals, state) == (Said.ENTERED, (noted,), (), muted)
    assert step_in_queue(muted, Pressed("3", START))[1] is None
    assert step_in_queue(at_menu(place=Place.FILE), Pressed("1", START))[1] is None


def test_keys_of_the_menu() -> None:
    assert step(at_menu(), Pressed("1", START)).document == Transfer(Destination.INFO_SANTE)
    assert step(at_menu(), Pressed("3", START)).document == Transfer(Destination.GAP)
    two = step(at_menu(), Pressed("2", START))
    assert two.state.place is Place.PRECISER
    assert step(at_menu(), Pressed("9", START)).state.language is Language.ENGLISH


def test_the_first_five_is_answered_by_silence_and_the_second_by_the_code() -> None:
    first = step(at_menu(), Pressed("5", START))
    assert first.document == Listen(timeout_seconds=4)
    tell = told(first.state, Pressed("5", START + timedelta(seconds=3)))
    assert (tell.said, tell.signals[0].kind, tell.signals[0].level) == (
        Said.ENTERED, RiskKind.SILENT_CODE, RiskLevel.RISK,
    )  # fmt: skip
    muted = step(first.state, Pressed("5", START + timedelta(seconds=3))).state
    assert step(muted, HandedOver(("Une personne est appelée.",))).document == Queue(())


def test_another_key_between_the_fives_breaks_the_code() -> None:
    first = step(at_menu(), Pressed("5", START)).state
    second = step(first, Pressed("2", START)).state
    assert step(second, Pressed("5", START)).document == Listen(timeout_seconds=4)


def test_a_five_that_is_always_too_late_is_not_awaited_for_ever() -> None:
    state, at = at_menu(), START
    for _ in range(BOT_TURNS):
        at += timedelta(seconds=8)
        taken = step(state, Pressed("5", at))
        state = taken.state
        if taken.document is None:
            break
    assert told(at_menu(turn=BOT_TURNS, first_five_at=START), Pressed("5", at)).said is Said.SILENCE
    assert taken.document is None
    assert state.first_five_at == at, "in the queue, the next 5 completes the code"


def test_the_code_in_the_queue_only_raises() -> None:
    state, nothing = step_in_queue(at_menu(place=Place.FILE), Pressed("5", START))
    assert nothing is None
    state, code = step_in_queue(state, Pressed("5", START))
    assert code is not None
    assert state.mute


def test_a_lone_five_is_no_mistake() -> None:
    first = step(at_menu(), Pressed("5", START)).state
    after = step(first, Silent(START))
    assert after.document == Listen(("menu_short",))
    assert after.state.misunderstood == 0
    assert told(after.state, Silent(START)).said is Said.SILENCE


@pytest.mark.parametrize("place", [place for place in WITH_THE_BOT if place is not Place.MENU])
def test_outside_the_menu_one_silence_is_a_person(place: Place) -> None:
    assert told(at_menu(place=place), Silent(START)).said in (Said.SILENCE, Said.ASKED_PERSON)


def test_once_misunderstood_keys_alone_are_listened_to_and_a_silence_is_a_person() -> None:
    for event in (Pressed("7", START), Answered(("Je n'ai pas bien compris.",), understood=False)):
        taken = step(at_menu(), event)
        assert isinstance(taken.document, Listen)
        assert taken.document.keys_only
        assert "keys" in taken.document.keys
        assert told(taken.state, Silent(START)).said is Said.SILENCE
        assert told(taken.state, Pressed("7", START)).said is Said.MISUNDERSTOOD
        again = step(taken.state, Pressed("*", START))
        assert again.document == Listen(("keys",), keys_only=True)
        words = told(taken.state, Spoke("je veux mourir", START))
        assert (words.said, words.text) == (Said.TEXT, "je veux mourir")


@pytest.mark.parametrize("way", ["key", "words"])
def test_the_line_hangs_up_only_when_it_was_said_twice_that_it_is_all(way: str) -> None:
    def says_it(state: MenuState) -> Step:
        if way == "key":
            return step(state, Pressed("8", START + timedelta(minutes=5)))
        tell = told(state, Spoke("c'est tout", START + timedelta(minutes=5), Meaning.FINISHED))
        assert (tell.said, tell.read_first) == (Said.FINISHED, True)
        return step(state, Finished())

    answered = step(at_menu(place=Place.PRECISER), Answered(("Voici.",), understood=True)).state
    once = says_it(answered)
    assert once.document == Listen(("before_leaving",))
    assert says_it(once.state).document == Goodbye()
    assert told(once.state, Silent(START)).said is Said.SILENCE
    assert told(once.state, Spoke("attendez", START)).said is Said.TEXT
    assert told(once.state, Pressed("0", START)).said is Said.ASKED_PERSON


@pytest.mark.parametrize("place", [Place.MENU, Place.PRECISER, Place.PARTENAIRES, Place.PARTNER_CODE])
def test_that_it_is_all_means_nothing_before_an_answer(place: Place) -> None:
    state = at_menu(place=place)
    assert step(state, Pressed("8", START)).state.place is not Place.LEAVING
    assert told(state, Spoke("c'est tout", START, Meaning.FINISHED)).said in (Said.TEXT, Said.ASKED_PERSON)
    assert told(state, Finished()).said is Said.SILENCE


def test_after_the_last_words_whoever_is_still_there_reaches_a_person() -> None:
    over = at_menu(place=Place.OVER)
    assert told(over, Spoke("attendez", START)).said is Said.TEXT
    assert told(over, Pressed("0", START)).said is Said.ASKED_PERSON
    assert step(over, Silent(START)).document == SameAgain()
    assert step(over, Pressed("2", START)).document == SameAgain()


def test_silence_is_repeated_once_at_the_menu_only() -> None:
    once = step(at_menu(), Silent(START))
    assert once.document == Listen(("menu_short",))
    assert told(once.state, Silent(START)).said is Said.SILENCE
    assert told(at_menu(place=Place.PRECISER), Silent(START)).said is Said.SILENCE


@pytest.mark.parametrize("event", [Pressed("2", START), Spoke("bonjour", START), Silent(START)])
def test_nobody_stays_with_the_bot_past_its_turns_or_its_time(event: Pressed | Spoke | Silent) -> None:
    assert told(at_menu(turn=BOT_TURNS), event).said is not Said.TEXT
    late = type(event)(**{f: getattr(event, f) for f in event.__slots__} | {"at": START + timedelta(minutes=2)})
    assert told(at_menu(), late).said is not Said.TEXT


def test_words_over_the_limit_are_read_before_a_person_is_called() -> None:
    tell = told(at_menu(turn=BOT_TURNS), Spoke("je veux mourir", START))
    assert tell.text == "je veux mourir"
    assert tell.read_first


def test_in_english_and_for_partners_no_bot_answers() -> None:
    for state in (at_menu(language=Language.ENGLISH), at_menu(place=Place.PARTENAIRES, line=Line.PARTENAIRES)):
        tell = told(state, Spoke("help", START))
        assert (tell.said, tell.read_first) == (Said.ASKED_PERSON, True)


def test_lines_at_arrival() -> None:
    fresh = {"started_at": START}
    suicide = told(MenuState(Line.PREVENTION_SUICIDE, **fresh), Arrived(START))
    assert (suicide.said, suicide.signals[0].kind) == (Said.ENTERED, RiskKind.LINE)
    assert told(MenuState(Line.INFO_SOCIAL, **fresh), Arrived(START, known=False)).said is Said.FAULT
    partner = step(MenuState(Line.PARTENAIRES, **fresh), Arrived(START)).state
    danger = told(partner, Pressed("1", START))
    assert (danger.signals[0].kind, danger.signals[0].level) == (RiskKind.PARTNER_KEY, RiskLevel.IMMINENT)


@pytest.mark.parametrize(
    ("key", "kind"),
    [("2", PartnerKind.POLICE), ("3", PartnerKind.HOPITAL), ("4", PartnerKind.CLINIQUE), ("6", PartnerKind.AUTRE)],
)
def test_a_partner_says_what_they_are_then_a_code_or_none(key: str, kind: PartnerKind) -> None:
    asked = step(partner(), Pressed(key, START))
    assert asked.document == Listen(("partner_code",), timeout_seconds=4, most_digits=6)
    for event, code in ((Silent(START), ""), (Pressed("2", START, digits="234"), "234")):
        tell = told(asked.state, event)
        assert (tell.said, tell.noted, tell.code) == (Said.ASKED_PERSON, (Noted(kind.value),), code)
    words = told(asked.state, Spoke("il dit qu'il va sauter", START))
    assert (words.read_first, words.noted) == (True, (Noted(kind.value),))


def test_key_five_is_a_kind_of_partner_once_it_is_not_the_code() -> None:
    first = step(partner(), Pressed("5", START))
    assert first.document == Listen(timeout_seconds=4)
    asked = step(first.state, Silent(START + timedelta(seconds=4)))
    assert asked.document == Listen(("partner_code",), timeout_seconds=4, most_digits=6)
    assert told(asked.state, Silent(START)).noted == (Noted.COMMUNAUTAIRE,)


@pytest.mark.parametrize("place", [Place.PARTENAIRES, Place.PARTNER_CODE])
def test_the_danger_key_is_imminent_wherever_the_partner_is(place: Place) -> None:
    state = replace(partner(), place=place, partner=PartnerKind.POLICE)
    danger = told(state, Pressed("1", START, digits="1"))
    assert (danger.signals[0].level, danger.noted) == (RiskLevel.IMMINENT, (Noted.POLICE,))


def test_english_is_reached_on_the_partners_line_without_losing_it() -> None:
    taken = step(partner(), Pressed("9", START))
    assert (taken.state.place, taken.state.language) == (Place.PARTENAIRES, Language.ENGLISH)
    assert taken.document == Listen(("other_language", "partner"))


def test_an_unanswered_transfer_is_said_and_is_a_person() -> None:
    gone = step(at_menu(), Pressed("3", START)).state
    taken = step(gone, TransferEnded(False, START))
    assert told(gone, TransferEnded(False, START)).said is Said.FAULT
    assert step(taken.state, HandedOver(("Suite.",))).document == Queue(("Suite.",), ("no_answer_gap",))


def test_the_time_of_a_transfer_is_not_time_with_the_bot() -> None:
    gone = step(at_menu(), Pressed("1", START)).state
    back = step(gone, TransferEnded(True, START + timedelta(minutes=9))).state
    assert step(back, Pressed("2", START + timedelta(minutes=10))).document == Listen(("preciser",))


def test_a_state_kept_before_its_last_fields_existed_is_read() -> None:
    stored = at_menu().to_json()
    for name in ("keys_only", "transfer", "unreached", "two_at", "partner"):
        del stored[name]
    assert MenuState.from_json(stored) == at_menu()


def test_once_in_the_queue_the_menu_never_comes_back() -> None:
    waiting = at_menu(place=Place.FILE)
    for event in (Pressed("2", START), Silent(START), TransferEnded(True, START)):
        assert step(waiting, event).document == SameAgain()
    assert told(waiting, Spoke("allô", START)).said is Said.TEXT


def test_misunderstandings_of_words_and_keys_add_up() -> None:
    once = step(at_menu(), Answered(("Je n'ai pas compris.",), understood=False))
    assert isinstance(once.document, Listen)
    assert told(once.state, Pressed("8", START)).said is Said.MISUNDERSTOOD
    assert told(once.state, Answered((), understood=False)).said is Said.MISUNDERSTOOD


events = st.one_of(
    st.builds(Pressed, st.sampled_from("0123456789*#"), st.just(START)),
    st.builds(Spoke, st.just("bonjour"), st.just(START), st.sampled_from(Meaning)),
    st.just(Finished()),
    st.just(Silent(START)),
    st.builds(Answered, st.just(("Voici.",)), st.booleans()),
    st.builds(TransferEnded, st.booleans(), st.just(START)),
)


@given(st.lists(events, max_size=40))
def test_any_events_lead_to_a_document_or_to_a_person_within_bounds(happened: list[object]) -> None:
    state = at_menu()
    for event in happened:
        taken = step(state, event)  # type: ignore[arg-type]
        assert (taken.document is None) == any(isinstance(effect, Tell) for effect in taken.effects)
        assert taken.state.turn - state.turn in (0, 1)
        state = MenuState.from_json(json.loads(json.dumps(taken.state.to_json())))
        assert state == taken.state
        if taken.document is None:
            return
    assert state.repeats < 3
    assert state.misunderstood < 2
    assert state.silences < 2
