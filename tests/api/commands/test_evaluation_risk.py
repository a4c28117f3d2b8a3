"""The measures of the gate, on a handful of sentences counted by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.commands.evaluation import intervals
from api.commands.evaluation.detectors import detector_figures, family
from api.commands.evaluation.intervals import Share, estimate, wilson
from api.commands.evaluation.naming import naming
from api.commands.evaluation.observations import Observed, learnt_score, observe_risk
from api.commands.evaluation.ordinary_speech import ordinary_speech
from api.commands.evaluation.risk_measures import curve, everyday, reweighted, risk_figures
from api.commands.evaluation.speed import long_texts, measure_speed
from api.commands.evaluation.strata import by_author, recall_by_kind, specificity_by_kind, strata
from api.commands.failures import CommandError
from tests.fixtures.observed import ToldGate, observed, row
from triage.signals import Question, Reading, RiskKind, RiskLevel, Signal


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of a few resamplings are enough here, and quick."""
    monkeypatch.setattr(intervals, "DRAWS", 20)


@pytest.fixture
def seen() -> list[Observed]:
    """Four dangers, three of them found; six harmless sentences, two of them alarmed."""
    return [
        observed(row(risk=True, wording="plain", about="self"), "frame:un", score=0.9),
        observed(row(risk=True, wording="veiled", about="relative"), "learnt", score=0.8),
        observed(row(risk=True, kind="medical", level=RiskLevel.IMMINENT, about="professional"), "frame:un", "learnt"),
        observed(row("mot " * 30, risk=True, wording="veiled", register="texto"), answer=["question"], score=0.3),
        observed(row("mot " * 80, about="self"), "learnt", score=0.7),
        observed(row("mot " * 81, kind="pet", author="a02"), "fuzzy:deux", score=0.1),
        observed(row(register="texto"), answer=["question"], score=0.2),
        observed(row(register="transcription"), score=0.2),
        observed(row(register="anglais"), score=0.2),
        observed(row(kind="pet"), score=0.2),
    ]


@pytest.mark.parametrize(
    ("found", "count", "low", "high"),
    # The usual worked examples of the Wilson interval, to three decimals.
    [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763), (81, 263, 0.255, 0.366)],
)
def test_the_interval_is_wilsons(found: int, count: int, low: float, high: float) -> None:
    assert wilson(found / count, count) == pytest.approx((low, high), abs=0.0006)
    share = Share.counted(found, count)
    assert (share.found, share.count, share.share) == (found, count, found / count)
    assert 0 <= share.low <= share.share <= share.high <= 1  # type: ignore[operator]


def test_nothing_to_count_is_no_share_and_not_zero() -> None:
    assert Share.of([]) == Share(0, 0, None, None, None)
    assert estimate(lambda _: 1.0, 0).value is None
    assert estimate(lambda _: None, 3).value is None


def test_an_estimate_holds_its_value_and_is_the_same_twice() -> None:
    first = estimate(lambda places: float(places.mean()), 50)
    assert first == estimate(lambda places: float(places.mean()), 50)
    assert first.value == 24.5
    assert first.low < first.value < first.high  # type: ignore[operator]


def test_the_figures_of_the_gate(seen: list[Observed]) -> None:
    figures = risk_figures(seen)
    assert (figures.recall.found, figures.recall.count) == (3, 4)
    assert (figures.specificity.found, figures.specificity.count) == (4, 6)
    assert (figures.positive_predictive_value.found, figures.positive_predictive_value.count) == (3, 5)
    # Pairs of a danger and a harmless sentence that the score puts in order: 6 + 6 + 0 + 5 of 24.
    assert figures.area_under_curve.value == pytest.approx(17 / 24)


def test_found_dangers_are_named_rightly_or_not(seen: list[Observed]) -> None:
    """Every signal of the fixtures says suicide, at level risk; one of the three found dangers is medical, imminent."""
    said = [
        *seen,
        replace(
            seen[2],
            reading=Reading((Signal(RiskKind.MEDICAL, RiskLevel.IMMINENT, "learnt", 1.0),)),
        ),
        replace(
            seen[0],
            reading=Reading((Signal(RiskKind.UNSPECIFIED, RiskLevel.IMMINENT, "learnt", 1.0),)),
        ),
    ]
    got = naming(said)
    counted = [
        (share.found, share.count) for share in (got.kind_named, got.kind_right, got.imminent_found, got.imminent_right)
    ]
    assert counted == [(4, 5), (3, 4), (1, 2), (1, 2)]


def test_the_predictive_value_at_another_prevalence() -> None:
    got = reweighted(Share.counted(90, 100), Share.counted(80, 100))
    assert got.value == pytest.approx(0.9 * 0.12 / (0.9 * 0.12 + 0.2 * 0.88))
    assert got.low < got.value < got.high  # type: ignore[operator]
    assert reweighted(Share.counted(0, 5), Share.counted(5, 5)).value is None
    assert reweighted(Share.of([]), Share.counted(5, 5)).value is None


def test_everyday_sentences_are_the_sample_or_else_the_ordinary_ones(seen: list[Observed]) -> None:
    without = everyday(seen)
    assert without.basis == "ordinary"
    assert (without.figures.recall.count, without.figures.specificity.found) == (4, 3)
    assert without.figures.specificity.count == 4
    sampled = everyday([*seen, observed(row(risk=True, sample="everyday")), observed(row(sample="everyday"))])
    assert sampled.basis == "everyday"
    assert (sampled.figures.recall.count, sampled.figures.specificity.found) == (1, 1)


