"""To whom a callback is offered, when it is tried again, and after how many tries a garde clinique is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from triage.interventions.types import Line

CALLBACK_RULES_FILE = Path(__file__).parent / "callback_rules.yml"
RETRY_SECONDS = range(60, 86_401)
ATTEMPTS = range(1, 11)


class CallbackRulesError(ValueError):
    """The file of the callback's rules is not usable; the sentence says where."""


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """`retry_after` separates two calls to somebody who did not answer; `attempts_before_garde` counts these."""

    lines: frozenset[Line]
    retry_after: timedelta
    attempts_before_garde: int

    @classmethod
    def load(cls, path: Path = CALLBACK_RULES_FILE) -> CallbackRules:
        """Raises CallbackRulesError."""
        try:
            content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
            lines = frozenset(Line(name) for name in content["lignes"])
            retry, attempts = int(content["nouvel_essai_secondes"]), int(content["essais_avant_garde"])
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise CallbackRulesError(f"{path.name} : illisible ({type(error).__name__}).") from error
        if Line.PREVENTION_SUICIDE in lines:
            raise CallbackRulesError(f"{path.name} : aucun rappel sur la ligne de prévention du suicide.")
        if retry not in RETRY_SECONDS:
            raise CallbackRulesError(f"{path.name} : « nouvel_essai_secondes » va de 60 à 86400.")
        if attempts not in ATTEMPTS:
            raise CallbackRulesError(f"{path.name} : « essais_avant_garde » va de 1 à 10.")
        return cls(lines, timedelta(seconds=retry), attempts)


@cache
def callback_rules() -> CallbackRules:
    """The rules in force. Raises CallbackRulesError."""
    return CallbackRules.load()
