"""Beginnings and skeletons that come back too often."""

from __future__ import annotations

from pathlib import Path

import pytest

from setup.sentence_checks.beginnings import check_beginnings
from setup.sentence_checks.skeletons import check_skeletons, read_function_words, skeleton
from tests.setup.sentence_checks.made_lines import made

WORDS = read_function_words()


def test_the_fourth_with_the_same_five_words_is_refused() -> None:
    begun = ["Est-ce que vous avez des piles", "est ce que vous avez un lit", "Est-ce que vous avez faim"]
    assert check_beginnings(made(begun)) == []
    (refusal,) = check_beginnings(made([*begun, "Bonjour à vous tous, est-ce que", "EST-CE QUE VOUS AVEZ le temps"]))
    assert str(refusal) == "t1.jsonl:5 : mêmes 5 premiers mots que t1.jsonl:1, t1.jsonl:2, t1.jsonl:3"


def test_fewer_than_five_words_are_no_beginning() -> None:
    assert check_beginnings(made(["je veux parler ici"] * 6)) == []


def test_a_slot_stands_for_one_content_word_or_several() -> None:
    known = {"ou", "des", "de"}
    assert skeleton(["ou", "prendre", "des", "sacs", "de", "sable"], known) == "ou _ des _ de _"
    assert skeleton(["ou", "aller", "chercher", "des", "gros", "sacs", "de", "sel"], known) == "ou _ des _ de _"


def test_the_third_on_one_template_is_refused() -> None:
    family = [
        "Je cherche un psychologue pour ma soeur à Gatineau",
        "je cherche un avocat pour mon frère à Laval",
        "Je veux un logement pour ma tante à Sorel",
        "je cherche un médecin pour ma cousine à Matane",
        "J'appelle une amie pour ma mère à Alma",
    ]
    assert check_skeletons(made(family[:3]), WORDS) == []
    again = [family[0], family[3], "Je trouve un notaire pour ma grande tante à La Tuque".replace("La ", "")]
    (refusal,) = check_skeletons(made(again), WORDS)
    assert str(refusal) == "t1.jsonl:3 : même gabarit que t1.jsonl:1, t1.jsonl:2 : « je _ un _ pour ma _ a _ »"


def test_short_sentences_are_no_template() -> None:
    assert check_skeletons(made(["merci à toi", "merci à vous", "salut à vous"]), WORDS) == []


def test_a_function_word_that_yaml_does_not_read_as_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.yml").write_text("mots: {pronoms: [on]}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="guillemets"):
        read_function_words(tmp_path / "words.yml")
