"""The measures of the route, the other filters and the variants, counted by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from api.commands.evaluation import baselines as baselines_module
from api.commands.evaluation import intervals
from api.commands.evaluation.ablation import read_variants
from api.commands.evaluation.baselines import STEMS_FILE, baselines, stems_alarm
from api.commands.evaluation.detectors import detector_figures
from api.commands.evaluation.observations import Observed, observe_route
from api.commands.evaluation.over_triage import OverTriage, over_triage
from api.commands.evaluation.route_measures import confusion, macro_f1, reliability, route_figures
from api.commands.failures import CommandError
from tests.fixtures.observed import decision, observed, row
from tests.fixtures.scripted import ScriptedRouter
from triage.interventions.types import InterventionType
from triage.signals import RiskKind, RiskLevel, Signal

SMALL_TALK = {"subtopic": "conversation/salutation"}
EDUCATION = {"type": InterventionType.EDUCATION, "subtopic": "education/sommeil"}


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of a few resamplings are enough here, and quick."""
    monkeypatch.setattr(intervals, "DRAWS", 20)


@pytest.fixture
def seen() -> list[Observed]:
    """One danger, rightly read; of six harmless sentences, three are of the right type, one has no answer."""
    return [
        observed(row(risk=True), "learnt", decision=decision("crise", "crise/suicide", 0.95)),
        observed(row(), decision=decision("information", "information/heures", 0.95)),
        observed(row(), "learnt", decision=decision("education", "education/sommeil", 0.55)),
        observed(row(**EDUCATION), decision=decision("education", "education/anxiete", 0.52)),
        observed(row(**EDUCATION), decision=decision("crise", "crise/detresse", 1.0)),
        observed(row(**SMALL_TALK), decision=decision("information", "conversation/personne", 0.9)),
        observed(row(**EDUCATION), route_failed=True),
    ]


async def test_the_route_is_asked_and_a_silence_is_kept() -> None:
    router = ScriptedRouter()
    (answered,) = await observe_route([observed(row("bonjour"))], router)
    assert answered.read_type is InterventionType.INFORMATION
    router.down()
    (silent,) = await observe_route([observed(row("bonjour"))], router)
    assert (silent.decision, silent.route_failed) == (None, True)


async def test_the_second_opinion_of_the_route_counts_as_an_alarm() -> None:
    router = ScriptedRouter()
    router.say("bonjour", signal=Signal(RiskKind.SUICIDE, RiskLevel.RISK, "rasa", 0.6, "bonjour", 0, 7))
    (answered,) = await observe_route([observed(row("bonjour"))], router)
    assert answered.alarmed
    assert detector_figures([answered])["rasa"].only_false_alarms == 1


def test_macro_f1_by_hand() -> None:
    # a: 2 right of 3 said and 2 there, F1 0.8; b: 1 of 1 said and 2 there, F1 2/3; « c » is never there.
    got = macro_f1(["a", "a", "b", "b", "b"], ["a", "a", "a", "b", "c"])
    assert got.value == pytest.approx((0.8 + 0.5) / 2)
    assert got.low <= got.value <= got.high  # type: ignore[operator]
    assert macro_f1([], []).value is None


def test_the_figures_of_the_route(seen: list[Observed]) -> None:
    figures = route_figures(seen)
    assert figures.unanswered == 1
    assert (figures.type_right.found, figures.type_right.count) == (4, 7)
    assert (figures.type_right_harmless.found, figures.type_right_harmless.count) == (3, 6)
    # information 2 of 3 there, 2 said: 0.8; education 1 of 3 there, 2 said: 0.4; crise 1 there, 2 said: 2/3.
    assert figures.type_macro_f1.value == pytest.approx((0.8 + 0.4 + 2 / 3) / 3)
    assert figures.type_macro_f1_harmless.value == pytest.approx((0.8 + 0.4) / 2)
    # crise/suicide 1; information/heures 2/3; education/sommeil and conversation/salutation never.
    assert figures.subtopic_macro_f1.value == pytest.approx((1 + 2 / 3) / 4)
    assert figures.subtopic_macro_f1_harmless.value == pytest.approx((2 / 3) / 3)


