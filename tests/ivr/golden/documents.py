"""Every document, by name, made by the door's own functions; the menu's are what a call hears after some events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from foundation.settings import Settings
from ivr import twiml, twiml_waiting
from ivr.menu import step
from ivr.menu_state import (
    Answered,
    Arrived,
    Event,
    Goodbye,
    Listen,
    MenuState,
    Pressed,
    Silent,
    Transfer,
    TransferEnded,
)
from ivr.menu_texts import menu_texts
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.waiting_keys import other_language
from ivr.waiting_texts import waiting_texts
from tests.fixtures.services import make_settings
from triage.handoff.wait_history import WaitRange
from triage.interventions.texts import Texts
from triage.interventions.types import Channel, Language, Line
from triage.signals import RiskKind, RiskLevel, Signal

FOLDER = Path(__file__).parent
START = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
CONTACT = "c" * 32
NUMBER = "+18195550150"
REPLY = "Voici la réponse du robot."
WITH_RESOURCES = (
    "Voici la réponse.\nVoici des numéros à noter.\nUne ligne. Le numéro : un.\nUne autre. Le numéro : deux."
)
SUICIDE = Signal(RiskKind.SUICIDE, RiskLevel.RISK, "golden", 1.0)

MENU: dict[str, tuple[Event, ...]] = {
    "menu": (),
    "menu_after_a_silence": (Silent(START),),
    "menu_again": (Pressed("*", START),),
    "preciser": (Pressed("2", START),),
    "preciser_again": (Pressed("2", START), Pressed("*", START)),
    "wrong_key": (Pressed("8", START),),
    "keys_again": (Pressed("8", START), Pressed("*", START)),
    "first_five": (Pressed("5", START),),
    "five_alone": (Pressed("5", START), Silent(START)),
    "transfer_info_sante": (Pressed("1", START),),
    "transfer_gap": (Pressed("3", START),),
    "transfer_over": (Pressed("1", START), TransferEnded(True, START)),
}
PARTNER: dict[str, tuple[Event, ...]] = {
    "partner": (),
    "partner_again": (Pressed("*", START),),
    "partner_first_five": (Pressed("5", START),),
    "partner_code": (Pressed("2", START),),
    "partner_code_after_five": (Pressed("5", START), Silent(START)),
    "partner_code_again": (Pressed("2", START), Pressed("*", START, digits="*")),
}
# After an answer of the bot. In English none answers yet: its sentences are ready all the same.
ANSWERS: dict[str, tuple[Event, ...]] = {
    "anything_else": (Answered((REPLY,), understood=True),),
    "anything_else_with_resources": (Answered((WITH_RESOURCES,), understood=True),),
    "not_understood": (Answered((REPLY,), understood=False),),
    "before_leaving": (Answered((REPLY,), understood=True), Pressed("8", START)),
    "goodbye": (Answered((REPLY,), understood=True), Pressed("8", START), Pressed("8", START)),
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


def _after(
    settings: Settings, line: Line, events: Sequence[Event], *, demo: bool = False, begun: MenuState | None = None
) -> Golden:
    """What the last of these events is answered with."""
    state, document = begun or MenuState(line, START), None
    for event in events:
        taken = step(state, event)
        state, document = taken.state, taken.document
    match document:
        case Listen():
            five, language = state.first_five_at is not None, state.language
            return Golden(twiml.listening(settings, document, state.turn, language, demo=demo, after_five=five))
        case Transfer():
            return Golden(twiml.transfer(settings, document.destination, state.turn, state.language))
        case Goodbye():
            return Golden(twiml.goodbye(settings, line, state.language))
    raise AssertionError(f"the menu answers with no document of its own: {document}")


def _menu(settings: Settings, language: Language) -> dict[str, Golden]:
    """Each state of the menu, of the partners' line, and after an answer."""
    begun = MenuState(Line.INFO_SOCIAL, START, language=language, turn=1)
    shown = {name: _after(settings, Line.INFO_SOCIAL, events_in(language, events)) for name, events in MENU.items()}
    shown |= {name: _after(settings, Line.PARTENAIRES, events_in(language, events)) for name, events in PARTNER.items()}
    return shown | {name: _after(settings, Line.INFO_SOCIAL, events, begun=begun) for name, events in ANSWERS.items()}


def _first_documents(settings: Settings) -> dict[str, Golden]:
    arrived = (Arrived(START),)
    return {
        "menu_demo": _after(settings, Line.INFO_SOCIAL, arrived, demo=True),
        "partner_demo": _after(settings, Line.PARTENAIRES, arrived, demo=True),
    }


