"""The answers to "is anyone in danger now?"."""

from __future__ import annotations

import pytest

from triage.risk_gate.answer import AnswerReader
from triage.risk_gate.frames import DATA


@pytest.fixture(scope="module")
def answers() -> AnswerReader:
    return AnswerReader.load(DATA)


@pytest.mark.parametrize(
    "text",
    ["non", "Non.", "NON!!!", "nooon", "Non merci", "pas du tout", "Non, personne n'est en danger.", "no", "nobody",
     "Non, je veux juste un rendez-vous", "non, merci. ça va"],
)  # fmt: skip
def test_a_clear_no(answers: AnswerReader, text: str) -> None:
    assert answers.is_clear_no(text)


@pytest.mark.parametrize(
    "text",
    ["oui", "peut-être", "je sais pas", "bof", "non?", "pas vraiment", "non mais j'ai peur", "pourquoi?", "", "...",
     "non, pas moi", "pas pour l'instant", "non je pense pas", "je veux un rendez-vous", "👍",
     "non, je veux dire oui peut-être", "ça dépend"],
)  # fmt: skip
def test_all_the_rest_is_not(answers: AnswerReader, text: str) -> None:
    assert not answers.is_clear_no(text)
