from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from console.words import FOLDER, Words
from triage.interventions.texts import TextFileError


def copied(folder: Path) -> Path:
    for file in FOLDER.glob("*_fr.yml"):
        shutil.copy(file, folder)
    return folder


def test_the_words_of_the_console_are_complete() -> None:
    words = Words.load()
    assert words.kinds["suicide"] == "Suicide"
    assert words.demo.startswith("Démonstration : personne ne répond ici.")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("kinds_fr.yml", "  silent_code:"),
        ("console_fr.yml", "  imminent:"),
        ("console_fr.yml", "demo:"),
        ("dispositions_fr.yml", "statut:"),
    ],
)
def test_a_missing_word_is_seen_at_start(tmp_path: Path, file: str, line: str) -> None:
    changed = copied(tmp_path) / file
    kept = [text for text in changed.read_text(encoding="utf-8").splitlines() if not text.startswith(line)]
    changed.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(TextFileError, match=file):
        Words.load(tmp_path)
