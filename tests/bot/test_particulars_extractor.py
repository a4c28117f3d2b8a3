"""Ages, people, disasters and resources in messages, with the lists that ship."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.data_files import DataRefused
from bot.components.french_words import plain_words
from bot.components.particulars_extractor import ParticularsExtractor
from bot.components.word_lists import WORD_LISTS

DATA = Path("nlu_data")
LABELLED = Path("tests/bot/labelled_particulars.jsonl")
PRECISION = {"age": 0.95, "about": 0.9, "disaster": 0.9, "resource": 0.85}


@pytest.fixture(scope="module")
def extractor() -> ParticularsExtractor:
    built = ParticularsExtractor(ParticularsExtractor.get_default_config(), None, None)
    built.read_data(DATA)
    return built


def values(extractor: ParticularsExtractor, kind: str, text: str) -> list[Any]:
    return [found["value"] for found in extractor.find(text) if found["entity"] == kind]


def ages(extractor: ParticularsExtractor, text: str) -> list[list[int]]:
    return [[value["youngest"], value["oldest"]] for value in values(extractor, "age", text)]


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("j'ai 14 ans", [14, 14]),
        ("jai 14ans", [14, 14]),
        ("j'ai quatorze ans", [14, 14]),
        ("ma mère a quatre-vingt-onze ans", [91, 91]),
        ("il a soixante et onze ans", [71, 71]),
        ("elle a vingt et un ans", [21, 21]),
        ("mon gars de dix sept ans", [17, 17]),
        ("mon bébé de 3 mois", [0, 0]),
        ("bébé a cinq semaines", [0, 0]),
        ("mon petit a dix-huit mois", [1, 1]),
        ("une femme dans la soixantaine", [60, 69]),
        ("Ma fille, 15 ans", [15, 15]),
        ("14 ans", [14, 14]),
        ("ma voisine a cent deux ans", [102, 102]),
        ("un homme âgé de 78 ans", [78, 78]),
    ],
)
def test_an_age_is_read(extractor: ParticularsExtractor, text: str, age: list[int]) -> None:
    assert ages(extractor, text) == [age]


@pytest.mark.parametrize(
    "text",
    [
        "ça fait dix ans que je suis sur la liste",
        "on s'est séparés après vingt ans",
        "Cinquante-deux ans de mariage",
        "j'ai 20 ans d'expérience",
        "il y a deux ans",
        "y'a cinq ans",
        "depuis trois mois",
        "je suis enceinte de cinq mois",
        "deux ans ensemble pis a m'a laissé",
        "une soixantaine de comprimés",
        "dans la quarantaine de boîtes",
        "j'ai 900 ans",
        "ans",
    ],
)
def test_a_length_of_time_is_no_age(extractor: ParticularsExtractor, text: str) -> None:
    assert ages(extractor, text) == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("ma fille ne dort plus", ["child"]),
        ("mon plus vieux mord", ["child"]),
        ("mon chum pis ma blonde", ["partner", "partner"]),
        ("ma belle-fille est partie", ["other_relative"]),
        ("ma petite soeur", ["other_relative"]),
        ("ma mere a 80 ans", ["parent"]),
        ("ma grand-mère", ["other_relative"]),
        ("ma meilleure amie", ["friend"]),
        ("un de mes patients", ["client"]),
        ("c'est pour moi", ["self"]),
        ("même si", []),
        ("sa fille", []),
        ("mon Dieu", []),
    ],
)
def test_who_is_spoken_of(extractor: ParticularsExtractor, text: str, who: list[str]) -> None:
    assert values(extractor, "about", text) == who


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("disaster", "l'eau monte dans la cave", ["inondation"]),
        ("disaster", "on a été évacués à cause des feux de forêt", ["evacuation", "incendie"]),
        ("disaster", "il a une arme à feu", []),
        ("disaster", "des coups de feu dans le parc", ["evenement_violent"]),
        ("disaster", "pu d'électricité depuis le verglas", ["panne", "verglas"]),
        ("resource", "les banques alimentaires", ["aide_alimentaire"]),
        ("resource", "j'ai besoin d'un psy ou du CLSC", ["psychologue", "clsc"]),
        ("resource", "la police d'assurance", []),
    ],
)
def test_disasters_and_resources(extractor: ParticularsExtractor, kind: str, text: str, found: list[str]) -> None:
    assert values(extractor, kind, text) == found


def test_labelled_sentences(extractor: ParticularsExtractor) -> None:
    """`self` is left out: every message is somewhat about its author."""
    right: Counter = Counter()
    said: Counter = Counter()
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        labelled = json.loads(line)
        for kind in PRECISION:
            if kind in labelled:
                found = values(extractor, kind, labelled["text"])
                distinct = {value["youngest"] if kind == "age" else value for value in found} - {"self"}
                said[kind] += len(distinct)
                right[kind] += len(distinct & set(labelled[kind]))
    assert {kind: right[kind] / said[kind] >= least for kind, least in PRECISION.items()} == dict.fromkeys(
        PRECISION, True
    )


def test_spans_are_what_was_said(extractor: ParticularsExtractor) -> None:
    text = "Ma soeur 😀, quatorze ans, est évacuée"
    assert [text[one["start"] : one["end"]] for one in extractor.find(text)] == ["Ma soeur", "quatorze ans", "évacuée"]
    decomposed = "ma me\u0300re a 80 ans"
    assert [decomposed[one["start"] : one["end"]] for one in extractor.find(decomposed)] == ["ma me\u0300re", "80 ans"]
    assert plain_words("me\u0300re") == ("mere",)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("disaster:", "disasters:", "clé inconnue « disasters »"),
        ("  inondation:\n    words:", "  inondation:\n    mots:", "clé inconnue « mots »"),
        ("  inondation:", "  inondâtion:", "sans accent"),
        ("words: [verglas,", "words: [inondation,", "aussi sous"),
        ("words: [verglas,", "words: [on, off,", "guillemets"),
        ("words: [verglas,", "words: ['...',", "n'a pas de lettre"),
        ("  verglas:", "  inondation:", "deux fois"),
        ("  client:", "  cliente:", "les valeurs sont"),
        ("  people: [", "  gens: [", "clé inconnue « gens »"),
        ("statut:", "\tstatut:", "illisible"),
    ],
)
def test_training_refuses_a_mistake_in_french(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = Path(shutil.copy(DATA / WORD_LISTS, tmp_path))
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    storage = LocalModelStorage.create(tmp_path)
    extractor = ParticularsExtractor({"files": [str(path)]}, storage, Resource("lists"))
    with pytest.raises(DataRefused, match=said) as refusal:
        extractor.train(TrainingData([]))
    assert WORD_LISTS in str(refusal.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    extractor = ParticularsExtractor({"files": ["nulle/part.yml"]}, LocalModelStorage.create(tmp_path), Resource("l"))
    with pytest.raises(DataRefused, match="introuvable"):
        extractor.train(TrainingData([]))


def test_the_rule_sees_asks_person_alone(tmp_path: Path) -> None:
    """Somebody who asks for a person and says where they live must get one all the same."""
    examples = tmp_path / "nlu.yml"
    examples.write_text(
        'version: "3.1"\nnlu:\n- intent: conversation/personne\n  examples: |\n    - une personne\n', encoding="utf-8"
    )
    domain = TrainingDataImporter.load_from_config("bot/config.yml", "bot/domain", [str(examples)]).get_domain()
    names = ["asks_person", "territory", "age", "about", "disaster", "resource"]
    assert set(names) <= set(domain.entities)
    said = UserUttered("t", {"name": "conversation"}, [{"entity": name, "value": "x"} for name in names])
    tracker = DialogueStateTracker.from_events("t", [ActionExecuted("action_listen"), said], domain=domain)
    assert domain.get_active_state(tracker)["user"]["entities"] == ("asks_person",)
