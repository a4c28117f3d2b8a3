"""`make check-data` leaves no text of the repository unread, and names the file that is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from setup.data_check import refused

ROOT = Path(__file__).resolve().parents[2]
# A process of its own: here, what other tests have read is kept and would not be opened again.
OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from setup.data_check import main
code = main()
print(*(path for path in opened if path.endswith(".yml")), sep="\\n")
sys.exit(code)
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
