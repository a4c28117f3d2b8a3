"""The thresholds are the lowest that keep the promised precisions."""

from __future__ import annotations

from triage.interventions.types import InterventionType
from triage.nlu_route.fit_confidence import Measured, calibration_sentences, fit, lowest, lowest_alarm
from triage.nlu_route.rasa_client import RasaReading
from triage.signals import RiskKind


def read(type_: InterventionType, confidence: float, *, right_type: bool = True, subtopic: float = 0.9) -> Measured:
    truth = type_ if right_type else InterventionType.SECURITE_CIVILE
    return Measured(truth, f"{truth}/a", reading(type_, confidence, f"{type_}/a", subtopic))


def reading(type_: InterventionType, confidence: float, name: str, subtopic: float, risk: float = 0.0) -> RasaReading:
    return RasaReading(type_, confidence, name, subtopic, risk, RiskKind.UNSPECIFIED)


def test_lowest_step_that_holds_the_precision() -> None:
    wrong = [(0.42, False)] * 5
    right = [(0.8, True)] * 20
    assert lowest(wrong + right, 0.9) == 0.45
    assert lowest(right, 0.9) == 0.1


def test_never_held_stops_at_the_last_step_with_enough_sentences() -> None:
    assert lowest([(0.62, False)] * 20, 0.9) == 0.6
    assert lowest([(0.9, True)] * 9, 0.9) == 0.1


def test_crise_always_counts_as_understood() -> None:
    measured = [read(InterventionType.CRISE, 0.3, right_type=False) for _ in range(30)]
    assert fit(measured).types[InterventionType.CRISE] == 0.0


def test_type_then_subtopic() -> None:
    doubtful = [read(InterventionType.EDUCATION, 0.42, right_type=False) for _ in range(10)]
    sure = [read(InterventionType.EDUCATION, 0.8) for _ in range(20)]
    vague = [
        Measured(
            InterventionType.EDUCATION,
            "education/b",
            reading(InterventionType.EDUCATION, 0.8, "education/a", 0.22),
        )
        for _ in range(20)
    ]
    thresholds = fit(doubtful + sure + vague)
    assert thresholds.types[InterventionType.EDUCATION] == 0.45
    assert thresholds.subtopic == 0.25


def test_the_second_opinion_adds_few_alarms() -> None:
    def harmless(risk: float) -> Measured:
        read_as = reading(InterventionType.EDUCATION, 0.8, "education/a", 0.9, risk)
        return Measured(InterventionType.EDUCATION, "education/a", read_as)

    quiet, loud = [harmless(0.12) for _ in range(199)], [harmless(0.62)]
    assert lowest_alarm(quiet + loud) == 0.15
    assert lowest_alarm(quiet[:20] + loud) == 0.65


def test_calibration_sentences_are_those_the_gate_lets_through() -> None:
    sentences = calibration_sentences()
    assert len(sentences) >= 100
    assert {type_ for _, type_, _ in sentences} == set(InterventionType)
