"""A message often opens with a greeting: the subject is what follows it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

OPENINGS = Path(__file__).parent / "openings_fr.yml"
FEWEST_WORDS_LEFT = 2


@cache
def _pattern(path: Path) -> re.Pattern[str]:
    words = yaml.safe_load(path.read_text(encoding="utf-8"))["openings"]
    longest_first = sorted((re.escape(str(word)) for word in words), key=len, reverse=True)
    return re.compile(rf"^\s*(?:{'|'.join(longest_first)})(?=[\s,.!:;–-])[\s,.!:;–-]*", re.IGNORECASE)


def without_opening(text: str) -> str:
    """The text after its greeting, or the text itself when hardly anything else is said."""
    rest = _pattern(OPENINGS).sub("", text, count=1)
    return rest if len(rest.split()) >= FEWEST_WORDS_LEFT else text
