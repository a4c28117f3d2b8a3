"""A greeting before the subject is set aside; a greeting alone stays one."""

from __future__ import annotations

import pytest

from triage.nlu_route.openings import without_opening


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Bonjour, c'est quoi vos heures?", "c'est quoi vos heures?"),
        ("allô! mon ado dort plus", "mon ado dort plus"),
        ("Bonjour madame, je cherche un médecin", "je cherche un médecin"),
        ("Bonjour", "Bonjour"),
        ("Bonjour à vous", "à vous"),
        ("bonjour!", "bonjour!"),
        ("Hibou perdu dans ma cour", "Hibou perdu dans ma cour"),
        ("je dis bonjour à mes voisins", "je dis bonjour à mes voisins"),
    ],
)
def test_the_subject_is_what_follows_the_greeting(text: str, subject: str) -> None:
    assert without_opening(text) == subject
