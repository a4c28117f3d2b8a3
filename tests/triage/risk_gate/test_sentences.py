"""A line of the sentence files is read whole, or refused with what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from triage.interventions.types import Channel, InterventionType
from triage.risk_gate.sentences import (
    About,
    Register,
    Sample,
    Sentence,
    SentencesWrong,
    Split,
    Wording,
    read_sentence,
    read_sentences,
    read_subtopics,
)
from triage.signals import RiskKind, RiskLevel

SUBTOPICS = frozenset({"crise/suicide", "crise/detresse", "information/heures", "securite_civile/inondation",
                       "conversation/salutation"})  # fmt: skip
RISK: dict[str, Any] = {
    "text": "J'ai donné mon chien, je n'en aurai plus besoin.", "risk": True, "level": "risk", "kind": "suicide",
    "type": "crise", "subtopic": "crise/suicide", "about": "self", "wording": "veiled", "author": "t1",
    "voice": "femme, 40 ans", "situation": "dons", "register": "standard", "channel": "chat", "sample": "paired",
    "split": "train",
}  # fmt: skip
HARMLESS: dict[str, Any] = RISK | {
    "text": "Vos heures?", "risk": False, "level": "none", "kind": "ordinary", "type": "information",
    "subtopic": "information/heures", "wording": None,
}  # fmt: skip


def read(data: dict[str, Any]) -> Sentence:
    return read_sentence(json.dumps(data), SUBTOPICS)


def without(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def test_every_label_is_read() -> None:
    sentence = read(RISK)
    assert sentence == Sentence(
        RISK["text"], True, RiskLevel.RISK, RiskKind.SUICIDE, Split.TRAIN, "t1", Register.STANDARD,
        InterventionType.CRISE, "crise/suicide", About.SELF, Wording.VEILED, Channel.CHAT, Sample.PAIRED,
    )  # fmt: skip
    assert not sentence.hard


def test_a_harmless_sentence_has_no_wording_and_is_hard_by_its_kind() -> None:
    assert read(HARMLESS).wording is None
    assert not read(HARMLESS).hard
    assert read(HARMLESS | {"kind": "idiom"}).hard


@pytest.mark.parametrize("key", ["level", "kind", "type", "about", "wording", "register", "channel", "sample", "split"])
def test_a_value_outside_its_list_is_refused(key: str) -> None:
    with pytest.raises(SentencesWrong, match=f"« {key} »"):
        read(RISK | {key: "autre"})


@pytest.mark.parametrize("key", ["about", "sample"])
def test_a_label_that_is_named_must_be_said(key: str) -> None:
    with pytest.raises(SentencesWrong, match=key):
        read(RISK | {key: None})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"wording": None}, "wording"),
        ({"level": "none"}, "se contredisent"),
        ({"kind": "fault"}, "n'est pas un danger"),
        ({"kind": "unspecified"}, "n'est pas un danger"),
        ({"kind": "ordinary"}, "n'est pas de la liste"),
        ({"type": "information", "subtopic": "information/heures"}, "un danger n'a pas"),
        ({"subtopic": "crise/autre"}, "subtopics.yml"),
        ({"type": "education"}, "se contredisent"),
        ({"risk": 1}, "risk"),
        ({"text": "  "}, "text"),
        ({"voice": None}, "voice"),
        ({"wordings": "plain"}, "inconnu : wordings"),
    ],
)
def test_a_risk_whose_labels_disagree_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(SentencesWrong, match=reason):
        read(RISK | change)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"wording": "plain"}, "sans danger"),
        ({"level": "imminent"}, "se contredisent"),
        ({"kind": "suicide"}, "n'est pas de la liste"),
    ],
)
def test_a_harmless_sentence_whose_labels_disagree_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(SentencesWrong, match=reason):
        read(HARMLESS | change)


def test_a_danger_may_be_born_of_a_disaster() -> None:
    flood = {"kind": "physical_danger", "type": "securite_civile", "subtopic": "securite_civile/inondation"}
    assert read(RISK | flood).type is InterventionType.SECURITE_CIVILE


def test_conversation_counts_as_information() -> None:
    greeting = HARMLESS | {"subtopic": "conversation/salutation"}
    assert read(greeting).type is InterventionType.INFORMATION
    with pytest.raises(SentencesWrong, match="se contredisent"):
        read(greeting | {"type": "crise"})


def test_no_label_may_be_missing() -> None:
    with pytest.raises(SentencesWrong, match="about, wording, sample"):
        read(without(RISK, "about", "wording", "sample"))


@pytest.mark.parametrize("content", ["{", "[]", "3"])
def test_what_is_no_object_is_refused(content: str) -> None:
    with pytest.raises(SentencesWrong, match="JSON"):
        read_sentence(content, SUBTOPICS)


def test_the_file_and_the_line_of_a_wrong_sentence_are_named(tmp_path: Path) -> None:
    wrong = RISK | {"level": "none"}
    lines = [json.dumps(RISK), "", json.dumps(wrong)]
    (tmp_path / "t1.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SentencesWrong, match=r"t1\.jsonl, ligne 3"):
        read_sentences(tmp_path)


def test_a_text_may_hold_a_line_separator(tmp_path: Path) -> None:
    line = json.dumps(RISK | {"text": "un\u2028deux"}, ensure_ascii=False)
    (tmp_path / "t1.jsonl").write_text(line + "\n", encoding="utf-8")
    assert [sentence.text for sentence in read_sentences(tmp_path)] == ["un\u2028deux"]


def test_a_list_of_subtopics_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "subtopics.yml").write_text("- crise\n", encoding="utf-8")
    with pytest.raises(SentencesWrong, match=r"subtopics\.yml"):
        read_subtopics(tmp_path / "subtopics.yml")
