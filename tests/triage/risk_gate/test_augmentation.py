"""Variants of training sentences: seeded, of every sort of noise, and never of another meaning."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from triage.risk_gate.augmentation import (
    DATA,
    as_dictated,
    as_hidden,
    as_joual,
    as_texted,
    in_leet,
    spaced,
    starred,
    variants,
    without_accents,
)
from triage.risk_gate.augmentation_data import AUGMENTATION, AugmentationData, AugmentationWrong
from triage.risk_gate.folding import fold_word

Noise = Callable[[str, random.Random], str]
SEEDS = range(150)
TEXTS = (
    "Je ne veux pas mourir, mais j'ai pris toute la bouteille de comprimés tantôt.",
    "J'ai plus envie de me réveiller demain matin, pis personne s'en rendrait compte.",
    "Non, je n'ai jamais pensé au suicide, je suis seulement fatiguée de mon travail.",
    "Je n'en peux plus de mes voisins, ils font du bruit toutes les nuits, c'est l'enfer!",
    "Il n'y a rien à faire, le chat a rendu l'âme pendant l'après-midi, on l'a pas vu venir.",
    "Mon conjoint m'a frappée hier soir et il menace de me tuer si je quitte la maison.",
    "Avant qu'il ne parte, je veux plus d'aide pour ma mère, sans attendre trois mois.",
    "I don't want to die, I never said that, but my son isn't safe with the pills in the house.",
    "Je meurs d'envie d'aller voir mon frère, ensemble on est mort de rire à tout coup.",
    "Où est-ce qu'on demande de l'aide pour apprendre le français dans le quartier?",
)
NOISES = pytest.mark.parametrize("noise", [as_texted, as_joual, as_dictated])


def every(noise: Noise, text: str) -> set[str]:
    return {noise(text, random.Random(seed)) for seed in SEEDS}


@NOISES
@pytest.mark.parametrize("text", TEXTS)
def test_negations_and_charged_words_stay(noise: Noise, text: str) -> None:
    for changed in every(noise, text):
        assert DATA.meaning.negations_in(changed) == DATA.meaning.negations_in(text), changed
        assert DATA.meaning.charged_in(changed) == DATA.meaning.charged_in(text), changed


@NOISES
def test_the_same_seed_gives_the_same_variant_and_others_give_others(noise: Noise) -> None:
    assert noise(TEXTS[5], random.Random(4)) == noise(TEXTS[5], random.Random(4))
    assert len(every(noise, TEXTS[5])) > 1


def test_accents_are_lost_and_nothing_else() -> None:
    assert without_accents("Ça m'épuise, Noël!") == "Ca m'epuise, Noel!"


def test_a_texted_sentence_is_in_lower_case_and_in_short_forms() -> None:
    texted = every(as_texted, "Je suis avec quelqu'un, aujourd'hui.")
    assert all(text == text.lower() for text in texted)
    assert any("chu " in text for text in texted)
    assert any("qqun" in text for text in texted)


def test_joual_keeps_case_and_punctuation() -> None:
    spoken = every(as_joual, "Je suis ici, puis toi aussi?")
    assert "Chu icitte, pis toé aussi?" in spoken
    assert all(text[0].isupper() and text.endswith("?") for text in spoken)


def test_joual_loses_ne_only_where_something_else_negates() -> None:
    assert as_joual("Je n'ai pas faim.", random.Random(0)) == "J'ai pas faim."
    assert "qu'il ne parte" in as_joual("Restez avant qu'il ne parte.", random.Random(0))


def test_what_is_dictated_has_no_case_nor_punctuation() -> None:
    for heard in every(as_dictated, "Bonjour! Ma mère, ensemble avec nous, demande: quand vient le docteur?"):
        assert heard == heard.lower()
        assert not set(heard) & set("!,:?.")


def test_a_recogniser_mishears_loses_splits_and_joins() -> None:
    heard = every(as_dictated, "ma mère est ensemble avec le groupe et les voisins dans la cour")
    assert any("maire" in text.split() for text in heard)
    assert any("en semble" in text for text in heard)
    assert any("groupe" in text and "le groupe" not in text for text in heard)
    assert any("lesvoisins" in text for text in heard)


def test_a_small_word_beside_a_negation_or_a_charged_word_is_not_lost() -> None:
    assert all("pas du" in text for text in every(as_dictated, "non pas du tout merci"))
    assert all("la corde" in text for text in every(as_dictated, "il range la corde dehors"))


@pytest.mark.parametrize("text", ["je veux m.o.u.r.i.r", "je veux m*urir", "s u i c i d e"])
def test_what_was_disguised_by_hand_is_neither_dictated_nor_disguised_again(text: str) -> None:
    assert every(as_dictated, text) == {text}
    assert every(as_hidden, text) == {text}


def test_only_a_charged_word_is_hidden() -> None:
    assert every(as_hidden, "Où est la bibliothèque?") == {"Où est la bibliothèque?"}
    for hidden in every(as_hidden, "je veux mourir demain"):
        assert hidden.startswith("je veux m")
        assert hidden.endswith("r demain")
        assert hidden != "je veux mourir demain"


def test_a_word_in_leet_can_be_read_back() -> None:
    back = {sign: letter for letter, signs in DATA.letters.items() for sign in signs}
    for seed in SEEDS:
        hidden = in_leet("suicidée", random.Random(seed))
        assert "".join(back.get(sign, sign) for sign in hidden) == "suicidee"
        assert any(sign.isalpha() for sign in hidden)
    assert in_leet("gun", random.Random(0)) == "gun"


def test_a_spaced_word_has_all_its_letters() -> None:
    assert {spaced("mort", random.Random(seed)) for seed in SEEDS} == {"m o r t", "m.o.r.t", "m-o-r-t"}


def test_a_starred_word_keeps_its_ends_and_most_of_its_letters() -> None:
    for seed in SEEDS:
        hidden = starred("mourir", random.Random(seed))
        assert (hidden[0], hidden[-1], len(hidden)) == ("m", "r", 6)
        assert 1 <= hidden.count("*") <= 2


@pytest.mark.parametrize("text", [*TEXTS, "ok", "🙃"])
def test_variants_are_the_text_and_at_most_one_other(text: str) -> None:
    for seed in SEEDS:
        made = variants(text, random.Random(seed))
        assert made[0] == text
        assert len(made) <= 2
        assert len(set(made)) == len(made)
        assert all(variant.strip() for variant in made)


def test_a_sentence_nearly_always_has_another() -> None:
    assert all(len(variants(text, random.Random(seed))) == 2 for text in TEXTS for seed in SEEDS)


def broken(tmp_path: Path, key: str, value: object) -> Path:
    data = yaml.safe_load(AUGMENTATION.read_text(encoding="utf-8"))
    path = tmp_path / "augmentation_fr.yml"
    path.write_text(yaml.safe_dump(data | {key: value}, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("texto", {"je veux pas": ["jveux"]}, "les négations changent"),
        ("homophones", {"peu": ["pu"]}, "les négations changent"),
        ("joual", {"veux mourir": ["veux partir"]}, "les mots chargés changent"),
        ("petits_mots", ["le", "pas"], "négation"),
        ("collables", ["je", "mort"], "mot chargé"),
        ("mots_charges", ["mourir", "jamais"], "négation"),
        ("lettres", {"a": ["b"]}, "lettre"),
        ("homophones", {True: ["ont"]}, "guillemets"),
        ("texto", {"que": []}, "liste"),
        ("texto", [], "formes"),
        ("petits_mots", {"le": 1}, "liste"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_list(tmp_path: Path, key: str, value: object, reason: str) -> None:
    with pytest.raises(AugmentationWrong, match=f"{key}.*{reason}"):
        AugmentationData.load(broken(tmp_path, key, value))


def test_an_unknown_list_and_an_unreadable_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AugmentationWrong, match="clés"):
        AugmentationData.load(broken(tmp_path, "autre", []))
    with pytest.raises(AugmentationWrong, match="illisible"):
        AugmentationData.load(tmp_path / "absent.yml")


def test_what_is_charged_is_known_whatever_its_accents() -> None:
    assert fold_word("Tuée") in DATA.meaning.charged
    assert DATA.meaning.holds("d'mourir")
    assert not DATA.meaning.holds("maison")
