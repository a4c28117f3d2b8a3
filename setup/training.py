"""What is learnt from nlu_data: the risk gate's head and the bot's model, again when their inputs change."""

from __future__ import annotations

import shutil

from setup.commands import run_logged
from setup.places import BOT_ENVIRONMENT, LOCKS, MAIN_ENVIRONMENT, ROOT, VAR, python_of
from setup.sentences import sentence
from setup.stamps import Stamp
from setup.step import Step, Tick

RISK_MODEL = VAR / "models" / "risk"
RASA_MODEL = VAR / "models" / "rasa" / "relais.tar.gz"
NLU_DATA = ROOT / "nlu_data"
ENCODER_FILES = ("encoder.onnx", "encoder.json", "tokenizer.json")


def risk_step() -> Step:
    """The encoder is built and the risk head trained, beside the one in use, which is then replaced."""
    gate = ROOT / "triage" / "risk_gate"
    data = (gate / "short_messages.yml", gate / "augmentation_fr.yml", gate / "adapter.npz", gate / "adapter.json")
    learnt_by = tuple(sorted(gate.glob("*.py")))
    fresh, old = RISK_MODEL.with_name("risk.new"), RISK_MODEL.with_name("risk.old")

    def work(tick: Tick) -> None:
        for leftover in (fresh, old):
            shutil.rmtree(str(leftover), ignore_errors=True)
        train = ["-m", "triage.risk_gate.train", "--out", fresh]
        run_logged([python_of(MAIN_ENVIRONMENT), *train], sentence("step_risk"), "risk", tick)
        if RISK_MODEL.exists():
            RISK_MODEL.rename(old)
        fresh.rename(RISK_MODEL)
        shutil.rmtree(str(old), ignore_errors=True)

    inputs = (NLU_DATA / "sentences", *learnt_by, *data, LOCKS / "main.txt")
    outputs = tuple(RISK_MODEL / name for name in ("head.npz", *ENCODER_FILES))
    return Step("risk", work, Stamp("risk", inputs, outputs))


def rasa_step() -> Step:
    """Rasa's model, which reads with the encoder that the risk step built."""

    def work(tick: Tick) -> None:
        run_logged([python_of(BOT_ENVIRONMENT), "bot/train.py"], sentence("step_rasa"), "rasa", tick)

    return Step(
        "rasa",
        work,
        Stamp("rasa", (NLU_DATA, ROOT / "bot", LOCKS / "bot.txt", RISK_MODEL / "encoder.json"), (RASA_MODEL,)),
    )
