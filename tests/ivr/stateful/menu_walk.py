"""Any walk through the menu's pure function, with a heart that answers anything it may answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis.stateful import initialize, precondition, rule

from ivr.menu import BOT_TURNS, step
from ivr.menu_state import (
    Answered,
    Arrived,
    Event,
    Finished,
    Goodbye,
    HandedOver,
    Meaning,
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
from tests.ivr.stateful.walking import Walker, evenly
from triage.interventions.types import Line
from triage.turn import Said

RISK, PERSON, CHAT, NOISE, ENOUGH = "je veux mourir", "une personne", "vos heures", "charabia", "c'est tout"
MEANINGS = {PERSON: Meaning.PERSON, ENOUGH: Meaning.FINISHED}
FINISHED_KEY = "8"
BEGINNING = datetime(2026, 1, 15, 3, 0, tzinfo=UTC)
TELLS_AN_EVENT = 4
# The documents of the bot, and as many repeats of one of them as the menu gives.
DOCUMENTS_WITH_BOT = BOT_TURNS + 4
FAILURES_WITHOUT_PERSON = 2
WAITED_AT_MOST = 4


def heard_by_heart(tell: Tell, place: Place) -> Answered | HandedOver | Finished:
    """What `handle_turn` may answer: a risk, a wish for a person and whatever is not plain words call a person."""
    if tell.said is Said.FINISHED and tell.text != RISK:
        return Finished()
    if tell.said is not Said.TEXT or place is Place.FILE or tell.text in (RISK, PERSON):
        return HandedOver(("une personne est appelée",))
    return Answered(("une réponse",), understood=tell.text == CHAT)


def not_long_enough(machine: MenuWalk) -> bool:
    return machine.waited < WAITED_AT_MOST


class MenuWalk(Walker):
    """One call through `step` alone."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGINNING
        self.begin()

    def begin(self) -> None:
        self.tally.examples += 1
        self.state = MenuState(Line.INFO_SOCIAL, self.now)
        self.with_person = False
        self.transferred = False
        self.with_bot = 0
        self.failures = 0
        self.shy = False
        self.goodbyes = 0
        self.waited = 0

    @initialize(line=evenly(list(Line)), known=evenly([True, True, True, False]), shy=evenly([True, False]))
    def arrive(self, line: Line, known: bool, shy: bool) -> None:
        """Somebody shy never asks for a person: how long does the bot keep them?"""
        self.shy = shy
        self.state = MenuState(line, self.now)
        self.follow(Arrived(self.now, known))
        assert self.with_person == (not known or line is Line.PREVENTION_SUICIDE)

    @precondition(lambda self: self.waited >= WAITED_AT_MOST)
    @rule(line=evenly(list(Line)), known=evenly([True, True, True, False]), shy=evenly([True, False]))
    def another_call(self, line: Line, known: bool, shy: bool) -> None:
        """Once a person is called, little more can happen: another caller arrives."""
        self.begin()
        self.arrive(line, known, shy)

    @precondition(not_long_enough)
    @rule(key=evenly("0123456789*#"), apart=evenly([0, 1, 3, 7]))
    def press(self, key: str, apart: int) -> None:
        self.now += timedelta(seconds=apart)
        key = "5" if self.shy and key == "0" else key
        before = self.state.misunderstood
        self.goodbyes += key == FINISHED_KEY
        self.follow(Pressed(key, self.now))
        assert self.with_person or key != "0", "0 calls a person"
        self.failed(self.state.misunderstood > before)

    @precondition(not_long_enough)
    @rule(key=evenly("0123456789*#"), text=evenly([RISK, PERSON, CHAT, NOISE]))
    def press_and_speak(self, key: str, text: str) -> None:
        key = "5" if self.shy and key == "0" else key
        text = CHAT if self.shy else text
        before = self.state.misunderstood
        self.follow(Pressed(key, self.now, text))
        assert self.with_person or (key != "0" and text not in (RISK, PERSON))
        self.failed(self.state.misunderstood > before)

    @precondition(not_long_enough)
    @rule(text=evenly([RISK, PERSON, CHAT, CHAT, NOISE, ENOUGH, ENOUGH]))
    def speak(self, text: str) -> None:
        text = CHAT if self.shy and text != ENOUGH else text
        self.goodbyes += text == ENOUGH
        self.follow(Spoke(text, self.now, MEANINGS.get(text, Meaning.OTHER)))
        assert self.with_person or text not in (RISK, PERSON), "a risk or a wish for a person calls one"
        self.failed(text == NOISE)

    @precondition(not_long_enough)
    @rule()
    def stay_silent(self) -> None:
        self.now += timedelta(seconds=6)
        after_five = self.state.first_five_at is not None
        self.follow(Silent(self.now))
        self.failed(not after_five)

    @precondition(not_long_enough)
    @rule(seconds=evenly([1, 5, 30, 130]))
    def time_passes(self, seconds: int) -> None:
        self.tally.steps += 1
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.transferred and self.waited < WAITED_AT_MOST)
    @rule(answered=evenly([True, False]))
    def come_back(self, answered: bool) -> None:
        self.follow(TransferEnded(answered, self.now))
        assert answered or self.with_person

    def failed(self, failed: bool) -> None:
        """A silence, or something that the menu did not understand: nobody has more than two without a person."""
        self.failures += failed and not self.with_person and self.state.place is not Place.OVER
        assert self.failures <= FAILURES_WITHOUT_PERSON, "at most two failures before a person"

    def follow(self, event: Event) -> None:
        """The event, what the heart is told, and what it answers, until the next document."""
        self.tally.steps += 1
        before = self.state
        taken = self.step_once(before, event)
        for _ in range(TELLS_AN_EVENT):
            tells = [effect for effect in taken.effects if isinstance(effect, Tell)]
            assert (taken.document is None) == bool(tells), "a document, or something to tell: one of the two"
            if taken.document is not None:
                break
            outcome = heard_by_heart(tells[0], taken.state.place)
            self.with_person = self.with_person or isinstance(outcome, HandedOver)
            taken = self.step_once(taken.state, outcome)
        assert taken.document is not None
        self.state = taken.state
        self.transferred = isinstance(taken.document, Transfer)
        self.compare(before, taken)

    def step_once(self, state: MenuState, event: Event) -> Step:
        """Pure: the same twice. And stored between two requests, a state is the same state."""
        taken = step(state, event)
        assert step(state, event) == taken
        assert MenuState.from_json(taken.state.to_json()) == taken.state
        assert taken.state.turn - state.turn in (0, 1)
        return taken

    def compare(self, before: MenuState, taken: Step) -> None:
        after, document = taken.state, taken.document
        assert after.line is before.line
        assert after.mute or not before.mute, "the silent code is never undone"
        assert after.turn > before.turn or isinstance(document, SameAgain), "a new document has a new number"
        self.waited += self.with_person or after.place is Place.OVER
        self.tally.situations[after.place.value] += 1
        if self.with_person:
            assert after.place is Place.FILE, "a person is called: never back to the bot"
            assert isinstance(document, Queue | SameAgain)
        elif after.place is Place.OVER:
            assert isinstance(document, Goodbye | SameAgain)
            assert self.goodbyes >= 2, "the machine hangs up after two goodbyes only"
        else:
            self.with_bot += 1
            assert self.with_bot <= DOCUMENTS_WITH_BOT, "no cycle without a person"
            assert after.misunderstood <= 1
            assert after.silences <= 1
        if after.mute and isinstance(document, Queue):
            assert document.sentences == (), "nothing is said aloud after the silent code"
