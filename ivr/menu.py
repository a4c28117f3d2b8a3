"""The phone's menu: a pure function from a state and an event to what follows. No input or output here.

Keys are decided here only. Words, the key 0, and a silence that must reach a person are given to
`handle_turn` by a `Tell`, which alone opens handoffs. Once in the queue, the menu never comes back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ivr.menu_state import (
    Answered,
    Arrived,
    ChangeLanguage,
    Destination,
    Document,
    Event,
    HandedOver,
    Listen,
    MenuState,
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
from ivr.way_in import SILENT_CODE, SILENT_CODE_SECONDS, completes_code, signals_of_key, signals_of_line
from triage.interventions.types import Language, Line
from triage.turn import Said

BOT_TURNS = 12
BOT_TIME = timedelta(minutes=2)
REPEATS = 3
MISUNDERSTOOD = 2
SILENCES_AT_MENU = 2

TRANSFERS = {"1": Destination.INFO_SANTE, "3": Destination.GAP}
FULL_MENU = ("danger", "other_language", "greeting", "menu")


def step(state: MenuState, event: Event) -> Step:
    """What follows an event. Once the call is in the queue, keys and silence change nothing."""
    match event:
        case Arrived():
            return _arrived(state, event)
        case HandedOver():
            sentences = () if state.mute else event.sentences
            return _show(replace(state, place=Place.FILE), Queue(sentences))
        case Answered():
            return _answered(state, event)
        case Spoke():
            return _spoke(replace(state, first_five_at=None), event)
        case _ if state.place is Place.FILE:
            return Step(state, document=SameAgain())
        case Pressed():
            return _pressed(state, event)
        case Silent():
            return _silent(state, event)
        case TransferEnded():
            return _transfer_ended(state, event)


def _show(state: MenuState, document: Document) -> Step:
    return Step(replace(state, turn=state.turn + 1), document=document)


def _tell(state: MenuState, tell: Tell) -> Step:
    return Step(state, effects=(tell,))


def _to_person(state: MenuState, said: Said, text: str = "") -> Step:
    return _tell(state, Tell(said, text, read_first=bool(text)))


def _enough(state: MenuState, at: datetime) -> bool:
    """Nobody stays with the bot past twelve documents or two minutes."""
    return state.turn >= BOT_TURNS or at - state.started_at >= BOT_TIME


def _arrived(state: MenuState, event: Arrived) -> Step:
    if not event.known:
        return _to_person(state, Said.FAULT)
    if state.line is Line.PREVENTION_SUICIDE:
        return _tell(state, Tell(Said.ENTERED, signals=signals_of_line(state.line)))
    if state.line is Line.PARTENAIRES:
        return _show(replace(state, place=Place.PARTENAIRES), Listen(("partner",)))
    return _show(state, Listen(FULL_MENU))


def _pressed(state: MenuState, event: Pressed) -> Step:
    code = completes_code(state, event)
    state = replace(state, first_five_at=None)
    if event.key == "0":
        return _to_person(state, Said.ASKED_PERSON, event.text)
    if code:
        return _tell(replace(state, mute=True), _code_given(event))
    if state.place is Place.PARTENAIRES:
        return _partner_pressed(state, event)
    if event.text:
        return _spoke(state, Spoke(event.text, event.at))
    if event.key == "5":
        waiting = replace(state, first_five_at=event.at)
        return _show(waiting, Listen(timeout_seconds=SILENT_CODE_SECONDS))
    if _enough(state, event.at):
        return _to_person(state, Said.MISUNDERSTOOD)
    return _chosen(state, event.key)


def step_in_queue(state: MenuState, event: Pressed) -> tuple[MenuState, Tell | None]:
    """A key while waiting: only the silent code still says something, and it can only raise."""
    if completes_code(state, event):
        return replace(state, first_five_at=None, mute=True), _code_given(event)
    return replace(state, first_five_at=event.at if event.key == "5" else None), None


def _code_given(event: Pressed) -> Tell:
    """Words said together with the code are read too."""
    return Tell(Said.ENTERED, event.text, (SILENT_CODE,), read_first=True)


def _partner_pressed(state: MenuState, event: Pressed) -> Step:
    if signals := signals_of_key(state, event):
        return _tell(state, Tell(Said.ENTERED, event.text, signals, read_first=True))
    return _to_person(state, Said.ASKED_PERSON, event.text)


def _chosen(state: MenuState, key: str) -> Step:
    if key in TRANSFERS:
        return _show(replace(state, place=Place.MENU), Transfer(TRANSFERS[key]))
    if key == "2":
        return _show(replace(state, place=Place.PRECISER), Listen(("preciser",)))
    if key == "9":
        other = Language.ENGLISH if state.language is Language.FRENCH else Language.FRENCH
        shown = _show(replace(state, language=other, place=Place.MENU), Listen(FULL_MENU))
        return replace(shown, effects=(ChangeLanguage(other),))
    if key == "*":
        return _repeated(replace(state, repeats=state.repeats + 1))
    return _wrong_key(state)


def _repeated(state: MenuState) -> Step:
    if state.repeats >= REPEATS:
        return _to_person(state, Said.MISUNDERSTOOD)
    if state.place is Place.ANSWERED:
        return Step(state, document=SameAgain())
    return _show(state, Listen(("preciser",) if state.place is Place.PRECISER else ("danger", "menu")))


def _wrong_key(state: MenuState) -> Step:
    state = replace(state, misunderstood=state.misunderstood + 1)
    if state.misunderstood >= MISUNDERSTOOD:
        return _to_person(state, Said.MISUNDERSTOOD)
    return _show(state, Listen(("wrong_key", "keys")))


def _spoke(state: MenuState, event: Spoke) -> Step:
    """In English or on the partners' line no bot answers: the gate reads, then a person."""
    if state.place is Place.FILE:
        return _tell(state, Tell(Said.TEXT, event.text))
    if state.place is Place.PARTENAIRES or state.language is Language.ENGLISH:
        return _to_person(state, Said.ASKED_PERSON, event.text)
    if _enough(state, event.at):
        return _to_person(state, Said.MISUNDERSTOOD, event.text)
    return _tell(state, Tell(Said.TEXT, event.text))


def _silent(state: MenuState, event: Silent) -> Step:
    pressed_five = state.first_five_at is not None
    state = replace(state, first_five_at=None)
    if state.place is not Place.MENU or _enough(state, event.at):
        return _to_person(state, Said.SILENCE)
    if pressed_five:
        return _wrong_key(state)
    state = replace(state, silences=state.silences + 1)
    if state.silences >= SILENCES_AT_MENU:
        return _to_person(state, Said.SILENCE)
    return _show(state, Listen(("menu_short",)))


def _transfer_ended(state: MenuState, event: TransferEnded) -> Step:
    if not event.answered:
        return _to_person(state, Said.FAULT)
    return _show(replace(state, place=Place.MENU), Listen(("transfer_over", "danger", "menu")))


def _answered(state: MenuState, event: Answered) -> Step:
    if event.understood:
        return _show(replace(state, place=Place.ANSWERED), Listen(("anything_else",), event.replies))
    state = replace(state, misunderstood=state.misunderstood + 1, place=Place.PRECISER)
    if state.misunderstood >= MISUNDERSTOOD:
        return _to_person(state, Said.MISUNDERSTOOD)
    return _show(state, Listen(("keys",), event.replies))
