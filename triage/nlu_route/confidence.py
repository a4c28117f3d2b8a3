"""From which confidence a reading counts as understood."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import yaml

from triage.interventions.types import InterventionType

THRESHOLDS_FILE = Path(__file__).with_name("confidence.yml")


class ThresholdsRefused(Exception):
    """The file does not give each type, the subtopic and the risk one number between 0 and 1."""


@dataclass(frozen=True, slots=True)
class ConfidenceThresholds:
    """Smallest confidences, between 0 and 1: one for each type, one for the subtopic inside it.

    `risk`: from which the subtopics of danger, summed, are a second opinion that reaches a person.
    """

    types: dict[InterventionType, float]
    subtopic: float
    risk: float

    @classmethod
    def load(cls, path: Path = THRESHOLDS_FILE) -> Self:
        """Raises ThresholdsRefused: the service must not start on half a file."""
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
            types = {type_: float(document["types"][type_.value]) for type_ in InterventionType}
            subtopic, risk = float(document["subtopic"]), float(document["risk"])
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
            raise ThresholdsRefused(path.name) from error
        if not all(0 <= threshold <= 1 for threshold in (*types.values(), subtopic, risk)):
            raise ThresholdsRefused(path.name)
        return cls(types, subtopic, risk)

    def understood(self, type_: InterventionType, confidence: float, subtopic_confidence: float) -> bool:
        """Both the type and the subtopic are sure enough to answer on them."""
        return confidence >= self.types[type_] and subtopic_confidence >= self.subtopic
