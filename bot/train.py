"""Trains Rasa's model when what it learns from has changed.

Run from anywhere, in Rasa's Python: `bot/.venv/bin/python bot/train.py`. Exit code 0: the model in
var/models/rasa is up to date.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.generate_training import SentenceRefused, generate

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "var" / "models" / "rasa"
MODEL = MODELS / "relais.tar.gz"
TRAINED_DIGEST = MODELS / "relais.digest"
LOG = ROOT / "var" / "rasa" / "training.log"
STEP = "rasa.engine.training.hooks"
RASA_TRAIN = (
    *("-m", "rasa", "train", "--force"),
    *("--data", "var/rasa/nlu.json", "nlu_data/rules"),
    *("--domain", "bot/domain", "--config", "bot/config.yml"),
    *("--out", "var/models/rasa", "--fixed-model-name", "relais"),
)


def main() -> int:
    """Generate, compare, train; returns the exit code."""
    try:
        wanted = generate()
    except SentenceRefused as refusal:
        say(str(refusal))
        return 1
    if MODEL.exists() and TRAINED_DIGEST.exists() and TRAINED_DIGEST.read_text(encoding="ascii").strip() == wanted:
        say("the language model is up to date")
        return 0
    LOG.unlink(missing_ok=True)
    say("training the language model (a minute or two)")
    started = time.monotonic()
    trained = run(*RASA_TRAIN)
    if trained or not MODEL.exists():
        say(f"training failed: see {LOG.relative_to(ROOT)}")
        return trained or 1
    TRAINED_DIGEST.write_text(wanted + "\n", encoding="ascii")
    say(f"trained in {time.monotonic() - started:.0f} s")
    return 0


def run(*arguments: str) -> int:
    """Run this Python from the root; all that it says goes to var/rasa/training.log, the steps are shown."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(ROOT / "var" / "rasa" / "cache"),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    command = [sys.executable, "-u", *arguments]
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            if STEP in line:
                say("  " + line.split(STEP, 1)[1].strip(" -\n"))
    return process.returncode


def say(line: str) -> None:
    """Progress, for whoever waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
