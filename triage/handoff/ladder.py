"""The ladder of a waiting person: what happens after how long, from a file an operator can change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

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
    offer_seconds: int

    @classmethod
    def load(cls, path: Path = LADDER_FILE) -> Ladder:
        """Raises LadderError: a ladder that ends nowhere would leave somebody waiting for ever."""
        try:
            content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            risk = tuple(Rung(str(rung["etape"]), int(rung["apres"])) for rung in content["risque"])
            others = tuple(Rung(str(rung["etape"]), int(rung["apres"])) for rung in content["autres"])
            offer_seconds = int(content["offre_secondes"])
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise LadderError(f"{path.name} : illisible ({type(error).__name__}).") from error
        for name, rungs in (("risque", risk), ("autres", others)):
            _check(path.name, name, rungs)
        if risk[0].after_seconds != 0 or risk[-1].after_seconds > 60:
            raise LadderError(f"{path.name} : « risque » sonne dès 0 s et atteint le secours en 60 s au plus.")
        if not 5 <= offer_seconds <= 60:
            raise LadderError(f"{path.name} : « offre_secondes » va de 5 à 60.")
        return cls(risk, others, offer_seconds)


def _check(file: str, name: str, rungs: tuple[Rung, ...]) -> None:
    times = [rung.after_seconds for rung in rungs]
    if not rungs or rungs[-1].step != FALLBACK:
        raise LadderError(f"{file} : « {name} » doit finir par « {FALLBACK} ».")
    if times != sorted(times):
        raise LadderError(f"{file} : les temps de « {name} » doivent monter.")
    for rung in rungs:
        if rung.step not in STEPS:
            raise LadderError(f"{file} : étape inconnue « {rung.step} » dans « {name} ».")
