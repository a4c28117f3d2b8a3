"""`make check-data` leaves no text of the repository unread, and names the file that is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from setup import data_check
from setup.data_check import refused
from setup.sentence_checks.lines import Place, Refusal
from setup.sentence_checks.run import Checked

ROOT = Path(__file__).resolve().parents[2]
# A process of its own: here, what other tests have read is kept and would not be opened again.
OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from setup.data_check import READERS, refused
problems = refused(READERS)
print(*(path for path in opened if path.endswith(".yml")), sep="\\n")
sys.exit("\\n".join(problems) or 0)
"""


def test_every_tracked_text_is_opened() -> None:
    listed = ["git", "ls-files", "*_fr.yml", "*_en.yml"]
    tracked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    checked = subprocess.run([sys.executable, "-c", OPENED], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    opened = {str((ROOT / line).resolve()) for line in checked.stdout.splitlines()}
    assert tracked
    assert [path for path in tracked if str(ROOT / path) not in opened] == []


def test_a_file_that_is_no_yaml_is_refused_by_its_place() -> None:
    problems = refused({"here": lambda: yaml.safe_load("a: [1"), "there": dict})
    assert [problem.partition(" :")[0] for problem in problems] == ["here"]


def test_a_refused_sentence_is_printed_with_its_place_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = Checked([Refusal(Place("a01.jsonl", 3), "même texte que a02.jsonl:1")], "les comptes")
    monkeypatch.setattr(data_check, "READERS", {})
    monkeypatch.setattr(data_check, "check_sentences", lambda _: checked)
    assert data_check.main() == 1
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "les comptes"
    assert "a01.jsonl:3 : même texte que a02.jsonl:1" in printed


def test_sentences_without_a_fault_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_check, "READERS", {})
    monkeypatch.setattr(data_check, "check_sentences", lambda _: Checked([], ""))
    assert data_check.main() == 0


def test_a_folder_that_cannot_be_read_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(data_check, "READERS", {})
    monkeypatch.setattr(data_check, "NLU_DATA", tmp_path)
    assert data_check.main() == 1
    assert "subtopics.yml" in capsys.readouterr().out
