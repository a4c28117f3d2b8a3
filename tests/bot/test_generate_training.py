"""The sentences are fit to train on, and what is generated from them is what Rasa reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import INTENT_RESPONSE_KEY
from rasa.shared.nlu.training_data.formats.rasa import RasaReader

from bot import generate_training
from bot.generate_training import (
    SENTENCES,
    SUBTOPICS,
    SentenceRefused,
    plain_text,
    rasa_document,
    read_subtopics,
    read_training_sentences,
)

LEAST_SENTENCES = 5


def write(folder: Path, *sentences: object) -> Path:
    lines = [line if isinstance(line, str) else json.dumps(line) for line in sentences]
    (folder / "a.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def sentence(text: str, subtopic: str = "information/heures", split: str = "train", risk: bool = False) -> dict:
    return {"text": text, "subtopic": subtopic, "split": split, "risk": risk}


def test_the_groups_are_the_four_types_and_small_talk() -> None:
    assert set(yaml.safe_load(SUBTOPICS.read_text(encoding="utf-8"))) == {
        "information",
        "education",
        "crise",
        "securite_civile",
        "conversation",
    }


@pytest.mark.parametrize("subtopic", sorted(read_subtopics()))
def test_every_subtopic_has_enough_training_sentences(subtopic: str) -> None:
    sentences = read_training_sentences(SENTENCES, read_subtopics())
    assert len(sentences.get(subtopic, [])) >= LEAST_SENTENCES


def test_no_training_sentence_is_also_kept_for_measuring() -> None:
    trained = {
        sentence.text
        for sentences in read_training_sentences(SENTENCES, read_subtopics()).values()
        for sentence in sentences
    }
    lines = [
        json.loads(line)
        for path in sorted(SENTENCES.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    kept = {plain_text(line["text"]) for line in lines if line["split"] != "train"}
    assert kept
    assert not trained & kept


def test_rasa_reads_back_every_sentence_under_its_subtopic() -> None:
    sentences = read_training_sentences(SENTENCES, read_subtopics())
    examples = RasaReader().reads(rasa_document(sentences)).training_examples
    read_back = {(example.get(INTENT_RESPONSE_KEY), example.get("text")) for example in examples}
    assert read_back == {(subtopic, sentence.text) for subtopic, group in sentences.items() for sentence in group}
    assert not any(example.get("entities") for example in examples)


def test_risk_reaches_rasa_as_metadata(tmp_path: Path) -> None:
    write(tmp_path, sentence("un", "crise/suicide", risk=True), sentence("deux"))
    document = rasa_document(read_training_sentences(tmp_path, read_subtopics()))
    examples = RasaReader().reads(document).training_examples
    assert {example.get("text"): example.get("metadata")["example"]["risk"] for example in examples} == {
        "un": True,
        "deux": False,
    }


def test_only_the_training_split_is_learnt(tmp_path: Path) -> None:
    write(tmp_path, sentence("un"), sentence("deux", split="calibration"), sentence("trois", split="held_out"))
    sentences = read_training_sentences(tmp_path, read_subtopics())
    assert [one.text for one in sentences["information/heures"]] == ["un"]


def test_rasa_sees_neither_annotation_nor_command() -> None:
    assert plain_text("  /voir [le site](lien)\n[ici]{x} ") == "voir [le site] (lien) [ici] {x}"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        sentence("privé", "information/inconnu"),
        {"text": "privé", "subtopic": "information/heures"},
    ],
)
def test_bad_line_is_refused_without_its_text(tmp_path: Path, line: object) -> None:
    write(tmp_path, sentence("un"), line)
    with pytest.raises(SentenceRefused, match=r"^a\.jsonl:2: ") as caught:
        read_training_sentences(tmp_path, read_subtopics())
    assert "privé" not in str(caught.value)


def test_digest_follows_the_sentences_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = tmp_path / "sentences"
    sentences.mkdir()
    monkeypatch.setattr(generate_training, "SENTENCES", sentences)
    monkeypatch.setattr(generate_training, "BUILD", tmp_path / "build")
    write(sentences, sentence("un"))
    first = generate_training.generate()
    assert generate_training.generate() == first
    assert (tmp_path / "build" / "digest").read_text(encoding="ascii").strip() == first
    write(sentences, sentence("un"), sentence("deux", split="held_out"))
    assert generate_training.generate() == first
    write(sentences, sentence("un"), sentence("deux"))
    assert generate_training.generate() != first


def test_no_training_sentence_at_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate_training, "SENTENCES", tmp_path)
    with pytest.raises(SentenceRefused):
        generate_training.generate()


def test_domain_loads_with_the_action_of_the_rule() -> None:
    domain = Domain.load("bot/domain")
    rule = yaml.safe_load(Path("nlu_data/rules/request_person.yml").read_text(encoding="utf-8"))["rules"][0]
    intent, action = rule["steps"]
    assert action["action"] in domain.user_actions
    assert set(intent["entities"]) <= set(domain.entities)
