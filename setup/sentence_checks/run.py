"""Every check of the sentences, over one folder like `nlu_data`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from setup.sentence_checks.authors import AuthorsWrong, check_authors, read_authors
from setup.sentence_checks.balance import balance, check_coverage
from setup.sentence_checks.beginnings import check_beginnings
from setup.sentence_checks.lines import LabelledLine, Refusal, read_lines
from setup.sentence_checks.near_duplicates import check_duplicates
from setup.sentence_checks.personal_data import Names, check_personal_data, read_public_numbers
from setup.sentence_checks.skeletons import check_skeletons, read_function_words
from triage.risk_gate.sentences import read_subtopics

NLU_DATA = Path("nlu_data")


@dataclass(frozen=True)
class Checked:
    """`refusals` in the order of the checks, and the tables of `balance`."""

    refusals: list[Refusal]
    balance: str


def check_sentences(folder: Path = NLU_DATA) -> Checked:
    """Read `sentences/*.jsonl`, `subtopics.yml` and `authors.yml` of the folder, and check all of it.

    Raises ValueError or OSError when a file cannot be read at all.
    """
    lines, refusals = read_lines(folder / "sentences", folder / "subtopics.yml")
    subtopics = read_subtopics(folder / "subtopics.yml")
    refusals += _refused_authors(lines, folder / "authors.yml")
    refusals += check_duplicates(lines)
    refusals += check_beginnings(lines)
    refusals += check_skeletons(lines, read_function_words())
    refusals += check_personal_data(lines, read_public_numbers(), Names.read())
    refusals += check_coverage(lines, subtopics)
    return Checked(refusals, balance(lines, subtopics))


def _refused_authors(lines: list[LabelledLine], path: Path) -> list[Refusal]:
    try:
        return check_authors(lines, read_authors(path))
    except AuthorsWrong as error:
        return [Refusal(None, str(error))]
