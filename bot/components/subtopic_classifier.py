"""One linear model over all subtopics; the groups that Rasa calls intents are their sums."""

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
    """A logistic regression over the subtopics, on the main directions of the sentence vectors.

    Counts, when the pipeline has some, are weighed by rarity and set beside. The confidence of a group is the sum
    of those of its subtopics. A parsed message gets, all confidences being probabilities:
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

        `directions` of the vectors are kept, the main ones. `risk_weight` is what an example marked `risk` weighs,
        others weighing 1.
        """
        return {
            "regularisation": 0.05,
            "directions": 256,
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
        self._learnt["scale"] = self._config["vector_length"] / (
            (vectors.std(axis=0) + 1e-6) * np.sqrt(max(vectors.shape[1], 1))
        )
        self._learnt["directions"] = _main_directions(self._standard(vectors), self._config["directions"])
        weights = [self._config["risk_weight"] if _is_risk(example) else 1.0 for example in examples]
        self._fit(self._weigh(counts, vectors), [example.get(INTENT_RESPONSE_KEY) for example in examples], weights)
        with self._model_storage.write_to(self._resource) as directory:
            np.savez_compressed(directory / MODEL_FILE, **self._learnt)
        return self._resource

    def _fit(self, features: Any, labels: List[Text], weights: List[float]) -> None:
        # A balanced weight: otherwise the subtopics with most sentences swallow the short questions.
        model = LogisticRegression(
            C=self._config["regularisation"], max_iter=self._config["max_iter"], class_weight="balanced"
        )
        model.fit(features, labels, sample_weight=weights)
        self._learnt["labels"] = model.classes_.astype(str)
        self._learnt["coefficients"] = model.coef_.astype(np.float32)
        self._learnt["intercepts"] = model.intercept_

    def process(self, messages: List[Message]) -> List[Message]:
        """Read the messages, in place."""
        for message in messages:
            counts, vectors = _stack_features([message])
            _annotate(message, self._probabilities(self._weigh(counts, vectors)))
        return messages

    def _standard(self, vectors: np.ndarray) -> np.ndarray:
        return np.asarray((vectors - self._learnt["centre"]) * self._learnt["scale"])

    def _weigh(self, counts: List[csr_matrix], vectors: np.ndarray) -> Any:
        dense = self._standard(vectors) @ self._learnt["directions"]
        if not counts:
            return dense
        # Each featurizer's block has the same length, so that the many letter counts do not drown the words.
        blocks = [
            normalize(block.astype(np.float64).log1p() @ diags(self._learnt[f"rarity_{index}"]))
            * self._config["count_length"]
            for index, block in enumerate(counts)
        ]
        return hstack([*blocks, csr_matrix(dense)], format="csr")

    def _probabilities(self, features: Any) -> Dict[Text, float]:
        logits = np.asarray(features @ self._learnt["coefficients"].T)[0] + self._learnt["intercepts"]
        weights = np.exp(logits - logits.max())
        shares = weights / weights.sum()
        return {str(label): float(share) for label, share in zip(self._learnt["labels"], shares, strict=True)}

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


def _main_directions(standard: np.ndarray, most: int) -> np.ndarray:
    """(dimensions, kept): the eigenvectors of the largest spreads."""
    _, directions = np.linalg.eigh(standard.T.astype(np.float64) @ standard)
    return directions[:, ::-1][:, :most]


def _group(subtopic: Text) -> Text:
    return subtopic.split("/")[0]


def _annotate(message: Message, subtopics: Dict[Text, float]) -> None:
    groups: Dict[Text, float] = {}
    for subtopic, confidence in subtopics.items():
        groups[_group(subtopic)] = groups.get(_group(subtopic), 0.0) + confidence
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
