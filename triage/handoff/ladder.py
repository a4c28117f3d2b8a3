"""The ladder of a waiting person: what happens after how long, from a file an operator can change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff

LADDER_FILE = Path(__file__).parent / "ladder.yml"

RING_ALL = "ring_all"
GARDE = "garde"
OUTSIDE_NUMBERS = "outside_numbers"
FALLBACK = "fallback"
STEPS = (RING_ALL, OUTSIDE_NUMBERS, GARDE, FALLBACK)


class LadderError(ValueError):
    """The file of the ladder is not usable; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step and the seconds of waiting after which it is taken."""

    step: str
    after_seconds: int


@dataclass(frozen=True, slots=True)
class Ladder:
    risk: tuple[Rung, ...]
    others: tuple[Rung, ...]
    callbacks: tuple[Rung, ...]
    offer_seconds: int

    @classmethod
    def load(cls, path: Path = LADDER_FILE) -> Ladder:
        """Raises LadderError: a ladder that ends nowhere would leave somebody waiting for ever."""
        try:
            content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            risk = tuple(Rung(str(rung["etape"]), int(rung["apres"])) for rung in content["risque"])
            others = tuple(Rung(str(rung["etape"]), int(rung["apres"])) for rung in content["autres"])
            callbacks = tuple(Rung(str(rung["etape"]), int(rung["apres"])) for rung in content["rappels"])
            offer_seconds = int(content["offre_secondes"])
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise LadderError(f"{path.name} : illisible ({type(error).__name__}).") from error
        for name, rungs, last in (
            ("risque", risk, FALLBACK),
            ("autres", others, FALLBACK),
            ("rappels", callbacks, GARDE),
        ):
            _check(path.name, name, rungs, last)
        if any(rung.step == FALLBACK for rung in callbacks):
            raise LadderError(f"{path.name} : « rappels » ne compose aucun numéro de secours.")
        if risk[0].after_seconds != 0 or risk[-1].after_seconds > 60:
            raise LadderError(f"{path.name} : « risque » sonne dès 0 s et atteint le secours en 60 s au plus.")
        if not 5 <= offer_seconds <= 60:
            raise LadderError(f"{path.name} : « offre_secondes » va de 5 à 60.")
        return cls(risk, others, callbacks, offer_seconds)

    def rungs_of(self, handoff: Handoff) -> tuple[Rung, ...]:
        """The rungs that this person climbs. Nobody is dialled for a callback: its last rung is a garde clinique."""
        if handoff.queue_class.is_risk:
            return self.risk
        return self.callbacks if handoff.state is HandoffState.CALLBACK else self.others


def _check(file: str, name: str, rungs: tuple[Rung, ...], last: str) -> None:
    times = [rung.after_seconds for rung in rungs]
    if not rungs or rungs[-1].step != last:
        raise LadderError(f"{file} : « {name} » doit finir par « {last} ».")
    if times != sorted(times):
        raise LadderError(f"{file} : les temps de « {name} » doivent monter.")
    for rung in rungs:
        if rung.step not in STEPS:
            raise LadderError(f"{file} : étape inconnue « {rung.step} » dans « {name} ».")
