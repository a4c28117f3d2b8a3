"""The moves that every part of the menu makes: show a document, tell the heart, reach a person. Pure."""

from __future__ import annotations

from dataclasses import replace

from ivr.menu_state import Document, Listen, MenuState, Noted, SameAgain, Step, Tell
from triage.signals import Signal
from triage.turn import Said

REPEATS = 3


def show(state: MenuState, document: Document) -> Step:
    keys_only = isinstance(document, Listen) and document.keys_only
    return Step(replace(state, turn=state.turn + 1, keys_only=keys_only), document=document)


def told(state: MenuState, tell: Tell) -> Step:
    return Step(state, effects=(tell,))


def to_person(state: MenuState, said: Said, text: str = "", *, code: str = "", read_first: bool = True) -> Step:
    """What a partner keyed goes with it, whatever the way to a person."""
    return told(state, Tell(said, text, read_first=read_first and bool(text), noted=noted_of(state), code=code))


def entered(state: MenuState, text: str, signals: tuple[Signal, ...]) -> Step:
    """The way in is itself a signal; words said with it are read too."""
    return told(state, Tell(Said.ENTERED, text, signals, read_first=True, noted=noted_of(state)))


def noted_of(state: MenuState) -> tuple[Noted, ...]:
    """What a partner said they are; nothing for anybody else."""
    return (Noted(state.partner.value),) if state.partner else ()


def repeated(state: MenuState, document: Document) -> Step:
    """The same, said again; the third time the menu does not serve this person."""
    state = replace(state, repeats=state.repeats + 1)
    if state.repeats >= REPEATS:
        return to_person(state, Said.MISUNDERSTOOD)
    return Step(state, document=document) if isinstance(document, SameAgain) else show(state, document)
