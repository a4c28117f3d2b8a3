"""Reading the data files that people edit. Nothing of Rasa here: `make check-data` reads them too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Text

import yaml


class DataRefused(ValueError):
    """A data file cannot be used; the message, in French, names the file and what is wrong."""


class _OneOfEach(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys in silence: a list would be lost."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Dict[Any, Any]:
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"« {key} » est là deux fois, ligne {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> Dict[Text, Any]:
    """A YAML file whose top is a mapping. Raises DataRefused."""
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneOfEach)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataRefused(f"{path.name} : illisible ({error}).") from error
    if not isinstance(document, dict):
        raise DataRefused(f"{path.name} : des rubriques « nom: liste » sont attendues.")
    return document


def texts(place: Text, value: object) -> List[Text]:
    """A list of texts that are not empty. Raises DataRefused."""
    if not isinstance(value, list) or not value:
        raise DataRefused(f"{place} : une liste est attendue.")
    for entry in value:
        if not isinstance(entry, str) or not entry.strip():
            raise DataRefused(f"{place} : « {entry} » n'est pas un texte (mettez des guillemets).")
    return value