def test_the_curve_has_the_point_of_the_whole_gate(seen: list[Observed]) -> None:
    drawn = curve(seen, 0.5, risk_figures(seen))
    assert drawn is not None
    assert (drawn.gate_recall, drawn.gate_precision, drawn.threshold) == (0.75, 0.6, 0.5)
    assert (drawn.recall[0], drawn.recall[-1]) == (1.0, 0.0)
    # Everything must be alarmed to reach the danger whose score is 0.
    assert drawn.best_precision["1.0"] == 0.4
    assert drawn.best_precision["0.8"] == 0.4
    assert curve(seen[:4], 0.5, risk_figures(seen[:4])) is None


def test_each_part_counts_its_own_sentences_and_leaves_the_unknown_out(seen: list[Observed]) -> None:
    parts = {name: (one.recall, one.false_alarms) for name, one in strata(seen).items()}
    counted = {name: [(share.found, share.count) for share in shares] for name, shares in parts.items()}
    assert counted == {
        "plain": [(1, 1), (0, 0)],
        "veiled": [(1, 2), (0, 0)],
        "imminent": [(1, 1), (0, 0)],
        "self": [(1, 1), (1, 1)],
        "third_party": [(2, 2), (0, 0)],
        "relative": [(1, 1), (0, 0)],
        "professional": [(1, 1), (0, 0)],
        "speech": [(0, 0), (0, 1)],
        "typing": [(0, 1), (0, 1)],
        "english": [(0, 0), (0, 1)],
        "mixed_english": [(0, 0), (0, 0)],
        "buried": [(0, 1), (1, 1)],
    }


def test_by_kind_and_by_author(seen: list[Observed]) -> None:
    assert {kind: (one.found, one.count) for kind, one in recall_by_kind(seen).items()} == {
        "medical": (1, 1),
        "suicide": (2, 3),
    }
    assert {kind: (one.found, one.count) for kind, one in specificity_by_kind(seen).items()} == {
        "ordinary": (3, 4),
        "pet": (1, 2),
    }
    authors = by_author(seen)
    assert (authors["a01"].recall.count, authors["a01"].false_alarms.found) == (4, 1)
    assert (authors["a02"].recall.share, authors["a02"].false_alarms.share) == (None, 1.0)


def test_each_detector_alone_and_together(seen: list[Observed]) -> None:
    figures = detector_figures(seen)
    counted = {
        name: (one.recall.found, one.false_alarms.found, one.only_risks, one.only_false_alarms)
        for name, one in figures.items()
    }
    assert counted == {
        "frames": (2, 0, 1, 0),
        "fuzzy": (0, 1, 0, 1),
        "learnt": (2, 1, 1, 1),
        "rasa": (0, 0, 0, 0),
        "question": (1, 1, 1, 1),
        "together": (3, 2, None, None),
        "together_as_answer": (4, 3, None, None),
    }
    assert (family("frame:x"), family("gate"), family("autre:x")) == ("frames", "fault", "autre")


def test_each_sentence_is_read_as_a_first_message_and_as_an_answer() -> None:
    gate = ToldGate({"je veux mourir": ("frame:un",)})
    danger, no = observe_risk([row("je veux mourir", risk=True), row("non")], gate, len)
    assert (danger.alarmed, no.alarmed) == (True, False)
    assert gate.read("bonjour", Question.DANGER_NOW).is_risk
    assert ([signal.detector for signal in danger.as_answer.signals], no.as_answer.is_risk) == (
        ["frame:un", "question"],
        False,
    )
    assert danger.score == len("je veux mourir")


def test_the_score_of_a_text_is_its_worst_windows() -> None:
    class Judged:
        def __init__(self, risk: float) -> None:
            self.risk = risk

    class Detector:
        def judge(self, text: str) -> list[tuple[None, Judged]]:
            return [(None, Judged(0.2)), (None, Judged(0.7))] if text else []

    score = learnt_score(Detector())  # type: ignore[arg-type]
    assert (score("deux fenêtres"), score("")) == (0.7, 0.0)


def test_ordinary_speech_is_counted_and_never_kept(tmp_path: Path) -> None:
    file = tmp_path / "propos.txt"
    file.write_text("ça me tue\n\nil fait beau\nau secours\nbon\n", encoding="utf-8")
    found = ordinary_speech(file, ToldGate({"ça me tue": ("learnt",), "au secours": ("frame:un", "learnt")}))
    assert (found.false_alarms.found, found.false_alarms.count) == (2, 4)
    assert {name: share.found for name, share in found.by_detector.items()} == {"frames": 1, "learnt": 2}
    assert "tue" not in repr(found)


@pytest.mark.parametrize("content", [b"\n \n", b"\xff\xfe"])
def test_a_file_of_speech_without_speech_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "propos.txt"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"propos\.txt"):
        ordinary_speech(file, ToldGate())


def test_times_are_of_one_reading_each() -> None:
    ticks = iter([0.0, 0.010, 1.0, 1.030, 2.0, 2.5])
    speed = measure_speed(ToldGate(), ["un", "mot " * 31, "deux"], lambda: next(ticks, 9.0))
    assert (speed.short.count, speed.short.median) == (2, pytest.approx(20.0))
    assert speed.short.percentile_99 == pytest.approx(29.8)
    assert (speed.long.count, speed.long.median) == (3, pytest.approx(0.0))
    assert measure_speed(ToldGate(), []).short.median is None


def test_long_texts_have_the_length_and_begin_apart() -> None:
    texts = [f"phrase {number}" for number in range(120)]
    made = long_texts(texts)
    assert {len(text) for text in made} == {4000}
    assert len(set(made)) == len(made) == 50
    assert made[1].startswith("phrase 2 phrase 3 ")
