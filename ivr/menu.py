"""The phone's menu: a pure function from a state and an event to what follows. No input or output here.

Keys are decided here only. Words, the key 0, and a silence that must reach a person are given to
`handle_turn` by a `Tell`, which alone opens handoffs. Once in the queue, the menu never comes back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ivr.menu_moves import repeated, show, to_person, told
from ivr.menu_partners import KINDS, PARTNER_PLACES, WELCOME, partner_pressed, partner_silent
from ivr.menu_state import (
    Answered,
    Arrived,
    ChangeLanguage,
    Destination,
    Event,
    Finished,
    Goodbye,
    HandedOver,
    Listen,
    Meaning,
    MenuState,
    Noted,
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
from ivr.way_in import SILENT_CODE, SILENT_CODE_SECONDS, completes_code, signals_of_line
from triage.interventions.types import Language, Line
from triage.turn import Said

BOT_TURNS = 12
BOT_TIME = timedelta(minutes=2)
MISUNDERSTOOD = 2
SILENCES_AT_MENU = 2

TRANSFERS = {"1": Destination.INFO_SANTE, "3": Destination.GAP}
FINISHED_KEY = "8"
# After the silent code the person answers by keys: the intervenant reads which.
YES_OR_NO = {"1": Noted.YES, "2": Noted.NO}
FULL_MENU = ("danger", "other_language", "greeting", "menu")
KEYS_ALONE = Listen(("keys",), keys_only=True)
SAID_AGAIN = {Place.MENU: Listen(("danger", "menu")), Place.PRECISER: Listen(("preciser",))}


def step(state: MenuState, event: Event) -> Step:
    """What follows an event. Once the call is in the queue, keys and silence change nothing."""
    match event:
        case Arrived():
            return _arrived(state, event)
        case HandedOver():
            return _handed_over(state, event)
        case Answered():
            return _answered(state, event)
        case Finished():
            return _finished(state)
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


def _enough(state: MenuState, at: datetime) -> bool:
    """Nobody stays with the bot past twelve documents or two minutes."""
    return state.turn >= BOT_TURNS or at - state.started_at >= BOT_TIME


def _arrived(state: MenuState, event: Arrived) -> Step:
    if not event.known:
        return to_person(state, Said.FAULT)
    if state.line is Line.PREVENTION_SUICIDE:
        return told(state, Tell(Said.ENTERED, signals=signals_of_line(state.line)))
    if state.line is Line.PARTENAIRES:
        return show(replace(state, place=Place.PARTENAIRES), WELCOME)
    return show(state, Listen(FULL_MENU))


def _handed_over(state: MenuState, event: HandedOver) -> Step:
    """Into the queue. Somebody whom a transfer did not reach is told so first."""
    unreached = (f"no_answer_{state.unreached.value}",) if state.unreached else ()
    queued = Queue() if state.mute else Queue(event.sentences, unreached)
    return show(replace(state, place=Place.FILE, transfer=None, unreached=None), queued)


def _pressed(state: MenuState, event: Pressed) -> Step:
    code, awaited = completes_code(state, event), state.first_five_at is not None
    state = replace(state, first_five_at=None)
    if code:
        return told(replace(state, mute=True), _code_given(event))
    if event.key == "0":
        return to_person(state, Said.ASKED_PERSON, event.text)
    if state.place is Place.OVER:
        return _spoke(state, Spoke(event.text, event.at)) if event.text else Step(state, document=SameAgain())
    if event.key == "5" and not event.text and state.place is not Place.PARTNER_CODE:
        return _first_five(state, event, again=awaited)
    if event.key == "9" and not event.text and state.place is Place.PARTENAIRES and not _enough(state, event.at):
        return _other_language(state)
    if state.place in PARTNER_PLACES:
        return partner_pressed(state, event)
    if event.text:
        return _spoke(state, Spoke(event.text, event.at))
    if event.key == FINISHED_KEY and state.place in (Place.ANSWERED, Place.LEAVING):
        return _finished(state)
    if _enough(state, event.at):
        return to_person(state, Said.MISUNDERSTOOD)
    return _chosen(state, event)


def _first_five(state: MenuState, event: Pressed, *, again: bool) -> Step:
    """Nothing is said while the second 5 is awaited. On the partners' line 5 is a choice too, made by the wait.

    A 5 that comes `again` too late begins the code anew, in the queue once the bot has had them long enough.
    """
    if again and _enough(state, event.at):
        return to_person(replace(state, first_five_at=event.at), Said.SILENCE)
    if state.place is Place.PARTENAIRES:
        state = replace(state, partner=KINDS["5"])
    return show(replace(state, first_five_at=event.at), Listen(timeout_seconds=SILENT_CODE_SECONDS))


def step_in_queue(state: MenuState, event: Pressed) -> tuple[MenuState, Tell | None]:
    """A key while waiting: the silent code, which can only raise; after it, the keys 1 and 2 are yes and no."""
    if completes_code(state, event):
        return replace(state, first_five_at=None, mute=True), _code_given(event)
    answer = YES_OR_NO.get(event.key) if state.mute else None
    said = Tell(Said.ENTERED, event.text, read_first=bool(event.text), noted=(answer,)) if answer else None
    return replace(state, first_five_at=event.at if event.key == "5" else None), said


def _code_given(event: Pressed) -> Tell:
    """Words said together with the code are read too."""
    return Tell(Said.ENTERED, event.text, (SILENT_CODE,), read_first=True)


def _chosen(state: MenuState, event: Pressed) -> Step:
    key = event.key
    if key in TRANSFERS:
        gone = replace(state, place=Place.MENU, transfer=TRANSFERS[key])
        return show(gone, Transfer(TRANSFERS[key]))
    if key == "2":
        return show(replace(state, place=Place.PRECISER, two_at=state.two_at or event.at), Listen(("preciser",)))
    if key == "9":
        return _other_language(state)
    if key == "*":
        return repeated(state, KEYS_ALONE if state.keys_only else SAID_AGAIN.get(state.place, SameAgain()))
    return _wrong_key(state)


def _other_language(state: MenuState) -> Step:
    other = Language.ENGLISH if state.language is Language.FRENCH else Language.FRENCH
    partners = state.place is Place.PARTENAIRES
    place, document = (Place.PARTENAIRES, WELCOME) if partners else (Place.MENU, Listen(FULL_MENU))
    shown = show(replace(state, language=other, place=place), document)
    return replace(shown, effects=(ChangeLanguage(other),))


def _wrong_key(state: MenuState) -> Step:
    state = replace(state, misunderstood=state.misunderstood + 1)
    if state.misunderstood >= MISUNDERSTOOD:
        return to_person(state, Said.MISUNDERSTOOD)
    return show(state, Listen(("wrong_key", "keys"), keys_only=True))


def _spoke(state: MenuState, event: Spoke) -> Step:
    """In English or on the partners' line no bot answers: the gate reads, then a person."""
    if state.place in (Place.FILE, Place.OVER):
        return told(state, Tell(Said.TEXT, event.text))
    if event.means is Meaning.PERSON:
        # Of the words that the line itself asks for, said alone, there is nothing to read.
        return to_person(state, Said.ASKED_PERSON, event.text, read_first=False)
    if event.means is Meaning.RELAY or state.place in PARTNER_PLACES or state.language is Language.ENGLISH:
        return to_person(state, Said.ASKED_PERSON, event.text)
    if event.means is Meaning.FINISHED and state.place in (Place.ANSWERED, Place.LEAVING):
        return told(state, Tell(Said.FINISHED, event.text, read_first=True))
    if _enough(state, event.at):
        return to_person(state, Said.MISUNDERSTOOD, event.text)
    return told(state, Tell(Said.TEXT, event.text))


