"""Nothing in a sentence may reach or name a real person; public lines and ordinary numbers may be said."""

from __future__ import annotations

import pytest

from setup.sentence_checks.personal_data import Names, check_personal_data, personal_data, read_public_numbers
from tests.setup.sentence_checks.made_lines import made

NAMES = Names.read()
PUBLIC = read_public_numbers()


def found(text: str) -> list[str]:
    return personal_data(text, PUBLIC, NAMES)


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("Rappelez-moi au 418 555-0199", "numéro de téléphone"),
        ("mon numéro (514)555-0123 merci", "numéro de téléphone"),
        ("c le 4185550199 svp", "numéro de téléphone"),
        ("appelle au 1-418-555-0199.", "numéro de téléphone"),
        ("au +1 418 555 0199", "numéro de téléphone"),
        ("au bureau 555-0199", "numéro de téléphone"),
        ("quatre un huit cinq cinq cinq zéro un neuf neuf", "numéro de téléphone dicté"),
        ("écrivez à luc.t@exemple.ca", "adresse de courriel"),
        ("luc arobase exemple point ca", "adresse de courriel"),
        ("je reste au 412, rue des Érables", "adresse municipale"),
        ("au 12B boul. Laurier", "adresse municipale"),
        ("j'habite douze rue principale", "adresse municipale"),
        ("au 8 1re", None),
        ("mon code postal est g1r 4s9", "code postal"),
        ("mon NAS est 123 456 789", "numéro d'assurance sociale"),
        ("carte soleil TREM 1234 5678", "numéro d'assurance maladie"),
        ("je m'appelle Manon Tremblay", "prénom et nom"),
        ("c'est jean-guy lavoie au téléphone", "prénom et nom"),
    ],
)
def test_personal_data_is_found(text: str, sort: str | None) -> None:
    assert found(text) == ([sort] if sort else [])


@pytest.mark.parametrize(
    "text",
    [
        "J'ai appelé le 811, le 911, le 211 pis le 988.",
        "On m'a donné le 1 866 277-3553, ou 866-277-3553, ou texter 535353.",
        "Le centre antipoison, c'est le 1 800 463-5060?",
        "En 2012, à 14 h 30, j'ai pris 12 comprimés de 500 mg, ça coûte 1 250,50 $.",
        "On reste à 2 rues de la rivière, sur la route 132, au 4e rang.",
        "Parlez-moi jusqu'à Henri-Bourassa, après je descends à la rue Louis Lavoie.",
        "Marie garde le chat. Tremblay a gagné.",
        "Respirez : un, deux, trois, quatre.",
        "de 2019 à 2023 et de 2024 à 2025",
        "m0ur1r, su1c1de, s u i c i d e",
    ],
)
def test_what_everybody_may_say_is_not_personal(text: str) -> None:
    assert found(text) == []


def test_a_refusal_names_the_line_and_never_the_data() -> None:
    (refusal,) = check_personal_data(made(["allo", "au 418 555-0199"]), PUBLIC, NAMES)
    assert str(refusal) == "t1.jsonl:2 : donnée personnelle : numéro de téléphone"
