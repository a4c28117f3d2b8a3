"""The vector of the sentence encoder that the set-up builds for the risk gate, as a dense feature."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List, Text, Type

import numpy as np
import onnxruntime
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer as RasaTokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer

CARD_FILE = "encoder.json"
GRAPH_FILE = "encoder.onnx"
TOKENISER_FILE = "tokenizer.json"
PREFIX = "query: "


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVectors(DenseFeaturizer, GraphComponent):
    """Gives each message the means of the encoder's pooled layers, float32 of shape (1, layers * hidden).

    `folder` holds encoder.json, encoder.onnx and tokenizer.json. A text longer than `most_pieces` is read to there.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Rasa gives sentence features to tokenised messages only."""
        return [RasaTokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`threads` of onnxruntime; the folder is relative to where Rasa is started, the root."""
        return {**DenseFeaturizer.get_default_config(), "folder": "var/models/risk", "most_pieces": 96, "threads": 1}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Raises FileNotFoundError when the set-up has not built the encoder."""
        super().__init__(name, config)
        folder = Path(config["folder"])
        missing = [file for file in (CARD_FILE, GRAPH_FILE, TOKENISER_FILE) if not (folder / file).is_file()]
        if missing:
            raise FileNotFoundError(f"the sentence encoder has no {missing[0]}: run `make setup`")
        self._layers = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))["layers"]
        self._tokeniser = Tokenizer.from_file(str(folder / TOKENISER_FILE))
        self._tokeniser.enable_truncation(config["most_pieces"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = config["threads"]
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH_FILE), sess_options=options, providers=["CPUExecutionProvider"]
        )

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceVectors":
        """Ready at once: nothing is learnt here."""
        return cls(config, execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """A vector for each example, on every core: nobody waits for another message meanwhile."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for _ in pool.map(self._give_vector, training_data.training_examples):
                pass
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """A vector for each message, in place."""
        for message in messages:
            self._give_vector(message)
        return messages

    def _give_vector(self, message: Message) -> None:
        vector = self.vector(message.get(TEXT) or "")
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))

    def vector(self, text: Text) -> np.ndarray:
        """float32 of shape (1, layers * hidden), each layer's part of length 1."""
        ids = self._tokeniser.encode(PREFIX + text).ids
        (means,) = self._session.run(None, {"pieces": np.asarray(ids, dtype=np.int64)})
        parts = np.asarray(means, dtype=np.float32).reshape(self._layers, -1)
        lengths = np.maximum(np.linalg.norm(parts, axis=1, keepdims=True), 1e-12)
        return (parts / lengths).reshape(1, -1)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Raises ValueError for a limit that leaves no text."""
        if config["most_pieces"] < 16 or config["threads"] < 1:
            raise ValueError("SentenceVectors reads at least 16 pieces, on at least one thread")
