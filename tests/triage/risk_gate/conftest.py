"""The frames, and a risk model trained once on a few sentences written here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from triage.risk_gate.frames import FrameReader
from triage.risk_gate.gate import RiskGate
from triage.risk_gate.train import train

DANGER = {
    "suicide": ["J'ai plus envie de me réveiller demain matin.", "Mon frère parle de se tuer depuis la rupture."],
    "violence_victim": ["Mon mari me serre à la gorge quand il boit.", "Il m'a battue hier devant les enfants."],
    "medical": ["Elle a avalé toutes ses pilules tantôt.", "Mon père respire plus, il est bleu."],
    "mental_state": ["Les voix me disent de sortir dans le froid.", "Il pense que la télé lui donne des ordres."],
}
ORDINARY = [
    "Quelles sont les heures du CLSC de Rimouski?",
    "Je cherche un groupe de soutien pour proches aidants.",
    "Mon fils a de la misère en maths cette année.",
    "Comment on fait pour changer de médecin de famille?",
    "Je dors mal depuis que j'ai changé de quart de travail.",
    "Avez-vous un dépliant sur le deuil?",
]


def line(text: str, kind: str, author: str, split: str, level: str) -> str:
    risk = level != "none"
    return json.dumps(
        {
            "text": text, "risk": risk, "level": level, "kind": kind, "type": "crise" if risk else "information",
            "subtopic": "crise/suicide" if risk else "information/services", "about": "self",
            "wording": "plain" if risk else None, "author": author, "voice": "", "situation": "",
            "register": "standard", "channel": "chat", "sample": "paired", "split": split,
        },
        ensure_ascii=False,
    )  # fmt: skip


def write_sentences(folder: Path) -> Path:
    for author, split in (("t1", "train"), ("t2", "calibration"), ("t3", "held_out")):
        lines = [
            line(text, kind, author, split, "imminent" if kind == "medical" else "risk")
            for kind, texts in DANGER.items()
            for text in texts
        ]
        lines += [line(text, "ordinary", author, split, "none") for text in ORDINARY]
        (folder / f"{author}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def frames() -> FrameReader:
    return FrameReader.load()


@pytest.fixture(scope="session")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sentences(tmp_path_factory.mktemp("sentences"))


@pytest.fixture(scope="session")
def model_folder(sentences: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("risk-model")
    train(sentences, out)
    return out


@pytest.fixture(scope="session")
def gate(model_folder: Path) -> RiskGate:
    return RiskGate.load(model_folder)