def _handed_over(language: Language, line: Line, signals: tuple[Signal, ...], reason: str = "asked") -> tuple[str, ...]:
    """What announces that a person is called: one sentence in French, its counterpart and numbers in English."""
    if language is Language.FRENCH:
        return (Texts.load(language).at_handoff(signals, reason, line, Channel.PHONE),)
    texts = menu_texts(language)
    numbers = texts.numbers_of(signals[0].kind, line) if signals else texts.say("danger")
    return texts.say("handed_over"), numbers


def _queues(settings: Settings, language: Language) -> Iterator[tuple[str, Golden]]:
    texts = menu_texts(language)

    def queue(line: Line, *sentences: str, mute: bool = False) -> str:
        return twiml.queue(settings, line, sentences, language, mute=mute)

    for line in Line:
        yield f"queue_{line.value}", Golden(queue(line, *_handed_over(language, line, ())))
        yield f"queue_{line.value}_suicide", Golden(queue(line, *_handed_over(language, line, (SUICIDE,))))
        yield f"queue_{line.value}_mute", Golden(queue(line, mute=True))
        yield f"queue_{line.value}_nobody_outside", Golden(queue(line, texts.outside_numbers(line)))
    for place in ("info_sante", "gap"):
        nobody = (texts.say(f"no_answer_{place}"), *_handed_over(language, Line.INFO_SOCIAL, (), "fault"))
        yield f"queue_no_answer_{place}", Golden(queue(Line.INFO_SOCIAL, *nobody))
    for said in ("handed_over", "back_in_queue"):
        yield f"queue_again_{said}", Golden(queue(Line.INFO_SOCIAL, texts.say(said)))
    yield "queue_again_cut", Golden(queue(Line.INFO_SOCIAL, texts.say("cut")), DocumentPlace.MOVED)


def _waits(settings: Settings, language: Language) -> Iterator[tuple[str, Golden]]:
    texts = menu_texts(language)

    def wait(*sentences: str, mute: bool = False, music: bool = False, first: bool = False) -> Golden:
        invited = other_language(language) if first else None
        document = twiml_waiting.waiting(settings, sentences, language, mute=mute, music=music, invited=invited)
        return Golden(document, DocumentPlace.QUEUE)

    yield "wait", wait(texts.say("wait"), music=True)
    yield "wait_first_at_risk_on_prevention_suicide", wait(texts.say("wait_risk"), first=True)
    yield from _callbacks(settings, language)
    yield "wait_first_five", wait()
    yield "wait_mute", wait(mute=True)
    yield "wait_at_risk", wait(texts.say("wait_risk"))
    for people in range(len(texts.places) + 1):
        outside = texts.outside_numbers(Line.INFO_SOCIAL)
        offer = waiting_texts(language).say("callback_offer")
        yield f"wait_place_{people}", wait(texts.say("wait"), texts.place(people), offer, outside, music=True)
    for line in list(Line)[1:]:
        outside = texts.outside_numbers(line)
        yield f"wait_place_0_on_{line.value}", wait(texts.say("wait"), texts.place(0), outside, music=True)
    for kind in RiskKind:
        usual = texts.numbers_of(kind, Line.INFO_SOCIAL)
        yield f"wait_at_risk_{kind.value}", wait(texts.say("wait_risk"), usual)
        for line in Line:
            if (numbers := texts.numbers_of(kind, line)) != usual:
                yield f"wait_at_risk_{kind.value}_on_{line.value}", wait(texts.say("wait_risk"), numbers)


def _callbacks(settings: Settings, language: Language) -> Iterator[tuple[str, Golden]]:
    """The wait range, the keys of somebody who waits, and the callback."""
    texts, waiting = menu_texts(language), waiting_texts(language)
    outside = texts.outside_numbers(Line.INFO_SOCIAL)

    def wait(*sentences: str) -> Golden:
        return Golden(twiml_waiting.waiting(settings, sentences, language, music=True), DocumentPlace.QUEUE)

    ranges = {"under": WaitRange(None, 2), "between": WaitRange(2, 10), "over": WaitRange(30, None)}
    for name, found in ranges.items():
        said = (texts.say("wait"), texts.place(0), waiting.range(found), waiting.say("callback_offer"), outside)
        yield f"wait_range_{name}", wait(*said)
    yield "wait_already_called", wait(waiting.say("already_called"))
    yield "wait_callback_kept", wait(waiting.say("callback_kept"))
    asked = twiml_waiting.callback_question(settings, (waiting.confirm_callback(NUMBER),), language)
    yield "wait_callback_question", Golden(asked, DocumentPlace.QUEUE)
    promise = twiml_waiting.callback_promised(settings, (waiting.say("callback_set"), outside), language)
    yield "wait_callback_promised", Golden(promise, DocumentPlace.QUEUE)


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
        "leave": Golden(twiml_waiting.leave_queue(), DocumentPlace.QUEUE),
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
