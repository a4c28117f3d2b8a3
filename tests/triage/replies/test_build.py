from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from triage.interventions.texts import TextFileError
from triage.interventions.types import Channel
from triage.replies.build import Replies


@dataclass(frozen=True)
class KnownLine:
    name: str = "Ligne A"
    about: str = "Écoute pour les parents"
    phone: str | None = "1 800 555-0142"
    phone_words: str | None = "un, huit cents, cinq cinq cinq, zéro un, quarante-deux"
    sms: str | None = None
    web: str | None = None
    hours: str | None = None


GOOD = "\n    ".join(
    ['chat: "Lisez."', 'phone: "Écoutez."', "resources: [ligne_a]", 'source: "exemple"', 'date: "2026-11"']
)


def folder_with(folder: Path, answer: str) -> Path:
    content = f"statut: non validé\nanswers:\n  information/heures:\n    {answer}\n"
    (folder / "answers_fr.yml").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture
def replies(tmp_path: Path) -> Replies:
    return Replies.load(folder_with(tmp_path, GOOD))


def test_what_is_known_of_a_subtopic(replies: Replies) -> None:
    assert replies.has("information/heures")
    assert not replies.has("crise/suicide")
    assert replies.resource_ids("information/heures") == ("ligne_a",)
    with pytest.raises(KeyError):
        replies.build("crise/suicide", [], Channel.CHAT)


def test_without_resources_only_the_text(replies: Replies) -> None:
    assert replies.build("information/heures", [], Channel.CHAT) == "Lisez."
    assert replies.build("information/heures", [], Channel.PHONE) == "Écoutez."


def test_read_one_resource_a_line(replies: Replies) -> None:
    second = KnownLine("Ligne B", phone=None, sms="535353", web="exemple.ca", hours="jour et nuit")
    assert replies.build("information/heures", [KnownLine(), second], Channel.CHAT).splitlines() == [
        "Lisez.",
        "• Ligne A : 1 800 555-0142. Écoute pour les parents.",
        "• Ligne B : texto 535353, exemple.ca. Écoute pour les parents, jour et nuit.",
    ]


def test_heard_each_number_is_said_twice_in_words(replies: Replies) -> None:
    heard = replies.build("information/heures", [KnownLine()], Channel.PHONE)
    assert heard == (
        "Écoutez.\nVoici un numéro à noter.\nLigne A. Écoute pour les parents. "
        "Le numéro : un, huit cents, cinq cinq cinq, zéro un, quarante-deux. "
        "Je répète : un, huit cents, cinq cinq cinq, zéro un, quarante-deux."
    )


def test_heard_what_cannot_be_dialled_is_left_out(replies: Replies) -> None:
    site = KnownLine(name="Site", phone=None, phone_words=None, web="exemple.ca")
    assert replies.build("information/heures", [site], Channel.PHONE) == "Écoutez."
    assert "Site" not in replies.build("information/heures", [KnownLine(), site], Channel.PHONE)


def test_never_more_than_three(replies: Replies) -> None:
    lines = [KnownLine(name=f"Ligne {letter}") for letter in "ABCD"]
    assert replies.build("information/heures", lines, Channel.CHAT).count("•") == 3
    assert replies.build("information/heures", lines, Channel.PHONE).count("Je répète") == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (GOOD.replace('chat: "Lisez."', 'chat: ""'), "« information/heures » doit avoir un texte"),
        (GOOD.replace("Écoutez.", "Faites le 0."), "les chiffres s'écrivent en mots"),
        (GOOD.replace("Écoutez.", "mot " * 46), "pas plus de 45 mots"),
        (GOOD.replace("[ligne_a]", "[1]"), "une liste d'identifiants"),
        (GOOD.replace("[ligne_a]", "ligne_a"), "une liste d'identifiants"),
        (GOOD.replace("[ligne_a]", "[a, b, c, d]"), "plus de 3 ressources"),
        (GOOD.replace('"exemple"', '""'), "n'a pas de « source »"),
        (GOOD.replace('"2026-11"', "2026"), "« date » s'écrit"),
    ],
)
def test_a_bad_answer_is_refused_and_named(tmp_path: Path, answer: str, said: str) -> None:
    with pytest.raises(TextFileError, match=said):
        Replies.load(folder_with(tmp_path, answer))


def test_an_answer_that_is_only_a_text_is_refused(tmp_path: Path) -> None:
    content = 'statut: non validé\nanswers:\n  information/heures: "Lisez."\n'
    (tmp_path / "answers_fr.yml").write_text(content, encoding="utf-8")
    with pytest.raises(TextFileError, match="n'a pas de « source »"):
        Replies.load(tmp_path)


def test_a_subtopic_without_answer_is_named(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, GOOD)
    with pytest.raises(TextFileError, match="sans réponse : education/deuil"):
        Replies.load(folder, subtopics=["information/heures", "education/deuil"])


def test_a_file_without_answers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answers_fr.yml").write_text("statut: non validé\n", encoding="utf-8")
    with pytest.raises(TextFileError, match="une section « answers » est attendue"):
        Replies.load(tmp_path)
