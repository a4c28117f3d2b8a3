"""Reads every sentence, text and lexicon as the service does, and says which file is wrong.

Run in the service's Python: `.venv/bin/python -m setup.data_check`. Exit code 1 when one is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from api.widget_chat.texts import ChatTexts
from console.words import Words
from ivr.menu_texts import load_menu_texts
from ivr.simulated.page_texts import page_texts
from triage.directory.resources import Directory
from triage.handoff.ladder import Ladder
from triage.interventions.texts import Texts
from triage.interventions.types import Language
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.openings import without_opening
from triage.replies.build import Replies
from triage.risk_gate.answer import AnswerReader
from triage.risk_gate.frames import DATA, FrameReader
from triage.risk_gate.sentences import read_sentences
from triage.risk_gate.short_messages import read_short_messages

SENTENCES = Path("nlu_data/sentences")
READERS: dict[str, Callable[[], object]] = {
    "nlu_data/sentences": lambda: read_sentences(SENTENCES),
    "triage/risk_gate": FrameReader.load,
    "triage/risk_gate (answers)": lambda: AnswerReader.load(DATA),
    "triage/risk_gate (short messages)": read_short_messages,
    "triage/interventions (fr)": lambda: Texts.load(Language.FRENCH),
    "triage/directory": Directory.load,
    "triage/replies": Replies.load,
    "triage/nlu_route": ConfidenceThresholds.load,
    "triage/nlu_route (openings)": lambda: without_opening(""),
    "triage/handoff": Ladder.load,
    "ivr": load_menu_texts,
    "ivr/simulated": page_texts,
    "api/widget_chat": ChatTexts.load,
    "console": Words.load,
}


def refused(readers: dict[str, Callable[[], object]]) -> list[str]:
    """One line for each set of files that its reader refuses."""
    problems = []
    for place, read in readers.items():
        try:
            read()
        except (ValueError, KeyError, TypeError, AttributeError, OSError, yaml.YAMLError) as error:
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
