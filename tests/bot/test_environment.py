"""The combination of libraries that Rasa's environment holds together by hand."""

from __future__ import annotations

from importlib.metadata import version

import pytest


@pytest.mark.parametrize("module", ["tensorflow", "spacy", "ml_dtypes", "rasa", "rasa_sdk", "fr_core_news_md"])
def test_imports(module: str) -> None:
    __import__(module)


def test_overridden_versions_are_installed() -> None:
    assert version("rasa") == "3.6.21"
    assert version("numpy") == "1.23.5"
    assert tuple(map(int, version("ml-dtypes").split(".")[:2])) < (0, 6)
