"""The steps of the set-up, in order, and how they are gone through."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import Iterator, List, Sequence

from setup.environments import bot_step, main_step
from setup.javascript import javascript_step
from setup.places import SETUP_STATE
from setup.progress import Progress
from setup.sentences import SetupProblem, sentence
from setup.step import Step
from setup.training import rasa_step, risk_step


def libraries_plan() -> List[Step]:
    """What reading and checking the sources needs."""
    return [main_step(), bot_step()]


def whole_plan() -> List[Step]:
    """Everything that has to be there before the product runs or is tested."""
    return [*libraries_plan(), javascript_step(), risk_step(), rasa_step()]


def carry_out(steps: Sequence[Step]) -> None:
    """Do the steps that are due, one after the other; raises SetupProblem at the first that fails."""
    due = [step for step in steps if step.is_due()]
    if not due:
        print(sentence("all_up_to_date"), flush=True)
        return
    with alone():
        progress = Progress(len(due))
        for step in due:
            with progress.step(step.title):
                step.run(progress.tick)
        print(sentence("all_done", seconds=progress.elapsed), flush=True)


@contextmanager
def alone() -> Iterator[None]:
    """Raises SetupProblem when another set-up works in this clone."""
    SETUP_STATE.mkdir(parents=True, exist_ok=True)
    with (SETUP_STATE / "lock").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SetupProblem("already_setting_up") from None
        yield
