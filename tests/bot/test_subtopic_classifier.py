"""The classifier on a handful of made-up features, through Rasa's own storage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from bot.components.subtopic_classifier import SubtopicClassifier

SUBTOPICS = ["information/heures", "crise/suicide", "crise/panique", "conversation/personne"]
SAMPLE = Path("tests/contracts/rasa_parse_answer.json")


def message(word: int, subtopic: str | None = None, risk: bool = False) -> Message:
    """A message of one word out of as many words as there are subtopics."""
    made = Message.build("texte", subtopic, example_metadata={"risk": risk}) if subtopic else Message.build("t")
    counts = np.zeros((1, len(SUBTOPICS)))
    counts[0, word] = 1
    vector = np.full((1, 3), 0.5)
    for kind in (FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE):
        made.add_features(Features(csr_matrix(counts), kind, TEXT, "counts"))
        made.add_features(Features(vector, kind, TEXT, "vector"))
    return made


def training_data(noise: bool = False) -> TrainingData:
    examples = [message(word, name) for word, name in enumerate(SUBTOPICS) for _ in range(3)]
    if noise:
        examples += [message(0, "crise/suicide", risk=True) for _ in range(4)]
    return TrainingData(examples)


def classifier(storage: LocalModelStorage, **changes: object) -> SubtopicClassifier:
    config = {**SubtopicClassifier.get_default_config(), "regularisation": 10.0, **changes}
    return SubtopicClassifier(config, storage, Resource("classifier"))


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


@pytest.fixture
def trained(storage: LocalModelStorage) -> SubtopicClassifier:
    built = classifier(storage)
    built.train(training_data())
    return built


@pytest.mark.parametrize("word", range(len(SUBTOPICS)))
def test_each_word_is_read_as_its_subtopic(trained: SubtopicClassifier, word: int) -> None:
    (read,) = trained.process([message(word)])
    assert read.get("subtopic_ranking")[0]["name"] == SUBTOPICS[word]
    assert read.get("intent")["name"] == SUBTOPICS[word].split("/")[0]


def test_rankings_are_probabilities_that_agree(trained: SubtopicClassifier) -> None:
    (read,) = trained.process([message(1)])
    groups = {entry["name"]: entry["confidence"] for entry in read.get("intent_ranking")}
    subtopics = {entry["name"]: entry["confidence"] for entry in read.get("subtopic_ranking")}
    assert sum(groups.values()) == pytest.approx(1)
    for group, confidence in groups.items():
        inside = sum(value for name, value in subtopics.items() if name.startswith(f"{group}/"))
        assert inside == pytest.approx(confidence)
    assert [entry["confidence"] for entry in read.get("subtopic_ranking")] == sorted(subtopics.values(), reverse=True)


def test_answer_has_what_the_service_reads(trained: SubtopicClassifier) -> None:
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    (read,) = trained.process([message(0)])
    output = read.as_dict(only_output_properties=True)
    for key in ("intent_ranking", "subtopic_ranking"):
        assert set(output[key][0]) == set(sample[key][0]) == {"name", "confidence"}
        json.dumps(output[key])


def test_asking_for_a_person_is_marked_for_the_rule(trained: SubtopicClassifier) -> None:
    asked, other = trained.process([message(3), message(0)])
    assert [entity["entity"] for entity in asked.get("entities")] == ["asks_person"]
    assert not other.get("entities")


def test_stored_classifier_reads_alike(trained: SubtopicClassifier, storage: LocalModelStorage) -> None:
    config = SubtopicClassifier.get_default_config()
    loaded = SubtopicClassifier.load(config, storage, Resource("classifier"), None)
    (before,), (after,) = trained.process([message(2)]), loaded.process([message(2)])
    assert before.get("subtopic_ranking") == after.get("subtopic_ranking")


def test_model_without_a_classifier_is_refused(storage: LocalModelStorage) -> None:
    with pytest.raises(ValueError, match="absent"):
        SubtopicClassifier.load({}, storage, Resource("absent"), None)


def test_risk_sentences_weigh_what_the_config_says(tmp_path: Path) -> None:
    confidences = []
    for number, weight in enumerate((1.0, 0.1)):
        folder = tmp_path / str(number)
        folder.mkdir()
        built = classifier(LocalModelStorage.create(folder), risk_weight=weight)
        built.train(training_data(noise=True))
        (read,) = built.process([message(0)])
        confidences.append({e["name"]: e["confidence"] for e in read.get("subtopic_ranking")}["crise/suicide"])
    assert confidences[1] < confidences[0]


def test_missing_features_are_refused(trained: SubtopicClassifier) -> None:
    with pytest.raises(ValueError, match="sentence feature"):
        trained.process([Message.build("sans traits")])
