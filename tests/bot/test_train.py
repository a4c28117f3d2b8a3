"""Training runs when its inputs changed, and only then says that the model is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import train
from bot.generate_training import SentenceRefused


class Training:
    """Stands for the `rasa train` process: how often it ran, and with which exit code it ends."""

    def __init__(self, model: Path) -> None:
        self.model = model
        self.runs = 0
        self.exit_code = 0

    def __call__(self, *arguments: str) -> int:
        self.runs += 1
        if not self.exit_code:
            self.model.write_bytes(b"model")
        return self.exit_code


@pytest.fixture
def training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Training:
    made = Training(tmp_path / "relais.tar.gz")
    monkeypatch.setattr(train, "ROOT", tmp_path)
    monkeypatch.setattr(train, "MODEL", made.model)
    monkeypatch.setattr(train, "TRAINED_DIGEST", tmp_path / "relais.digest")
    monkeypatch.setattr(train, "LOG", tmp_path / "training.log")
    monkeypatch.setattr(train, "generate", lambda: "first")
    monkeypatch.setattr(train, "run", made)
    return made


def test_trains_once_for_the_same_data(training: Training) -> None:
    assert train.main() == 0
    assert train.main() == 0
    assert training.runs == 1


def test_trains_again_when_the_data_changed(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    train.main()
    monkeypatch.setattr(train, "generate", lambda: "second")
    assert train.main() == 0
    assert training.runs == 2


def test_trains_again_when_the_model_is_gone(training: Training) -> None:
    train.main()
    training.model.unlink()
    train.main()
    assert training.runs == 2


def test_failure_is_an_exit_code_and_is_tried_again(training: Training) -> None:
    training.exit_code = 3
    assert train.main() == 3
    training.exit_code = 0
    assert train.main() == 0
    assert training.runs == 2


def test_refused_sentences_train_nothing(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        raise SentenceRefused("a.jsonl:2: unreadable line")

    monkeypatch.setattr(train, "generate", refuse)
    assert train.main() == 1
    assert training.runs == 0
