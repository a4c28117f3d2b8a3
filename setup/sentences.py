"""What a developer reads, from sentences_fr.json."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Dict

FILE = Path(__file__).with_name("sentences_fr.json")


@lru_cache(maxsize=1)
def _sentences() -> Dict[str, str]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def sentence(key: str, **fields: object) -> str:
    """The sentence with its fields filled; KeyError for an unknown key or a field left out."""
    return _sentences()[key].format(**fields)


class SetupProblem(Exception):
    """Set-up cannot go on; its text is one sentence that says what to do about it."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(sentence(key, **fields))
        self.key = key
