"""Read the answer to "is anyone in danger now?": anything that is not a clear no is a signal.

"Oui", a doubt ("je sais pas", "bof"), an evasion ("pourquoi?") all reach a person.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from triage.risk_gate.folding import fold
from triage.risk_gate.views import open_elisions
from triage.risk_gate.words import split_words

ANSWERS_FILE = "answers_fr.yml"


class AnswerReader:
    """The closed lists of `answers_fr.yml`."""

    def __init__(self, clear: frozenset[str], requests: tuple[str, ...], doubts: frozenset[str], statut: str) -> None:
        self.statut = statut
        self._clear = clear
        self._longest = max(len(answer.split()) for answer in clear)
        self._requests = requests
        self._doubts = doubts

    @classmethod
    def load(cls, folder: Path) -> AnswerReader:
        data = yaml.safe_load((folder / ANSWERS_FILE).read_text(encoding="utf-8"))
        return cls(
            frozenset(_as_text(answer) for answer in data["non_clairs"]),
            tuple(_as_text(start) for start in data["debuts_de_demande"]),
            frozenset(map(str, data["doutes"])),
            str(data["statut"]),
        )

    def is_clear_no(self, text: str) -> bool:
        """True for a no of the closed list, alone or followed by a plain request."""
        if "?" in text and len(text.split()) <= 2:
            return False
        words = _as_text(text).split()
        if " ".join(words) in self._clear:
            return True
        for size in range(min(self._longest, len(words) - 1), 0, -1):
            if " ".join(words[:size]) in self._clear:
                return self._is_plain_request(words[size:])
        return False

    def _is_plain_request(self, words: list[str]) -> bool:
        rest = " ".join(words) + " "
        starts = any(rest.startswith(start + " ") for start in self._requests)
        return starts and not self._doubts.intersection(words)


def _as_text(text: str) -> str:
    words = open_elisions(split_words(fold(text)))
    return " ".join(word.text for word in words if word.text not in (".", "?"))
