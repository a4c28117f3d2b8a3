"""Two linear models, one over the groups that Rasa calls intents and one over all subtopics."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import (
    ENTITIES,
    FEATURE_TYPE_SENTENCE,
    INTENT,
    INTENT_RESPONSE_KEY,
    METADATA,
    METADATA_EXAMPLE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, diags, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

INTENT_RANKING = "intent_ranking"
SUBTOPIC_RANKING = "subtopic_ranking"
PERSON_SUBTOPIC = "conversation/personne"
PERSON_ENTITY = "asks_person"
MODEL_FILE = "subtopics.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class SubtopicClassifier(GraphComponent, IntentClassifier):
    """Logistic regressions on counts (weighted by rarity) and on the sentence vectors (standardised).

    The confidence of a group is the mean of what the two models give it; the confidences of its subtopics
    are scaled to add up to it. A parsed message gets, all confidences being probabilities:
    - `intent_ranking`: the groups, best first, summing to 1;
    - `intent`: the first of them;
    - `subtopic_ranking`: every trained subtopic as `group/name`, best first, summing to 1;
    - the entity `asks_person` when the best subtopic is `conversation/personne`.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Featurizers come first."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`regularisation` is scikit-learn's C; `vector_length` and `count_length` are how long each part is made.

        `risk_weight` is what an example marked `risk` weighs, others weighing 1.
        """
        return {
            "regularisation": 0.2,
            "vector_length": 10.0,
            "count_length": 2.0,
            "risk_weight": 0.5,
            "max_iter": 300,
        }

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._learnt: Dict[Text, np.ndarray] = {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SubtopicClassifier":
        """A new untrained classifier."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example that has a subtopic, and keep the result in the model."""
        examples = [example for example in training_data.intent_examples if example.get(INTENT_RESPONSE_KEY)]
        counts, vectors = _stack_features(examples)
        self._learnt = {f"rarity_{index}": _rarity(block) for index, block in enumerate(counts)}
        self._learnt["centre"] = vectors.mean(axis=0)
        self._learnt["spread"] = vectors.std(axis=0) + 1e-6
        features = self._weigh(counts, vectors)
        weights = [self._config["risk_weight"] if _is_risk(example) else 1.0 for example in examples]
        self._fit("subtopics", features, [example.get(INTENT_RESPONSE_KEY) for example in examples], weights)
        self._fit("groups", features, [example.get(INTENT) for example in examples], weights)
        with self._model_storage.write_to(self._resource) as directory:
            np.savez_compressed(directory / MODEL_FILE, **self._learnt)
        return self._resource

    def _fit(self, name: Text, features: csr_matrix, labels: List[Text], weights: List[float]) -> None:
        # A balanced weight: otherwise the subtopics with most sentences swallow the short questions.
        model = LogisticRegression(
            C=self._config["regularisation"], max_iter=self._config["max_iter"], class_weight="balanced"
        )
        model.fit(features, labels, sample_weight=weights)
        self._learnt[f"{name}_labels"] = model.classes_.astype(str)
        self._learnt[f"{name}_coefficients"] = model.coef_.astype(np.float32)
        self._learnt[f"{name}_intercepts"] = model.intercept_

    def process(self, messages: List[Message]) -> List[Message]:
        """Read the messages, in place."""
        for message in messages:
            counts, vectors = _stack_features([message])
            features = self._weigh(counts, vectors)
            groups, subtopics = _reconcile(
                self._probabilities("groups", features), self._probabilities("subtopics", features)
            )
            _annotate(message, groups, subtopics)
        return messages

    def _weigh(self, counts: List[csr_matrix], vectors: np.ndarray) -> csr_matrix:
        # Each featurizer's block has the same length, so that the many letter counts do not drown the words.
        blocks = [
            normalize(block.astype(np.float64).log1p() @ diags(self._learnt[f"rarity_{index}"]))
            * self._config["count_length"]
            for index, block in enumerate(counts)
        ]
        standard = (vectors - self._learnt["centre"]) / (self._learnt["spread"] * np.sqrt(vectors.shape[1]))
        return hstack([*blocks, csr_matrix(standard * self._config["vector_length"])], format="csr")

    def _probabilities(self, name: Text, features: csr_matrix) -> Dict[Text, float]:
        coefficients, intercepts = self._learnt[f"{name}_coefficients"], self._learnt[f"{name}_intercepts"]
        logits = (features @ coefficients.T)[0] + intercepts
        weights = np.exp(logits - logits.max())
        labels = self._learnt[f"{name}_labels"]
        return {str(label): float(weight) for label, weight in zip(labels, weights / weights.sum(), strict=True)}

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "SubtopicClassifier":
        """The trained classifier of a stored model. Raises ValueError when the model has none."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory, np.load(directory / MODEL_FILE) as stored:
            component._learnt = dict(stored)
        return component


def _is_risk(example: Message) -> bool:
    return bool((example.get(METADATA) or {}).get(METADATA_EXAMPLE, {}).get("risk"))


def _stack_features(messages: List[Message]) -> Tuple[List[csr_matrix], np.ndarray]:
    counts: List[List[csr_matrix]] = []
    vectors = []
    for message in messages:
        sentence = [
            features
            for features in message.features
            if features.attribute == TEXT and features.type == FEATURE_TYPE_SENTENCE
        ]
        sparse = [csr_matrix(features.features) for features in sentence if features.is_sparse()]
        dense = [np.asarray(features.features) for features in sentence if features.is_dense()]
        if not sparse and not dense:
            raise ValueError("SubtopicClassifier needs a sentence feature")
        counts.append(sparse)
        vectors.append(np.hstack(dense) if dense else np.zeros((1, 0)))
    return [vstack(block, format="csr") for block in zip(*counts, strict=True)], np.vstack(vectors)


def _rarity(counts: csr_matrix) -> np.ndarray:
    appearances = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.log((1 + counts.shape[0]) / (1 + appearances)) + 1


def _reconcile(direct: Dict[Text, float], subtopics: Dict[Text, float]) -> Tuple[Dict[Text, float], Dict[Text, float]]:
    summed = dict.fromkeys(direct, 0.0)
    for subtopic, confidence in subtopics.items():
        summed[_group(subtopic)] += confidence
    groups = {group: (direct[group] + summed[group]) / 2 for group in direct}
    scaled = {
        subtopic: confidence * groups[_group(subtopic)] / max(summed[_group(subtopic)], 1e-12)
        for subtopic, confidence in subtopics.items()
    }
    return groups, scaled


def _group(subtopic: Text) -> Text:
    return subtopic.split("/")[0]


def _annotate(message: Message, groups: Dict[Text, float], subtopics: Dict[Text, float]) -> None:
    group_ranking = _ranked(groups)
    subtopic_ranking = _ranked(subtopics)
    message.set(INTENT, group_ranking[0], add_to_output=True)
    message.set(INTENT_RANKING, group_ranking, add_to_output=True)
    message.set(SUBTOPIC_RANKING, subtopic_ranking, add_to_output=True)
    best = subtopic_ranking[0]
    if best["name"] == PERSON_SUBTOPIC:
        asked = {"entity": PERSON_ENTITY, "value": best["name"], "confidence_entity": best["confidence"]}
        message.set(ENTITIES, [*message.get(ENTITIES, []), asked], add_to_output=True)


def _ranked(confidences: Dict[Text, float]) -> List[Dict[Text, Any]]:
    ordered = sorted(confidences.items(), key=lambda item: -item[1])
    return [{"name": name, "confidence": confidence} for name, confidence in ordered]
