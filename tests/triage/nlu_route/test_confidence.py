"""The thresholds' file, and what makes a reading understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.interventions.types import InterventionType
from triage.nlu_route.confidence import ConfidenceThresholds, ThresholdsRefused

WHOLE = "types: {information: 0.4, education: 0.5, crise: 0.1, securite_civile: 0.6}\nsubtopic: 0.2\nrisk: 0.7\n"


def test_shipped_file_loads() -> None:
    thresholds = ConfidenceThresholds.load()
    assert set(thresholds.types) == set(InterventionType)


def test_each_type_has_its_own_threshold(tmp_path: Path) -> None:
    path = tmp_path / "confidence.yml"
    path.write_text(WHOLE, encoding="utf-8")
    thresholds = ConfidenceThresholds.load(path)
    assert thresholds.understood(InterventionType.EDUCATION, 0.5, 0.2)
    assert not thresholds.understood(InterventionType.SECURITE_CIVILE, 0.5, 0.2)
    assert not thresholds.understood(InterventionType.EDUCATION, 0.5, 0.19)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        ": {",
        WHOLE.replace("subtopic", "other"),
        WHOLE.replace("risk", "other"),
        WHOLE.replace("0.7", "7"),
        WHOLE.replace("crise: 0.1, ", ""),
        WHOLE.replace("0.6", "1.6"),
        WHOLE.replace("0.6", ".nan"),
        WHOLE.replace("0.6", "haut"),
    ],
)
def test_half_a_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "confidence.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ThresholdsRefused):
        ConfidenceThresholds.load(path)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ThresholdsRefused):
        ConfidenceThresholds.load(tmp_path / "absent.yml")
