"""The import contracts hold, and each one really catches a violation planted in a copy of the tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "console", "foundation", "ivr", "triage")

PLANTED = {
    "Doors above the heart, the heart above the foundation": [
        ("console/planted.py", "import ivr.signature\n"),
        ("triage/handoff/planted.py", "import console.routes\n"),
        ("foundation/planted.py", "import triage.turn\n"),
        ("ivr/planted.py", "import api.widget_chat\n"),
    ],
    "Conversation drives the steps, and steps do not call each other": [
        ("triage/handoff/planted.py", "import triage.record.service\n"),
        ("triage/risk_gate/planted.py", "import triage.handoff.service\n"),
        ("triage/record/planted.py", "import triage.conversation\n"),
    ],
    "The gate imports no network, database or web library": [
        ("triage/risk_gate/planted.py", "import httpx\n"),
        ("triage/interventions/planted.py", "import sqlalchemy\n"),
    ],
    "Twilio is known to the phone door only": [
        ("console/planted.py", "import twilio\n"),
        ("triage/handoff/planted.py", "import twilio.rest\n"),
    ],
    "Nothing of ours imports Rasa's side": [
        ("triage/nlu_route/planted.py", "import rasa\n"),
        ("api/planted.py", "import rasa_sdk\n"),
    ],
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-c",
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as lint; lint()",
        "--no-cache",
    ]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "vendor", "static")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(PLANTED)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("contract", "place", "violation"),
    [(name, place, code) for name, plants in PLANTED.items() for place, code in plants],
)
def test_a_planted_violation_breaks_its_contract(tree: Path, contract: str, place: str, violation: str) -> None:
    (tree / place).write_text(violation, encoding="utf-8")
    result = lint(tree)
    assert result.returncode != 0, "the violation was not seen"
    assert f"{contract} BROKEN" in result.stdout, result.stdout
