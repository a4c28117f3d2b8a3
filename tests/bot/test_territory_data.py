"""The data of territories: what ships is sound, and what is not is refused with a clear error."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from bot.components.data_files import DataRefused
from bot.components.place_evidence import EVIDENCE, PlaceEvidence
from bot.components.territories import ALIASES, MUNICIPALITIES, Territories, spelt

DATA = Path("nlu_data/territories")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "territories"))


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_every_municipality_has_its_own_id_and_is_found_by_name() -> None:
    territories = Territories.read(DATA)
    with (DATA / MUNICIPALITIES).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len({row["id"] for row in rows}) == len(rows) == 1113
    assert len({row["mrc"] for row in rows}) == 104
    assert {row["region_code"] for row in rows} == {f"{code:02}" for code in range(1, 18)}
    assert all(row["id"] in territories.names[spelt(row["municipality"])] for row in rows)
    assert max(len(row["id"]) for row in rows) <= 120


def test_cree_territory_and_nunavik_are_outside_811() -> None:
    territories = Territories.read(DATA)
    outside = [
        name for name, ids in territories.names.items() if any(one.startswith(territories.outside_811) for one in ids)
    ]
    assert ("chisasibi",) in outside
    assert ("kuujjuaq",) in outside
    assert ("chibougamau",) not in outside
    assert ("manawan",) not in outside


def test_every_name_that_asks_for_evidence_is_a_name() -> None:
    needs, names = PlaceEvidence.read(DATA).needs, Territories.read(DATA).names
    articles = ("le", "la", "les", "l")
    unknown = [name for name in needs if name not in names and not any((one, *name) in names for one in articles)]
    assert unknown == []


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        (MUNICIPALITIES, "id,region_code", "ident,region_code", "colonnes"),
        (MUNICIPALITIES, "01/la-matapedia/amqui,", "01/la-matapedia/causapscal,", "déjà pris"),
        (MUNICIPALITIES, "01/la-matapedia/amqui,01", "01/la-matapedia/amqui,02", "n'est pas de la région"),
        (MUNICIPALITIES, "La Matapédia,Amqui", "La Matapédia,", "un nom manque"),
        (ALIASES, '"17": [Bois-Francs]', '"18": [Bois-Francs]', "cet identifiant"),
        (ALIASES, '"17": [Bois-Francs]', '"17": []', "une liste est attendue"),
        (ALIASES, '"17": [Bois-Francs]', '"17": [12]', "guillemets"),
        (ALIASES, '"17": [Bois-Francs]', '"12": [Bois-Francs]', "deux fois"),
        (ALIASES, "sectors:", "secteurs:", "rubrique inconnue"),
        (ALIASES, "nation: Abénakis, ", "", "doit avoir id, nation et names"),
        (ALIASES, '"14/matawinie/manawan"', '"14/matawini/manawan"', "cet identifiant"),
        (EVIDENCE, "streets: [", "streets: [on, ", "guillemets"),
        (EVIDENCE, "streets:", "rues:", "rubrique inconnue"),
        (EVIDENCE, "statut", "\tstatut", "illisible"),
    ],
)
def test_a_mistake_is_refused_in_french(folder: Path, file: str, before: str, after: str, said: str) -> None:
    change(folder / file, before, after)
    with pytest.raises(DataRefused, match=said) as refusal:
        (PlaceEvidence if file == EVIDENCE else Territories).read(folder)
    assert file in str(refusal.value)
