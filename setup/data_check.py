"""Reads every sentence, text and lexicon as the service does, and says which file is wrong.

Run in the service's Python: `.venv/bin/python -m setup.data_check`. Exit code 1 when one is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from console.words import Words
from ivr.menu_texts import load_menu_texts
from triage.directory.resources import Directory
from triage.interventions.texts import Texts
from triage.interventions.types import Language
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.replies.build import Replies
from triage.risk_gate.frames import FrameReader
from triage.risk_gate.sentences import read_sentences

SENTENCES = Path("nlu_data/sentences")
READERS: dict[str, Callable[[], object]] = {
    "nlu_data/sentences": lambda: read_sentences(SENTENCES),
    "triage/risk_gate": FrameReader.load,
    "triage/interventions (fr)": lambda: Texts.load(Language.FRENCH),
    "triage/directory": Directory.load,
    "triage/replies": Replies.load,
    "triage/nlu_route": ConfidenceThresholds.load,
    "ivr": load_menu_texts,
    "console": Words.load,
}


def refused(readers: dict[str, Callable[[], object]]) -> list[str]:
    """One line for each set of files that its reader refuses."""
    problems = []
    for place, read in readers.items():
        try:
            read()
        except (ValueError, KeyError, OSError) as error:
            problems.append(f"{place} : {error}")
    return problems


def main() -> int:
    problems = refused(READERS)
    for problem in problems:
        print(problem)
    if not problems:
        print("données : " + ", ".join(READERS) + " : lisibles")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
