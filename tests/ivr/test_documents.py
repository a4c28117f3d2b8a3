"""Every document that can be sent is read by the linter, in each state, line and language."""

from __future__ import annotations

import pytest

from foundation.settings import Settings
from ivr import twiml, twiml_waiting
from ivr.menu import FULL_MENU
from ivr.menu_partners import ASK_CODE
from ivr.menu_state import Destination, Listen
from ivr.menu_texts import SAID, load_menu_texts, menu_texts
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.twiml_linter import problems_of
from triage.interventions.types import Language, Line
from triage.signals import RiskKind

SPOKEN = ("Une phrase.",)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize(
    "keys",
    [FULL_MENU, ("partner",), ("preciser",), ("menu_short",), ("anything_else",), ("before_leaving",), ()],
)
def test_listening(settings: Settings, keys: tuple[str, ...], language: Language) -> None:
    for demo in (True, False):
        document = twiml.listening(settings, Listen(keys, SPOKEN), 3, language, demo=demo)
        assert problems_of(document) == []
        assert 'turn?n=3"' in document
        assert "<Redirect" in document


@pytest.mark.parametrize("language", list(Language))
def test_where_keys_alone_are_offered_words_are_heard_all_the_same(settings: Settings, language: Language) -> None:
    document = twiml.listening(settings, Listen(("wrong_key", "keys"), keys_only=True), 3, language, demo=False)
    assert problems_of(document) == []
    assert 'input="dtmf speech"' in document
    assert 'actionOnEmptyResult="true"' in document


@pytest.mark.parametrize("language", list(Language))
def test_several_keys_are_ended_by_the_pound_key_or_a_silence(settings: Settings, language: Language) -> None:
    document = twiml.listening(settings, ASK_CODE, 3, language, demo=False)
    assert problems_of(document) == []
    for attribute in ('input="dtmf speech"', 'numDigits="6"', 'finishOnKey="#"', 'timeout="4"'):
        assert attribute in document


def test_a_rest_is_heard_between_the_lines_of_an_answer(settings: Settings) -> None:
    document = twiml.listening(settings, Listen((), ("Une.\nDeux.\nTrois.",)), 3, Language.FRENCH, demo=False)
    assert problems_of(document) == []
    assert document.count("<Pause") == 2
    assert "Une.</Say><Pause" in document


@pytest.mark.parametrize("line", list(Line))
@pytest.mark.parametrize("language", list(Language))
def test_the_last_words_say_the_numbers_and_hang_up(settings: Settings, line: Line, language: Language) -> None:
    document = twiml.goodbye(settings, line, language)
    assert problems_of(document) == []
    assert problems_of(document, DocumentPlace.SCREEN) != []
    assert menu_texts(language).outside_numbers(line).replace("'", "&apos;") in document.replace("'", "&apos;")
    assert document.endswith("<Hangup /></Response>")


# A spoken sentence lasts about as long as its words at this pace, slower than the voice of the line.
WORDS_A_SECOND = 2.5
MOST_SECONDS_ADDED = 15


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("document", [Listen(("preciser",)), ASK_CODE])
def test_somebody_who_wants_a_person_and_says_nothing_waits_15_s_at_most(language: Language, document: Listen) -> None:
    words = " ".join(menu_texts(language).say(key) for key in document.keys).split()
    assert len(words) / WORDS_A_SECOND + document.timeout_seconds <= MOST_SECONDS_ADDED


@pytest.mark.parametrize("line", list(Line))
@pytest.mark.parametrize("language", list(Language))
def test_towards_a_person(settings: Settings, line: Line, language: Language) -> None:
    documents = [
        twiml.queue(settings, line, SPOKEN, language, mute=False),
        twiml.queue(settings, line, (), language, mute=True),
        twiml.overflow(settings, Line.INFO_SOCIAL, "+18195550101", 1, SPOKEN, language),
        twiml.conversation(settings, "c" * 32),
        twiml.static_dial(settings, line, screened=True),
        twiml.static_dial(settings, line, screened=False),
        *(twiml.transfer(settings, destination, 2, language) for destination in Destination),
    ]
    for document in documents:
        assert problems_of(document) == []


def test_the_silent_codes_document_says_nothing_at_all(settings: Settings) -> None:
    for line in Line:
        assert "<Say" not in twiml.queue(settings, line, (), Language.FRENCH, mute=True)


def test_every_queue_document_dials_the_lines_outside_numbers_if_the_queue_fails(settings: Settings) -> None:
    for line in Line:
        document = twiml.queue(settings, line, (), Language.FRENCH, mute=False)
        after = document.split("</Enqueue>")[1]
        for number in settings.fallback_numbers[line.value]:
            assert number in after


def test_the_document_kept_elsewhere_asks_nothing_of_this_service_before_its_numbers(settings: Settings) -> None:
    document = twiml.static_dial(settings, Line.INFO_SOCIAL, screened=False)
    assert "screen" not in document
    assert settings.public_url not in document.split("<Redirect")[0]


def test_in_the_queue(settings: Settings) -> None:
    assert problems_of(twiml_waiting.waiting(settings, SPOKEN, Language.FRENCH), DocumentPlace.QUEUE) == []
    assert problems_of(twiml_waiting.leave_queue(), DocumentPlace.QUEUE) == []
    assert problems_of(twiml.screen(settings), DocumentPlace.SCREEN) == []


def test_no_sentence_says_a_number_in_digits(settings: Settings) -> None:
    for texts in load_menu_texts():
        sentences = [texts.say(key) for key in SAID] + [*texts.places, texts.places_more]
        sentences += [texts.numbers_of(kind, line) for kind in RiskKind for line in Line]
        sentences += [texts.outside_numbers(line) for line in Line]
        assert not any(character.isdigit() for sentence in sentences for character in sentence)


def test_nobody_on_a_line_is_sent_back_to_it() -> None:
    french = menu_texts(Language.FRENCH)
    assert "huit, un, un" not in french.outside_numbers(Line.INFO_SOCIAL)
    for kind in RiskKind:
        assert "deux sept sept" not in french.numbers_of(kind, Line.PREVENTION_SUICIDE)
    assert "quatre six trois" in french.numbers_of(RiskKind.MEDICAL, Line.PREVENTION_SUICIDE)
