"""The command as it is really started: from another folder, with the real models when they are there."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from api.commands.rasa_process import MODEL, RASA
from tests.fixtures.require import missing

ROOT = Path(__file__).resolve().parents[3]
RISK_MODEL = ROOT / "var" / "models" / "risk" / "head.npz"
MESSAGES = (
    {"id": "un", "text": "je veux mourir à soir 😔", "channel": "chat"},
    {"id": "deux", "text": "à quelle heure vous ouvrez?", "channel": "phone"},
)


def relais(folder: Path, *argv: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        return subprocess.run(
            [sys.executable, "-m", "api.commands.main", *argv],
            input=given,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "RELAIS_RASA_URL": f"http://127.0.0.1:{port}"} | settings,
            capture_output=True,
            encoding="utf-8",
            timeout=400,
            check=False,
        )


def lines(values: object) -> str:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)  # type: ignore[attr-defined]


@pytest.fixture
def _risk_model() -> None:
    if not RISK_MODEL.exists():
        missing("modèle de risque", "« make train » le fait")


@pytest.fixture
def _rasa(_risk_model: None) -> None:
    if not (RASA.exists() and MODEL.exists()):
        missing("modèle de langue", "« make train » le fait")


@pytest.mark.usefixtures("_risk_model")
def test_risk_only_needs_neither_rasa_nor_database(tmp_path: Path) -> None:
    done = relais(
        tmp_path,
        "triage",
        "--jsonl",
        "--risk-only",
        given=lines(MESSAGES),
        RELAIS_DATABASE_URL="sqlite+aiosqlite:////x",
    )
    assert (done.returncode, done.stderr) == (0, "")
    risk, calm = map(json.loads, done.stdout.splitlines())
    assert (risk["id"], risk["risk"], risk["route"]) == ("un", True, "handoff")
    assert all(MESSAGES[0]["text"][s["start"] : s["end"]] == s["quote"] for s in risk["signals"] if "quote" in s)
    assert calm["id"] == "deux"
    assert "type" not in calm


@pytest.mark.usefixtures("_risk_model")
def test_a_reader_that_leaves_is_no_error_of_ours(tmp_path: Path) -> None:
    command = f"'{sys.executable}' -m api.commands.main triage --jsonl --risk-only | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command],
        input=lines(MESSAGES * 400),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_no_web_or_database_library_is_loaded_to_say_the_risk() -> None:
    program = "import sys, api.commands.triage; print([m for m in sys.modules if m in %r])"
    heavy = ["sqlalchemy", "fastapi", "httpx", "twilio", "alembic", "sklearn"]
    done = subprocess.run(
        [sys.executable, "-c", program % heavy], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.rasa
@pytest.mark.usefixtures("_rasa")
def test_triage_starts_its_own_rasa_and_fills_the_type(tmp_path: Path) -> None:
    done = relais(tmp_path, "triage", "--jsonl", given=lines(MESSAGES))
    assert (done.returncode, done.stderr) == (0, "")
    risk, calm = map(json.loads, done.stdout.splitlines())
    assert risk["route"] == "handoff"
    assert (calm["type"], calm["confidence"] > 0.2, calm["route"]) == ("information", True, "bot")


@pytest.mark.rasa
@pytest.mark.usefixtures("_rasa")
def test_replay_plays_contacts_through_the_real_flow(tmp_path: Path) -> None:
    contact = {"id": "c", "channel": "chat", "turns": ["à quelle heure vous ouvrez?", "je veux mourir", "allo?"]}
    done = relais(tmp_path, "replay", "--jsonl", given=lines([contact, {"id": "vide"}]))
    assert (done.returncode, done.stderr) == (0, "")
    played, bad = map(json.loads, done.stdout.splitlines())
    assert [turn["handoff"] for turn in played["turns"]] == [False, True, True]
    assert [turn["reason"] for turn in played["turns"]] == [None, "risk", "risk"]
    assert [bool(turn["reply"]) for turn in played["turns"]] == [True, True, False]
    assert bad["line"] == 2
