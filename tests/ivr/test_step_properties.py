"""The menu's pure function keeps its promises on any walk. `make fuzz-phone` walks much longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.menu_state import Event, Pressed, Silent, Spoke
from tests.ivr.stateful.menu_walk import CHAT, NOISE, MenuWalk
from tests.ivr.stateful.walking import walk
from triage.interventions.types import Line

STEPS = 5_000
SEED = 811
TIMES = 20
BETWEEN = timedelta(seconds=7)  # longer than the silent code waits for its second 5


def test_any_walk_through_the_menu() -> None:
    assert walk(MenuWalk, steps=STEPS, seed_used=SEED).steps >= STEPS


@pytest.mark.parametrize("line", [Line.INFO_SOCIAL, Line.PARTENAIRES])
@pytest.mark.parametrize("again", [*"0123456789*#", CHAT, NOISE, ""])
def test_the_same_again_and_again_leads_to_a_person(line: Line, again: str) -> None:
    """A key, words or silence; an answer of the bot that is never enough ends with a person too."""
    machine = MenuWalk()
    machine.arrive(line, True, False)
    for _ in range(TIMES):
        machine.now += BETWEEN
        machine.follow(event_of(machine, again))
    assert machine.with_person


def event_of(machine: MenuWalk, again: str) -> Event:
    if not again:
        return Silent(machine.now)
    return Pressed(again, machine.now) if len(again) == 1 else Spoke(again, machine.now)
