"""The page that people read: one file, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.commands.evaluation import charts
from api.commands.evaluation.french_numbers import NOT_MEASURED, decimal, in_unit, milliseconds, percent, whole

FOLDER = Path(__file__).parent
PAGE = "evaluation.html"
WORDS_FILE = FOLDER / "words.yml"


def render(document: Mapping[str, Any]) -> str:
    """The page of a document made by `make_document`, or read back from evaluation.json."""
    return _environment().get_template(PAGE).render(document=document)


def read_words(path: Path = WORDS_FILE) -> dict[str, dict[str, str]]:
    """The French names of what the document holds, by section. Raises a YAMLError, or AttributeError for a list."""
    return {str(section): dict(names.items()) for section, names in yaml.safe_load(path.read_text("utf-8")).items()}


def _environment() -> Environment:
    words = read_words()

    def say(section: str, name: str) -> str:
        """A name that has no French word shows as it is: a new kind must not hide the figures."""
        return str(words[section].get(name, name.replace("_", " ")))

    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        decimal=decimal, percent=percent, milliseconds=milliseconds, whole=whole, in_unit=in_unit
    )
    environment.globals.update(say=say, charts=charts, not_measured=NOT_MEASURED)
    return environment
