"""A step is done again when, and only when, what it depends on changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from setup.places import ROOT
from setup.sentences import SetupProblem
from setup.stamps import Stamp
from setup.step import Step


@pytest.fixture
def stamp(tmp_path: Path) -> Stamp:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jsonl").write_text("1", encoding="utf-8")
    (tmp_path / "model").write_text("learnt", encoding="utf-8")
    return Stamp("trial", (tmp_path / "data",), (tmp_path / "model",), tmp_path / "stamps")


def test_never_done_is_not_fresh(stamp: Stamp) -> None:
    assert not stamp.is_fresh()


def test_done_is_fresh(stamp: Stamp) -> None:
    stamp.write()
    assert stamp.is_fresh()


def test_a_changed_input(stamp: Stamp, tmp_path: Path) -> None:
    stamp.write()
    (tmp_path / "data" / "a.jsonl").write_text("2", encoding="utf-8")
    assert not stamp.is_fresh()


def test_an_added_input(stamp: Stamp, tmp_path: Path) -> None:
    stamp.write()
    (tmp_path / "data" / "b.jsonl").write_text("1", encoding="utf-8")
    assert not stamp.is_fresh()


def test_a_lost_output(stamp: Stamp, tmp_path: Path) -> None:
    stamp.write()
    (tmp_path / "model").unlink()
    assert not stamp.is_fresh()


def test_caches_are_not_inputs(stamp: Stamp, tmp_path: Path) -> None:
    stamp.write()
    (tmp_path / "data" / "__pycache__").mkdir()
    (tmp_path / "data" / "__pycache__" / "a.pyc").write_bytes(b"1")
    assert stamp.is_fresh()


def test_work_cut_short_is_not_taken_for_done(stamp: Stamp) -> None:
    stamp.write()

    def cut(_tick: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Step("main", cut, stamp).run(lambda: None)
    assert not stamp.is_fresh()


def test_a_step_without_its_result_is_a_sentence(stamp: Stamp, tmp_path: Path) -> None:
    def forgets(_tick: object) -> None:
        (tmp_path / "model").unlink()

    with pytest.raises(SetupProblem) as refused:
        Step("main", forgets, stamp).run(lambda: None)
    assert refused.value.key == "step_missing_result"
    assert not stamp.is_fresh()


def test_the_real_steps_have_titles_and_inputs_that_exist() -> None:
    from setup.plan import whole_plan

    for step in whole_plan():
        assert step.title
        assert step.stamp.inputs
        assert [path for path in step.stamp.inputs if not path.exists()] == []
        assert all(ROOT in path.parents for path in step.stamp.inputs)
