"""The risk that the way in carries by itself: the line called, the silent code, the partners' key. Pure.

The menu asks here in the normal course, and whatever takes over after a failure asks here again.
"""

from __future__ import annotations

from datetime import timedelta

from ivr.menu_state import MenuState, Place, Pressed
from triage.interventions.types import Line
from triage.signals import RiskKind, RiskLevel, Signal
from triage.turn import entry_signal

SILENT_CODE_SECONDS = 4
# The second 5 is dated when its request comes in: the network's own time is not the caller's.
SILENT_CODE_WINDOW = timedelta(seconds=SILENT_CODE_SECONDS + 2)
SILENT_CODE = entry_signal(RiskKind.SILENT_CODE)
DANGER_KEY = "1"


def completes_code(state: MenuState, pressed: Pressed) -> bool:
    """5, then 5 again in time; or both at once."""
    if pressed.key == "55":
        return True
    since = state.first_five_at
    return pressed.key == "5" and since is not None and pressed.at - since <= SILENT_CODE_WINDOW


def signals_of_line(line: Line) -> tuple[Signal, ...]:
    """On the suicide prevention line, calling is a signal."""
    return (entry_signal(RiskKind.LINE),) if line is Line.PREVENTION_SUICIDE else ()


def signals_of_key(state: MenuState, pressed: Pressed | None) -> tuple[Signal, ...]:
    """The silent code, or danger now on the partners' line."""
    if pressed is None:
        return ()
    if completes_code(state, pressed):
        return (SILENT_CODE,)
    if state.place in (Place.PARTENAIRES, Place.PARTNER_CODE) and pressed.key == DANGER_KEY:
        return (entry_signal(RiskKind.PARTNER_KEY, RiskLevel.IMMINENT),)
    return ()


def signals_of(state: MenuState, pressed: Pressed | None) -> tuple[Signal, ...]:
    """All that the way in says of one request."""
    return (*signals_of_line(state.line), *signals_of_key(state, pressed))
