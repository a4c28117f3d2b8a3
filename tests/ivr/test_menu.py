"""The menu alone: a pure function, so every rule is read here without a network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.menu import BOT_TURNS, step, step_in_queue
from ivr.menu_state import (
    Answered,
    Arrived,
    Destination,
    HandedOver,
    Listen,
    MenuState,
    Place,
    Pressed,
    Queue,
    SameAgain,
    Silent,
    Spoke,
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


def told(state: MenuState, event: object) -> Tell:
    effect = step(state, event).effects[0]  # type: ignore[arg-type]
    assert isinstance(effect, Tell)
    return effect


@pytest.mark.parametrize("place", [Place.MENU, Place.PRECISER, Place.ANSWERED, Place.PARTENAIRES])
@pytest.mark.parametrize("language", list(Language))
def test_zero_asks_for_a_person_everywhere(place: Place, language: Language) -> None:
    assert told(at_menu(place=place, language=language), Pressed("0", START)).said is Said.ASKED_PERSON


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


def test_the_code_in_the_queue_only_raises() -> None:
    state, nothing = step_in_queue(at_menu(place=Place.FILE), Pressed("5", START))
    assert nothing is None
    state, code = step_in_queue(state, Pressed("5", START))
    assert code is not None
    assert state.mute


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


def test_an_unanswered_transfer_is_a_person() -> None:
    assert told(at_menu(), TransferEnded(False, START)).said is Said.FAULT


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
    st.builds(Spoke, st.just("bonjour"), st.just(START)),
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