def test_the_confusion_has_a_column_for_silence_only_when_there_is_one(seen: list[Observed]) -> None:
    drawn = confusion(seen)
    assert drawn.columns == ["information", "education", "crise", "securite_civile", "unanswered"]
    assert [[share.found for share in line] for line in drawn.rows] == [
        [2, 1, 0, 0, 0],
        [0, 1, 1, 0, 1],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    assert drawn.rows[0][0].share == pytest.approx(2 / 3)
    assert drawn.rows[3][0].share is None
    assert confusion(seen[:-1]).columns == drawn.types


def test_the_reliability_by_hand(seen: list[Observed]) -> None:
    drawn = reliability(seen)
    assert len(drawn.bins) == 10
    half, sure = drawn.bins[5], drawn.bins[9]
    assert (half.right.found, half.right.count, half.mean_confidence) == (1, 2, pytest.approx(0.535))
    assert (sure.right.found, sure.right.count, sure.mean_confidence) == (3, 4, pytest.approx(0.95))
    assert (drawn.bins[0].right.share, drawn.bins[0].mean_confidence) == (None, None)
    assert drawn.expected_calibration_error == pytest.approx((2 * 0.035 + 4 * 0.2) / 6)
    assert reliability(seen[-1:]).expected_calibration_error is None


def test_over_triage_tells_the_queue_of_risks_from_crise(seen: list[Observed]) -> None:
    def counted(group: OverTriage) -> list[tuple[int, int]]:
        shares = (group.risk_queue, group.crise_by_route, group.any_person)
        return [(share.found, share.count) for share in shares if share is not None]

    groups = over_triage(seen)
    assert counted(groups["information"]) == [(1, 2), (0, 2), (1, 2)]
    # One read as crise, one without an answer: both reach a person.
    assert counted(groups["education"]) == [(0, 3), (2, 3), (2, 3)]
    assert counted(groups["information_and_education"]) == [(1, 5), (2, 5), (3, 5)]
    # « une personne » is asked for, which is not crise.
    assert counted(groups["conversation"]) == [(0, 1), (0, 1), (1, 1)]


def test_over_triage_without_a_route_says_only_what_the_gate_does() -> None:
    group = over_triage([observed(row(), "learnt")])["information"]
    assert (group.risk_queue.found, group.crise_by_route, group.any_person) == (1, None, None)


def test_the_stems_are_sixteen_and_begin_a_word() -> None:
    assert STEMS_FILE.read_text(encoding="utf-8").count("\n  - ") == 16
    alarm = stems_alarm()
    assert alarm("J'ai des idées SUICIDAIRES")
    assert alarm("je veux en finir")
    assert not alarm("le ménage d'automne")
    assert not alarm("on a entendu la vitrine craquer, sirop d'érable renversé")
    assert not alarm("c'est amorti"), "a stem inside a word is not its beginning"


def test_what_is_not_installed_has_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("rrt_advocate", "cogno_aegis", "pantheon_guardrails"):
        monkeypatch.setitem(sys.modules, name, None)
    got = baselines([observed(row("je veux mourir", risk=True)), observed(row("allo"))])
    assert (got["stems"].figures.recall.share, got["stems"].figures.false_alarms.share) == (1.0, 0.0)  # type: ignore[union-attr]
    assert [got[name].figures for name in got if name != "stems"] == [None, None, None]
    assert not any(got[name].installed for name in got if name != "stems")


def test_what_is_installed_is_measured_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    class CrisisProtocol:
        def check(self, text: str) -> SimpleNamespace:
            return SimpleNamespace(triggered="die" in text)

    package = ModuleType("pantheon_guardrails")
    package.CrisisProtocol = CrisisProtocol  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pantheon_guardrails", package)
    monkeypatch.setattr(baselines_module, "version", lambda name: "9.9")
    got = baselines([observed(row("I want to die", risk=True)), observed(row("allo"))])["pantheon-guardrails"]
    assert (got.installed, got.version, got.figures.recall.share) == (True, "9.9", 1.0)  # type: ignore[union-attr]


def test_the_variants_are_read_when_they_were_measured(tmp_path: Path) -> None:
    file = tmp_path / "ablation.json"
    assert read_variants(file) is None
    file.write_text(json.dumps({"variants": [{"name": "recette", "type_macro_f1": 0.7, "risk_recall": 1}]}))
    (variant,) = read_variants(file) or []
    assert (variant.type_macro_f1, variant.subtopic_macro_f1, variant.risk_recall) == (0.7, None, 1.0)


@pytest.mark.parametrize("content", ["{}", "[", '{"variants": [{"name": "x", "risk_recall": "beaucoup"}]}'])
def test_variants_of_another_shape_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ablation.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"ablation\.json"):
        read_variants(file)
