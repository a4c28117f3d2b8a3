"""Reads every sentence, text and lexicon as the service does, and says which file is wrong.

The labelled sentences are also compared with one another and counted: `setup/sentence_checks`. Run in the
service's Python: `.venv/bin/python -m setup.data_check`. Exit code 1 when anything is refused.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import yaml

from api.commands.evaluation.page import read_words
from api.commands.evaluation.targets import read_targets
from api.widget_chat.texts import ChatTexts
from bot.components.place_evidence import PlaceEvidence
from bot.components.territories import Territories
from bot.components.word_lists import WordLists
from console.words import Words
from ivr.answering_texts import load_answering_texts
from ivr.legs.numbers import never_dialled
from ivr.menu_texts import load_menu_texts
from ivr.partner_codes import partner_codes
from ivr.recordings import load_recordings
from ivr.simulated.page_texts import page_texts
from ivr.waiting_texts import load_waiting_texts
from setup.sentence_checks.lines import Refusal
from setup.sentence_checks.personal_data import Names
from setup.sentence_checks.run import NLU_DATA, Checked, check_sentences
from setup.sentence_checks.skeletons import read_function_words
from triage.directory.resources import Directory
from triage.handoff.callback_rules import CallbackRules
from triage.handoff.callback_script import load_callback_scripts
from triage.handoff.ladder import Ladder
from triage.handoff.wait_history import WaitScale
from triage.interventions.texts import Texts
from triage.interventions.types import Language
from triage.nlu_route.confidence import ConfidenceThresholds
from triage.nlu_route.openings import without_opening
from triage.replies.build import Replies
from triage.risk_gate.answer import AnswerReader
from triage.risk_gate.augmentation_data import AugmentationData
from triage.risk_gate.frames import DATA, FrameReader
from triage.risk_gate.short_messages import read_short_messages

TERRITORIES = NLU_DATA / "territories"

READERS: dict[str, Callable[[], object]] = {
    "triage/risk_gate": FrameReader.load,
    "triage/risk_gate (answers)": lambda: AnswerReader.load(DATA),
    "triage/risk_gate (short messages)": read_short_messages,
    "triage/risk_gate (augmentation)": AugmentationData.load,
    "setup/sentence_checks (function words)": read_function_words,
    "setup/sentence_checks (names)": Names.read,
    "triage/interventions (fr)": lambda: Texts.load(Language.FRENCH),
    "triage/directory": Directory.load,
    "triage/replies": Replies.load,
    "triage/nlu_route": ConfidenceThresholds.load,
    "triage/nlu_route (openings)": lambda: without_opening(""),
    "triage/handoff": Ladder.load,
    "triage/handoff (callback rules)": CallbackRules.load,
    "triage/handoff (callback script)": load_callback_scripts,
    "triage/handoff (wait ranges)": WaitScale.load,
    "ivr": load_menu_texts,
    "ivr (answering)": load_answering_texts,
    "ivr/legs (never dialled)": never_dialled,
    "ivr (partner codes)": partner_codes,
    "ivr/audio": load_recordings,
    "ivr (waiting)": load_waiting_texts,
    "ivr/simulated": page_texts,
    "api/widget_chat": ChatTexts.load,
    "console": Words.load,
    "api/commands/evaluation": read_words,
    "api/commands/evaluation (targets)": read_targets,
    "nlu_data (particulars)": lambda: WordLists.read(NLU_DATA),
    "nlu_data/territories": lambda: Territories.read(TERRITORIES),
    "nlu_data/territories (evidence)": lambda: PlaceEvidence.read(TERRITORIES),
}

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OSError, yaml.YAMLError)


def refused(readers: dict[str, Callable[[], object]]) -> list[str]:
    """One line for each set of files that its reader refuses."""
    problems = []
    for place, read in readers.items():
        try:
            read()
        except UNREADABLE as error:
            problems.append(f"{place} : {error}")
    return problems


def sentences_checked() -> Checked:
    """A file that cannot be read at all is a refusal like another."""
    try:
        return check_sentences(NLU_DATA)
    except UNREADABLE as error:
        return Checked([Refusal(None, f"{NLU_DATA} : {error}")], "")


def main() -> int:
    checked = sentences_checked()
    print(checked.balance, end="\n\n")
    problems = [*refused(READERS), *map(str, checked.refusals)]
    for problem in problems:
        print(problem)
    if problems:
        print(f"données : {len(problems)} refus")
    else:
        print(f"données : {NLU_DATA}, {', '.join(READERS)} : lisibles")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
