"""One step of the set-up: what it is called, whether it is due, and the work itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from setup.sentences import SetupProblem, sentence
from setup.stamps import Stamp

Tick = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """`work` raises SetupProblem; the stamp says when there is nothing to do."""

    name: str
    work: Callable[[Tick], None]
    stamp: Stamp

    @property
    def title(self) -> str:
        return sentence("step_" + self.name)

    def is_due(self) -> bool:
        return not self.stamp.is_fresh()

    def run(self, tick: Tick) -> None:
        self.stamp.forget()
        self.work(tick)
        missing = self.stamp.missing_output()
        if missing:
            log = "var/setup/logs/{}.log".format(self.name)
            raise SetupProblem("step_missing_result", step=self.title, missing=missing, log=log)
        self.stamp.write()
