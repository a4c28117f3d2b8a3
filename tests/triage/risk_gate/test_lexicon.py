"""A wrong data file is refused with the file and the entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.risk_gate.lexicon import LexiconError, load_lexicon

GOOD = """
statut: non validé
mots:
  fin: [la fin, le bout]
cadres:
  - id: un
    kind: suicide
    level: risk
    phrases: ["c'est ~2 {fin}"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "frames.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pattern_in_natural_french_matches_the_form_of_a_view(tmp_path: Path) -> None:
    (frame,) = load_lexicon(written(tmp_path, GOOD)).frames
    assert frame.pattern.search(" ce est vraiment la fin ")
    assert not frame.pattern.search(" ce est pas la fin ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("statut: non validé", "", "statut"),
        ("kind: suicide", "kind: tristesse", "un"),
        ("level: risk", "level: grave", "un"),
        ("{fin}", "{debut}", "debut"),
        ("~2 {fin}", ".* {fin}", "repetitions"),
        ("~2 {fin}", "(a+) {fin}", "repetitions"),
        ("{fin}", "(", "pattern"),
        ('["c\'est ~2 {fin}"]', "[]", "phrases"),
        ("level: risk", "level: risk\n    cede_a: [lune]", "lune"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(LexiconError, match=said):
        load_lexicon(written(tmp_path, GOOD.replace(old, new)))


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    twice = GOOD + "  - id: un\n    kind: medical\n    level: risk\n    phrases: [fin]\n"
    with pytest.raises(LexiconError, match="twice"):
        load_lexicon(written(tmp_path, twice))


def test_a_circle_of_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="circle"):
        load_lexicon(written(tmp_path, GOOD.replace("[la fin, le bout]", '["{fin}"]')))
