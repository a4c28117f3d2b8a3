"""Every document, by name, made by the door's own functions; the menu's are what a call hears after some events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from foundation.settings import Settings
from ivr import twiml
from ivr.menu import step
from ivr.menu_state import Answered, Arrived, Event, Listen, MenuState, Pressed, Silent, Transfer, TransferEnded
from ivr.menu_texts import menu_texts
from ivr.simulated.twiml_allowed import DocumentPlace
from tests.fixtures.services import make_settings
from triage.interventions.texts import Texts
from triage.interventions.types import Channel, Language, Line
from triage.signals import RiskKind, RiskLevel, Signal

FOLDER = Path(__file__).parent
START = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
CONTACT = "c" * 32
REPLY = "Voici la réponse du robot."
SUICIDE = Signal(RiskKind.SUICIDE, RiskLevel.RISK, "golden", 1.0)

MENU: dict[str, tuple[Event, ...]] = {
    "menu": (),
    "menu_after_a_silence": (Silent(START),),
    "menu_again": (Pressed("*", START),),
    "preciser": (Pressed("2", START),),
    "preciser_again": (Pressed("2", START), Pressed("*", START)),
    "wrong_key": (Pressed("8", START),),
    "first_five": (Pressed("5", START),),
    "five_alone": (Pressed("5", START), Silent(START)),
    "transfer_info_sante": (Pressed("1", START),),
    "transfer_gap": (Pressed("3", START),),
    "transfer_over": (Pressed("1", START), TransferEnded(True, START)),
}
# In English no bot answers, and English is offered by the menu of Info-Social only.
LINES = {Language.FRENCH: tuple(Line), Language.ENGLISH: (Line.INFO_SOCIAL,)}
MENU_IN_FRENCH: dict[str, tuple[Event, ...]] = {
    "anything_else": (Answered((REPLY,), understood=True),),
    "not_understood": (Answered((REPLY,), understood=False),),
}


@dataclass(frozen=True, slots=True)
class Golden:
    """One document, and who executes it."""

    content: str
    place: DocumentPlace = DocumentPlace.CALL


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.xml"


def golden_settings() -> Settings:
    """What the tests' own fixture `settings` holds; a document depends on nothing else of it."""
    return make_settings("sqlite+aiosqlite://", FOLDER)


@cache
def golden_documents() -> dict[str, Golden]:
    return documents_with(golden_settings())


def documents_with(settings: Settings) -> dict[str, Golden]:
    """Every document, by `<language>/<name>`. What is not in the caller's language is with the French ones."""
    found: dict[str, Golden] = {}
    for language in Language:
        in_language = {
            **_menu(settings, language),
            **dict(_queues(settings, language)),
            **dict(_waits(settings, language)),
            **_overflows(settings, language),
        }
        found |= {f"{language.value}/{name}": document for name, document in in_language.items()}
    in_french = {**_first_documents(settings), **_conversations(settings), **dict(_static(settings))}
    return found | {f"fr/{name}": document for name, document in in_french.items()}


def events_in(language: Language, events: Sequence[Event]) -> tuple[Event, ...]:
    """The same, from the arrival; English is asked for by its key."""
    change = (Pressed("9", START),) if language is Language.ENGLISH else ()
    return (Arrived(START), *change, *events)


def _after(settings: Settings, line: Line, events: Sequence[Event], *, demo: bool = False) -> Golden:
    """What the last of these events is answered with."""
    state, document = MenuState(line, START), None
    for event in events:
        taken = step(state, event)
        state, document = taken.state, taken.document
    match document:
        case Listen():
            five, language = state.first_five_at is not None, state.language
            return Golden(twiml.listening(settings, document, state.turn, language, demo=demo, after_five=five))
        case Transfer():
            return Golden(twiml.transfer(settings, document.destination, state.turn, state.language))
    raise AssertionError(f"the menu answers with no document of its own: {document}")


def _menu(settings: Settings, language: Language) -> dict[str, Golden]:
    shown = MENU | (MENU_IN_FRENCH if language is Language.FRENCH else {})
    return {name: _after(settings, Line.INFO_SOCIAL, events_in(language, events)) for name, events in shown.items()}


def _first_documents(settings: Settings) -> dict[str, Golden]:
    arrived = (Arrived(START),)
    return {
        "menu_demo": _after(settings, Line.INFO_SOCIAL, arrived, demo=True),
        "partner": _after(settings, Line.PARTENAIRES, arrived),
        "partner_demo": _after(settings, Line.PARTENAIRES, arrived, demo=True),
    }


