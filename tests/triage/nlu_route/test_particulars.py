"""What is kept of an answer's entities: anything odd is passed over, nothing raises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from triage.nlu_route.particulars import MOST_CANDIDATES, MOST_ENTITIES, AgeBand, Particulars, particulars_of

SAMPLE = Path(__file__).parents[2] / "contracts" / "rasa_parse_answer.json"
ODD_JSON = any_.recursive(
    any_.none() | any_.booleans() | any_.integers() | any_.floats() | any_.text(),
    lambda inside: any_.lists(inside) | any_.dictionaries(any_.sampled_from(["entity", "value", "youngest"]), inside),
)


def said(kind: str, value: object) -> dict[str, object]:
    return {"entity": kind, "value": value, "start": 0, "end": 1, "confidence": 1.0, "extractor": "X"}


def place(*mentions: list[str]) -> str | None:
    return particulars_of([said("territory", ids) for ids in mentions]).place


def test_the_sample_is_read() -> None:
    sample: dict[str, Any] = json.loads(SAMPLE.read_text(encoding="utf-8"))
    found = particulars_of(sample["entities"])
    assert found == Particulars(
        territories=(("05/sherbrooke/sherbrooke",),),
        ages=(AgeBand(14, 14),),
        about=("child",),
        disasters=("panne",),
        resources=("clsc",),
    )
    assert found.place is None  # the child's, perhaps
    for entity in sample["entities"]:
        assert set(entity) == {"entity", "value", "start", "end", "confidence", "extractor"}
        assert sample["text"][entity["start"] : entity["end"]].strip()


@pytest.mark.parametrize(("about", "kept"), [("self", True), ("child", False), ("client", False)])
def test_a_place_that_may_be_somebody_else_s_is_not_the_person_s(about: str, *, kept: bool) -> None:
    found = particulars_of([said("about", about), said("territory", ["05/sherbrooke/sherbrooke"])])
    assert (found.place is not None) is kept
    assert found.territories == (("05/sherbrooke/sherbrooke",),)


@pytest.mark.parametrize(
    "entity",
    [
        None,
        "territory",
        {},
        {"entity": ["territory"], "value": ["05"]},
        said("territory", "05"),
        said("territory", []),
        said("territory", ["05", None]),
        said("territory", ["05/../../etc"]),
        said("territory", ["05/" + "a" * 200]),
        said("territory", ["05"] * (MOST_CANDIDATES + 1)),
        said("age", 14),
        said("age", {"youngest": 14}),
        said("age", {"youngest": True, "oldest": True}),
        said("age", {"youngest": 20, "oldest": 10}),
        said("age", {"youngest": 1, "oldest": 10**9}),
        said("about", "Ma fille"),
        said("about", {"child": 1}),
        said("resource", "a" * 100),
        said("asks_person", "conversation/personne"),
    ],
)
def test_an_odd_entity_is_passed_over(entity: object) -> None:
    assert particulars_of([entity, said("about", "child")]) == Particulars(about=("child",))


@pytest.mark.parametrize("entities", [None, {}, "liste", 3, [[]], []])
def test_an_odd_list_says_nothing(entities: object) -> None:
    assert particulars_of(entities) == Particulars()


@given(ODD_JSON)
def test_nothing_raises(entities: object) -> None:
    assert isinstance(particulars_of(entities).place, str | None)


def test_a_list_without_end_is_read_to_its_bound() -> None:
    entities = [said("about", f"a{'b' * number}") for number in range(30)] * 10
    assert len(particulars_of(entities).about) <= 30
    late = [said("about", "child")] * MOST_ENTITIES + [said("about", "parent")]
    assert particulars_of(late).about == ("child",)


def test_the_same_thing_twice_is_once() -> None:
    assert particulars_of([said("about", "child"), said("about", "child")]).about == ("child",)


@pytest.mark.parametrize(
    ("mentions", "settled"),
    [
        ([], None),
        ([["05"]], "05"),
        ([["11/la-cote-de-gaspe/gaspe"], ["11"]], "11/la-cote-de-gaspe/gaspe"),
        ([["06/montreal/montreal"], ["13/laval/laval"]], None),
        ([["01/la-mitis/saint-donat", "14/matawinie/saint-donat"]], None),
        ([["14/matawinie/saint-donat"], ["01/la-mitis/saint-donat", "14/matawinie/saint-donat"]], None),
    ],
)
def test_only_one_place_is_settled(mentions: list[list[str]], settled: str | None) -> None:
    assert place(*mentions) == settled
