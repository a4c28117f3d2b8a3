"""Places in messages, with the data that ships."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.territory_extractor import TerritoryExtractor

DATA = Path("nlu_data/territories")
LABELLED = Path("tests/bot/labelled_particulars.jsonl")
LONGEST_MESSAGE = 4_000


@pytest.fixture(scope="module")
def extractor() -> TerritoryExtractor:
    built = TerritoryExtractor(TerritoryExtractor.get_default_config(), None, None)
    built.read_data(DATA)
    return built


def places(extractor: TerritoryExtractor, text: str) -> list[list[str]]:
    return [found["value"] for found in extractor.find(text)]


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("Je reste à Roberval", "02/le-domaine-du-roy/roberval"),
        ("je reste a roberval", "02/le-domaine-du-roy/roberval"),
        ("la banque alimentaire de st-felicien", "02/le-domaine-du-roy/saint-felicien"),
        ("une place à St. Jérôme", "15/la-riviere-du-nord/saint-jerome"),
        ("j'habite à saint thérèse de gaspé", "11/le-rocher-perce/sainte-therese-de-gaspe"),
        ("en appart à trois rivieres", "04/trois-rivieres/trois-rivieres"),
        ("le CLSC de Val d'Or", "08/la-vallee-de-l-or/val-d-or"),
        ("pris sur la batture au bic", "01/rimouski-neigette/rimouski"),
        ("le traversier des Escoumins", "09/la-haute-cote-nord/les-escoumins"),
        ("Nous sommes à Limoilou", "03/quebec/quebec"),
        ("on est à chicoutimi", "02/saguenay/saguenay"),
        ("on vient d'asbestos, la ville d'Asbestos", "05/les-sources/val-des-sources"),
        ("je descends de Manawan", "14/matawinie/manawan"),
        ("I'm from Kuujjuaq", "10/administration-regionale-kativik/kuujjuaq"),
        ("une ressource en Gaspésie", "11"),
        ("dans la Matapédia", "01/la-matapedia"),
        ("j'habite à Québec", "03/quebec/quebec"),
        ("j'habite à Laval", "13/laval/laval"),
        ("on habite à maria", "11/avignon/maria"),
        ("la MRC de Coaticook", "05/coaticook"),
        ("un groupe à Coaticook", "05/coaticook/coaticook"),
        ("je suis a rimousky", "01/rimouski-neigette/rimouski"),
        ("je reste a drumondville", "17/drummond/drummondville"),
        ("je reste à drummond ville", "17/drummond/drummondville"),
        ("le bureau à st hyacinte", "16/les-maskoutains/saint-hyacinthe"),
        ("on est a rivière du loups", "01/riviere-du-loup/riviere-du-loup"),
    ],
)
def test_a_place_is_read_as_people_write_it(extractor: TerritoryExtractor, text: str, identifier: str) -> None:
    assert [identifier] in places(extractor, text)


@pytest.mark.parametrize(
    "text",
    [
        "mon ex a une nouvelle blonde",
        "quand ouvre la pêche au doré?",
        "qui je peux appeler au Québec?",
        "le gouvernement du Québec",
        "j'ai dit à Maria de venir",
        "y a percé un trou dans le mur",
        "Je suis arrivée de Nantes en septembre",
        "deux heures sur Saint-Martin",
        "au coin du boulevard Saint-Martin",
        "proche du métro Frontenac",
        "zéro blessé sur le pont Champlain",
        "la rivière Richelieu a débordé",
        "la Moisie est haute",
        "la fête de la Saint-Valentin",
        "je suis dans la salle de bain",
        "elle a des marques aux poignets",
        "ma psy m'a montré à respirer",
        "je suis à la maison",
        "je suis dans l'étable",
        "la tuque du bébé",
        "on se croise à Alep ou à Bogotá",
        "je suis à bout",
        "",
    ],
)
def test_a_word_a_person_or_a_street_is_no_place(extractor: TerritoryExtractor, text: str) -> None:
    assert places(extractor, text) == []


def test_an_ambiguous_name_gives_all_its_candidates(extractor: TerritoryExtractor) -> None:
    (candidates,) = places(extractor, "j'habite à Saint-Damase")
    assert {"01/la-matapedia/saint-damase", "16/les-maskoutains/saint-damase"} <= set(candidates)


def test_another_place_of_the_message_settles_an_ambiguous_name(extractor: TerritoryExtractor) -> None:
    found = places(extractor, "j'habite à Saint-Damase en Montérégie")
    assert found == [["16/les-maskoutains/saint-damase"], ["16"]]


def test_a_short_name_is_never_read_as_misspelt(extractor: TerritoryExtractor) -> None:
    assert places(extractor, "je suis à Almo, à Amox, à Okaa") == []


def test_entities_have_rasas_form_and_the_words_that_were_said(extractor: TerritoryExtractor) -> None:
    text = "Bonjour… je reste à Sept-Îles 😀"
    message = Message.build(text)
    message.set("entities", [{"entity": "asks_person", "value": "x"}])
    extractor.process([message])
    asked, place = message.get("entities")
    assert asked["entity"] == "asks_person"
    assert text[place.pop("start") : place.pop("end")] == "Sept-Îles"
    assert place == {
        "entity": "territory",
        "value": ["09/sept-rivieres/sept-iles"],
        "confidence": 1.0,
        "extractor": "TerritoryExtractor",
    }


def test_a_misspelt_name_is_less_sure(extractor: TerritoryExtractor) -> None:
    (found,) = extractor.find("je suis à rimousky")
    assert 0.5 < found["confidence"] < 1


def test_labelled_sentences(extractor: TerritoryExtractor) -> None:
    """Measured on training sentences labelled by hand; a candidate list that holds the place counts as right."""
    right = wrong = missed = 0
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        labelled = json.loads(line)
        wanted = set(labelled["territory"])
        found = [{one.rsplit("/")[-1] for one in value} for value in places(extractor, labelled["text"])]
        right += len([name for name in wanted if any(name in candidates for candidates in found)])
        wrong += len([candidates for candidates in found if not candidates & wanted])
        missed += len([name for name in wanted if not any(name in candidates for candidates in found)])
    assert right / (right + wrong) >= 0.97
    assert right / (right + missed) >= 0.95


@pytest.mark.parametrize("word", ["à drumondvile ", "à st ", "a ", "Québec ", "à l'", "é\u0301"])
def test_a_long_message_is_read_within_a_quarter_of_a_second(extractor: TerritoryExtractor, word: str) -> None:
    text = (word * LONGEST_MESSAGE)[:LONGEST_MESSAGE]
    started = time.process_time()
    extractor.find(text)
    assert time.process_time() - started < 0.25


def test_the_model_keeps_the_data_it_was_trained_with(tmp_path: Path) -> None:
    storage, resource = LocalModelStorage.create(tmp_path), Resource("places")
    config = TerritoryExtractor.get_default_config()
    TerritoryExtractor(config, storage, resource).train(TrainingData([]))
    loaded = TerritoryExtractor.load({**config, "files": []}, storage, resource, None)
    assert places(loaded, "je reste à Amqui") == [["01/la-matapedia/amqui"]]
