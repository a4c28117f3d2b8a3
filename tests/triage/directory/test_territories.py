from __future__ import annotations

import csv
from pathlib import Path

import pytest

from triage.directory.resources import Directory
from triage.directory.territories import REGIONS, serves

MUNICIPALITIES = Path(__file__).parents[3] / "nlu_data" / "territories" / "municipalities.csv"


@pytest.mark.parametrize(
    ("served", "territory", "expected"),
    [
        ("estrie", "05/le-granit/lac-megantic", True),
        ("estrie", "05", True),
        ("estrie", "16/acton/roxton", False),
        ("05/le-granit", "05/le-granit/lac-megantic", True),
        ("05/le-granit/lac-megantic", "05/le-granit/lac-megantic", True),
        ("05/le-granit/lac-megantic", "05/le-granit", False),
        ("05/le-gran", "05/le-granit", False),
        ("estrie", None, False),
    ],
)
def test_what_serves_a_place_serves_all_inside_it(served: str, territory: str | None, expected: bool) -> None:
    assert serves(served, territory) is expected


def test_every_region_of_the_data_has_its_name() -> None:
    with MUNICIPALITIES.open(encoding="utf-8", newline="") as lines:
        assert {row["region_code"] for row in csv.DictReader(lines)} == set(REGIONS)


def test_a_person_of_estrie_is_offered_what_serves_estrie() -> None:
    directory = Directory.load()
    local = [one for one in directory._by_id.values() if one.territory == "estrie" and one.offered]
    ids = [one.id for one in local][:1]
    assert directory.offered(ids, "05/sherbrooke/sherbrooke") == local[:1]
    assert directory.offered(ids, "06/montreal/montreal") == []
