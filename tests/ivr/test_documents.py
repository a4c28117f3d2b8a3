"""Every document that can be sent is read by the linter, in each state, line and language."""

from __future__ import annotations

import pytest

from foundation.settings import Settings
from ivr import twiml
from ivr.menu import FULL_MENU
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
    [FULL_MENU, ("partner",), ("preciser",), ("menu_short",), ("wrong_key", "keys"), ("anything_else",), ()],
)
def test_listening(settings: Settings, keys: tuple[str, ...], language: Language) -> None:
    for demo in (True, False):
        document = twiml.listening(settings, Listen(keys, SPOKEN), 3, language, demo=demo)
        assert problems_of(document) == []
        assert 'turn?n=3"' in document
        assert "<Redirect" in document


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
    assert problems_of(twiml.waiting(settings, SPOKEN, Language.FRENCH), DocumentPlace.QUEUE) == []
    assert problems_of(twiml.leave_queue(), DocumentPlace.QUEUE) == []
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