def _finished(state: MenuState) -> Step:
    """Nothing more is needed: the first time a person is offered, the second time the line hangs up.

    An answer has been heard before, and it offered a person too. Elsewhere it means nothing, and a person is reached.
    """
    if state.place is Place.ANSWERED:
        return show(replace(state, place=Place.LEAVING), Listen(("before_leaving",)))
    if state.place is Place.LEAVING:
        return show(replace(state, place=Place.OVER), Goodbye())
    return to_person(state, Said.SILENCE)


def _silent(state: MenuState, event: Silent) -> Step:
    """A first 5 alone gets no reproach: whoever is not free to speak may be heard by somebody."""
    after_five, keys_only = state.first_five_at is not None, state.keys_only
    state = replace(state, first_five_at=None)
    if state.place is Place.OVER:
        return Step(state, document=SameAgain())
    if state.place in PARTNER_PLACES:
        return partner_silent(state, after_five=after_five)
    if state.place is not Place.MENU or keys_only or _enough(state, event.at):
        return to_person(state, Said.SILENCE)
    state = replace(state, silences=state.silences + 1)
    if state.silences >= SILENCES_AT_MENU:
        return to_person(state, Said.SILENCE)
    return show(state, Listen(("menu_short",)))


def _transfer_ended(state: MenuState, event: TransferEnded) -> Step:
    """The time spent with whoever answered there is not time with the bot."""
    if not event.answered:
        return to_person(replace(state, transfer=None, unreached=state.transfer), Said.FAULT)
    back = replace(state, place=Place.MENU, transfer=None, started_at=event.at)
    return show(back, Listen(("transfer_over", "danger", "menu")))


def _answered(state: MenuState, event: Answered) -> Step:
    if event.understood:
        return show(replace(state, place=Place.ANSWERED), Listen(("anything_else",), event.replies))
    state = replace(state, misunderstood=state.misunderstood + 1, place=Place.PRECISER)
    if state.misunderstood >= MISUNDERSTOOD:
        return to_person(state, Said.MISUNDERSTOOD)
    return show(state, Listen(("keys",), event.replies, keys_only=True))
