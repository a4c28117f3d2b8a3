"""Let a Hypothesis machine walk for a number of steps, and count what it did."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ClassVar, Concatenate

from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

STEPS_AN_EXAMPLE = 40
EXAMPLES_A_ROUND = 100
# A failing walk is shown as it is: making it shorter takes minutes, and is asked for when it is wanted.
AS_FOUND = (Phase.explicit, Phase.generate)
MADE_SHORTER = (*AS_FOUND, Phase.shrink)


@dataclass(slots=True)
class Tally:
    """What the machines did since the walk began. `situations`: where callers were when they were looked at."""

    steps: int = 0
    examples: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    situations: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def summary(self, what: str, seed_used: int) -> str:
        """One line: steps, examples, each kind of fault and each situation with its count, seconds, seed."""
        faults, situations = _counted(self.faults), _counted(self.situations)
        return (
            f"{what} : {self.steps} pas, {self.examples} exemples ; pannes provoquées : {faults} ; "
            f"situations vérifiées : {situations} ; {self.seconds:.0f} s ; graine {seed_used}"
        )


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "aucune"


MANY = 2**20


def evenly[Value](values: Sequence[Value]) -> st.SearchStrategy[Value]:
    """One of these, each as often as another: drawn from a few, Hypothesis gives the same ones again and again."""
    return st.integers(0, MANY).map(lambda drawn: values[drawn % len(values)])


def when[Machine, **Drawn](
    able: Callable[[Any], bool],
) -> Callable[[Callable[Concatenate[Machine, Drawn], None]], Callable[Concatenate[Machine, Drawn], None]]:
    """Nothing is done unless the machine is `able`. Hypothesis must not choose by what a shared service did: its
    preconditions would not hold twice alike."""

    def decorated(act: Callable[Concatenate[Machine, Drawn], None]) -> Callable[Concatenate[Machine, Drawn], None]:
        @wraps(act)
        def guarded(machine: Machine, /, *args: Drawn.args, **drawn: Drawn.kwargs) -> None:
            if able(machine):
                act(machine, *args, **drawn)

        return guarded

    return decorated


Told = Callable[[Tally], None]


def nobody(tally: Tally) -> None:
    """For a walk that nobody watches."""


class Walker(RuleBasedStateMachine):
    """A machine that counts, in the tally of the walk, its steps, its examples and the faults that it causes."""

    tally: ClassVar[Tally] = Tally()


def walk(machine: type[Walker], *, steps: int, seed_used: int, shorter: bool = False, told: Told = nobody) -> Tally:
    """Run examples of `machine` until `steps` are done.

    `told` is given the tally after each round. The same seed gives the same walk. Raises what the machine asserts,
    with the sequence that led to it.
    """
    begun, rounds = time.monotonic(), 0
    machine.tally = tally = Tally()
    while tally.steps < steps:
        wanted = min(EXAMPLES_A_ROUND, (steps - tally.steps) // STEPS_AN_EXAMPLE + 1)
        before = tally.steps
        chosen = hypothesis_settings(
            max_examples=wanted,
            stateful_step_count=STEPS_AN_EXAMPLE,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            phases=MADE_SHORTER if shorter else AS_FOUND,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(seed(seed_used + rounds)(machine), settings=chosen)
        if tally.steps == before:
            raise AssertionError("a round without a step")
        rounds += 1
        tally.seconds = time.monotonic() - begun
        told(tally)
    return tally
