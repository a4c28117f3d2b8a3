"""What the extractors share: data that is checked and kept at training, and read as it was when the model is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_CONFIDENCE,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.data_files import DataRefused

MOST_CHARACTERS = 4_000


class ClosedDataExtractor(GraphComponent, EntityExtractorMixin):
    """An extractor that learns nothing: training checks its files and copies them into the model.

    `files` in the configuration are paths from the root, where Rasa is started. A subclass says what it reads in
    `read_data` and what it finds in `find`; only the first 4,000 characters of a text are read.
    """

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "ClosedDataExtractor":
        """A new extractor, without its data."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Check the files and keep them in the model. Raises DataRefused."""
        paths = [Path(path) for path in self._config["files"]]
        missing = [path for path in paths if not path.is_file()]
        if missing:
            raise DataRefused(f"{missing[0]} : fichier introuvable.")
        with self._model_storage.write_to(self._resource) as directory:
            for path in paths:
                shutil.copyfile(path, directory / path.name)
            self.read_data(directory)
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "ClosedDataExtractor":
        """The extractor of a stored model. Raises ValueError when the model has none."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as directory:
            component.read_data(directory)
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Add what is found to the entities of the messages, in place."""
        for message in messages:
            found = self.find((message.get(TEXT) or "")[:MOST_CHARACTERS])
            if found:
                entities = [*message.get(ENTITIES, []), *self.add_extractor_name(found)]
                message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def read_data(self, directory: Path) -> None:
        """Read the files, all in one folder. Raises DataRefused."""
        raise NotImplementedError

    def find(self, text: Text) -> List[Dict[Text, Any]]:
        """The entities of a text, in order, in Rasa's form."""
        raise NotImplementedError


def entity(kind: Text, value: Any, start: int, end: int, confidence: float = 1.0) -> Dict[Text, Any]:
    """One entity in Rasa's form; `start` and `end` are code points of the text, the confidence is in (0, 1]."""
    return {
        ENTITY_ATTRIBUTE_TYPE: kind,
        ENTITY_ATTRIBUTE_VALUE: value,
        ENTITY_ATTRIBUTE_START: start,
        ENTITY_ATTRIBUTE_END: end,
        ENTITY_ATTRIBUTE_CONFIDENCE: round(confidence, 4),
    }