def _handed_over(language: Language, line: Line, signals: tuple[Signal, ...]) -> tuple[str, ...]:
    """What announces that a person is called: one sentence in French, its counterpart and numbers in English."""
    if language is Language.FRENCH:
        return (Texts.load(language).at_handoff(signals, "asked", line, Channel.PHONE),)
    texts = menu_texts(language)
    numbers = texts.numbers_of(signals[0].kind, line) if signals else texts.say("danger")
    return texts.say("handed_over"), numbers


def _queues(settings: Settings, language: Language) -> Iterator[tuple[str, Golden]]:
    texts = menu_texts(language)

    def queue(line: Line, *sentences: str, mute: bool = False) -> str:
        return twiml.queue(settings, line, sentences, language, mute=mute)

    for line in LINES[language]:
        yield f"queue_{line.value}", Golden(queue(line, *_handed_over(language, line, ())))
        yield f"queue_{line.value}_suicide", Golden(queue(line, *_handed_over(language, line, (SUICIDE,))))
        yield f"queue_{line.value}_mute", Golden(queue(line, mute=True))
        yield f"queue_{line.value}_nobody_outside", Golden(queue(line, texts.outside_numbers(line)))
    for said in ("handed_over", "back_in_queue"):
        yield f"queue_again_{said}", Golden(queue(Line.INFO_SOCIAL, texts.say(said)))
    yield "queue_again_cut", Golden(queue(Line.INFO_SOCIAL, texts.say("cut")), DocumentPlace.MOVED)


def _waits(settings: Settings, language: Language) -> Iterator[tuple[str, Golden]]:
    texts = menu_texts(language)

    def wait(*sentences: str, mute: bool = False) -> Golden:
        return Golden(twiml.waiting(settings, sentences, language, mute=mute), DocumentPlace.QUEUE)

    yield "wait", wait(texts.say("wait"))
    yield "wait_first_five", wait()
    yield "wait_mute", wait(mute=True)
    yield "wait_at_risk", wait(texts.say("wait_risk"))
    for people in range(len(texts.places) + 1):
        outside = texts.outside_numbers(Line.INFO_SOCIAL)
        yield f"wait_place_{people}", wait(texts.say("wait"), texts.place(people), outside)
    for line in LINES[language][1:]:
        outside = texts.outside_numbers(line)
        yield f"wait_place_0_on_{line.value}", wait(texts.say("wait"), texts.place(0), outside)
    for kind in RiskKind:
        usual = texts.numbers_of(kind, Line.INFO_SOCIAL)
        yield f"wait_at_risk_{kind.value}", wait(texts.say("wait_risk"), usual)
        for line in LINES[language]:
            if (numbers := texts.numbers_of(kind, line)) != usual:
                yield f"wait_at_risk_{kind.value}_on_{line.value}", wait(texts.say("wait_risk"), numbers)


def _overflows(settings: Settings, language: Language) -> dict[str, Golden]:
    first, second = settings.fallback_numbers[Line.INFO_SOCIAL.value]
    said = (menu_texts(language).say("overflow"),)
    return {
        "overflow_first": Golden(twiml.overflow(settings, Line.INFO_SOCIAL, first, 1, said, language)),
        "overflow_next": Golden(twiml.overflow(settings, Line.INFO_SOCIAL, second, 2, (), language)),
        "overflow_mute": Golden(twiml.overflow(settings, Line.INFO_SOCIAL, first, 1, (), language, mute=True)),
    }


def _conversations(settings: Settings) -> dict[str, Golden]:
    """And the other documents in which nothing is said to the caller."""
    return {
        "conversation": Golden(twiml.conversation(settings, CONTACT), DocumentPlace.MOVED),
        "conversation_mute": Golden(twiml.conversation(settings, CONTACT, mute=True), DocumentPlace.MOVED),
        "leave": Golden(twiml.leave_queue(), DocumentPlace.QUEUE),
        "screen": Golden(twiml.screen(settings), DocumentPlace.SCREEN),
        "screen_mute": Golden(twiml.screen(settings, mute=True), DocumentPlace.SCREEN),
        "screen_accepted": Golden(twiml.nothing_to_do(), DocumentPlace.SCREEN),
    }


def _static(settings: Settings) -> Iterator[tuple[str, Golden]]:
    """Without a database the language is not known: French."""
    live = settings.model_copy(update={"demo": False})
    for line in Line:
        yield f"static_{line.value}", Golden(twiml.static_dial(live, line, screened=True))
        yield f"static_{line.value}_demo", Golden(twiml.static_dial(settings, line, screened=True))
        yield f"static_{line.value}_mute", Golden(twiml.static_dial(settings, line, screened=True, mute=True))
        yield f"static_{line.value}_kept_elsewhere", Golden(twiml.static_dial(live, line, screened=False))
