"""What each family of detectors finds, and what would be lost without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.commands.evaluation.intervals import Share
from api.commands.evaluation.observations import Observed, with_risk, without_risk
from triage.risk_gate.gate import DETECTOR_FAULT, DETECTOR_QUESTION
from triage.signals import Reading

FRAMES, FUZZY, LEARNT, SECOND_OPINION = "frames", "fuzzy", "learnt", "rasa"
TOGETHER, AS_ANSWER = "together", "together_as_answer"
# As the detectors sign: "frame:<identifier>", "fuzzy:...", "hidden:...", "learnt", "question", "gate".
_SIGNED = {
    "frame": FRAMES,
    "fuzzy": FUZZY,
    "hidden": FRAMES,
    "learnt": LEARNT,
    "rasa": SECOND_OPINION,
    DETECTOR_QUESTION: DETECTOR_QUESTION,
    DETECTOR_FAULT: "fault",
}


@dataclass(frozen=True, slots=True)
class DetectorFigures:
    """`only_risks` and `only_false_alarms`: sentences that no other detector found; None for all together."""

    recall: Share
    false_alarms: Share
    only_risks: int | None
    only_false_alarms: int | None


def family(detector: str) -> str:
    """The family of a signal's detector; an unknown one is its own."""
    signed = detector.split(":")[0]
    return _SIGNED.get(signed, signed)


def families(reading: Reading) -> frozenset[str]:
    return frozenset(family(signal.detector) for signal in reading.signals)


def detector_figures(observed: Sequence[Observed]) -> dict[str, DetectorFigures]:
    """Each family on first messages; the question on the same words given as an answer; and all together both ways.

    Fuzzy are the frames that match the text once its misspelt key words are corrected, when there are some.
    """

    def first(one: Observed) -> frozenset[str]:
        return families(one.reading)

    def answer(one: Observed) -> frozenset[str]:
        return families(one.as_answer)

    figures = {name: _alone(observed, first, name) for name in (FRAMES, FUZZY, LEARNT, SECOND_OPINION)}
    figures[DETECTOR_QUESTION] = _alone(observed, answer, DETECTOR_QUESTION)
    figures[TOGETHER] = _together(observed, first)
    figures[AS_ANSWER] = _together(observed, answer)
    return figures


def _alone(observed: Sequence[Observed], found_by: Callable[[Observed], frozenset[str]], name: str) -> DetectorFigures:
    dangers = [found_by(one) for one in with_risk(observed)]
    harmless = [found_by(one) for one in without_risk(observed)]
    return DetectorFigures(
        recall=Share.of(name in found for found in dangers),
        false_alarms=Share.of(name in found for found in harmless),
        only_risks=sum(found == {name} for found in dangers),
        only_false_alarms=sum(found == {name} for found in harmless),
    )


def _together(observed: Sequence[Observed], found_by: Callable[[Observed], frozenset[str]]) -> DetectorFigures:
    return DetectorFigures(
        recall=Share.of(bool(found_by(one)) for one in with_risk(observed)),
        false_alarms=Share.of(bool(found_by(one)) for one in without_risk(observed)),
        only_risks=None,
        only_false_alarms=None,
    )
