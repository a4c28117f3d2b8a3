from __future__ import annotations

from pathlib import Path

import pytest

from triage.directory.resources import Directory
from triage.interventions.texts import NOT_VALIDATED, TextFileError

ENTRY = {
    "id": '"ligne_a"',
    "name": '"Ligne A"',
    "about": '"Écoute"',
    "phone": '"1 800 555-0142"',
    "phone_words": '"un, huit cents, cinq cinq cinq, zéro un, quarante-deux"',
    "territory": '"quebec"',
    "source": '"exemple"',
    "date": '"2026-11"',
}


def entry(**changes: str | None) -> str:
    """One entry in YAML; a change to None leaves the field out."""
    fields = {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}
    return "  - " + "\n    ".join(f"{key}: {value}" for key, value in fields.items())


def file_with(folder: Path, *entries: str) -> Path:
    path = folder / "lines_fr.yml"
    path.write_text("statut: non validé\nresources:\n" + "\n".join(entries) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shipped() -> Directory:
    return Directory.load()


def test_the_shipped_file_is_not_presented_as_validated(shipped: Directory) -> None:
    assert shipped.statut == NOT_VALIDATED


@pytest.mark.parametrize(
    ("identifier", "phone", "sms"),
    [
        ("urgence_911", "911", None),
        ("info_sante", "811, option 1", None),
        ("info_social", "811, option 2", None),
        ("gap", "811, option 3", None),
        ("prevention_suicide", "1 866 277-3553", "535353"),
        ("antipoison", "1 800 463-5060", None),
        ("sos_violence_conjugale", "1 800 363-9010", None),
    ],
)
def test_the_numbers_that_save(shipped: Directory, identifier: str, phone: str, sms: str | None) -> None:
    resource = shipped.get(identifier)
    assert (resource.phone, resource.sms, resource.offered) == (phone, sms, True)


def test_what_comes_from_old_documents_is_never_offered(shipped: Directory) -> None:
    assert shipped.get("aire_ouverte_estrie").source
    assert shipped.offered(["aire_ouverte_estrie", "ligne_211"], "estrie") == [shipped.get("ligne_211")]


def test_an_unknown_id_is_an_error_to_get_and_passed_over_to_offer(shipped: Directory) -> None:
    with pytest.raises(KeyError):
        shipped.get("inconnue")
    assert [one.id for one in shipped.offered(["inconnue", "ligne_211"])] == ["ligne_211"]


def test_at_most_three_in_their_order(shipped: Directory) -> None:
    wanted = ["gap", "info_sante", "ligne_211", "caap"]
    assert [one.id for one in shipped.offered(wanted)] == wanted[:3]


def test_a_local_line_is_for_its_territory_only(tmp_path: Path) -> None:
    local = entry(id='"locale"', territory='"estrie"')
    directory = Directory.load(file_with(tmp_path, entry(), local))
    ids = ["locale", "ligne_a"]
    assert [one.id for one in directory.offered(ids, "estrie")] == ["locale", "ligne_a"]
    assert [one.id for one in directory.offered(ids, "outaouais")] == ["ligne_a"]
    assert [one.id for one in directory.offered(ids)] == ["ligne_a"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": None}, "« ligne_a » n'a pas de « source »"),
        ({"date": None}, "« ligne_a » n'a pas de « date »"),
        ({"date": '"bientôt"'}, "« date » s'écrit"),
        ({"date": '"sans date"'}, "« date » s'écrit"),
        ({"date": "2026-11-22"}, "entre guillemets"),
        ({"phone": '"1-800-555-0142"'}, "« phone » n'a pas la forme attendue"),
        ({"phone": '"1 800 555-0143"'}, "ne dit pas le même numéro"),
        ({"phone_words": '"un, huit cents, cinq"'}, "ne dit pas le même numéro"),
        ({"phone_words": '"sans frais"'}, "un mot qui n'est pas un nombre"),
        ({"phone_words": None}, "vont ensemble"),
        ({"phone": None, "phone_words": None}, "offerte sans téléphone, texto ni site"),
        ({"name": '"Ligne 24/7"'}, "chiffres y sont en mots"),
        ({"web": '"https://exemple.ca"'}, "« web » n'a pas la forme attendue"),
        ({"offered": '"oui"'}, "« offered » est vrai ou faux"),
        ({"telephone": '"911"'}, "un champ inconnu : telephone"),
    ],
)
def test_a_bad_entry_is_refused_and_named(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    with pytest.raises(TextFileError, match=said):
        Directory.load(file_with(tmp_path, entry(**changes)))


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TextFileError, match="« ligne_a » est là deux fois"):
        Directory.load(file_with(tmp_path, entry(), entry()))


def test_a_file_without_resources_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty_fr.yml"
    path.write_text("statut: non validé\n", encoding="utf-8")
    with pytest.raises(TextFileError, match="une liste « resources » est attendue"):
        Directory.load(path)
