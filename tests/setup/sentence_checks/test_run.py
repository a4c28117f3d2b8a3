"""A whole folder: its lines, its authors, the count of each subtopic, and the tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from setup.sentence_checks.authors import AuthorsWrong, check_authors, read_authors
from setup.sentence_checks.balance import balance, check_coverage
from setup.sentence_checks.lines import in_order
from setup.sentence_checks.run import check_sentences
from tests.setup.sentence_checks.made_lines import made
from triage.risk_gate.sentences import About, Sample, SentencesWrong, Split, Wording
from triage.signals import RiskLevel

LINE: dict[str, Any] = {
    "text": "Vos heures, svp?", "risk": False, "level": "none", "kind": "ordinary", "type": "information",
    "subtopic": "information/heures", "about": "self", "wording": None, "author": "t1", "voice": "", "situation": "",
    "register": "standard", "channel": "chat", "sample": "paired", "split": "train",
}  # fmt: skip
AUTHORS = "t1: {split: train, sample: paired, voices: des gens de Matane}\n"


def folder(tmp_path: Path, lines: list[str], authors: str | None = AUTHORS) -> Path:
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "t1.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "subtopics.yml").write_text("information: [heures]\n", encoding="utf-8")
    if authors is not None:
        (tmp_path / "authors.yml").write_text(authors, encoding="utf-8")
    return tmp_path


def refusals(place: Path) -> list[str]:
    """Without those of the counts, which a few lines never satisfy."""
    return [str(refusal) for refusal in check_sentences(place).refusals if "il en faut" not in refusal.reason]


def test_every_wrong_line_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    wrong, disordered = LINE | {"kind": "autre"}, {"split": "train"} | LINE | {"text": "C'est ouvert quand?"}
    lines = [json.dumps(one) for one in (LINE, wrong, disordered, LINE | {"text": "vos heures svp"})]
    said = refusals(folder(tmp_path, [*lines, "{"]))
    assert [line.partition(" : ")[0] for line in said] == [f"t1.jsonl:{number}" for number in (2, 3, 5, 4)]
    assert said[3] == "t1.jsonl:4 : même texte que t1.jsonl:1"


def test_a_good_line_is_refused_for_nothing(tmp_path: Path) -> None:
    assert refusals(folder(tmp_path, [json.dumps(LINE)])) == []


def test_a_folder_without_a_readable_sentence_is_refused(tmp_path: Path) -> None:
    assert any(line.startswith("aucune phrase") for line in refusals(folder(tmp_path, [""])))


def test_a_folder_without_its_list_of_subtopics_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(SentencesWrong, match=r"subtopics\.yml"):
        check_sentences(tmp_path)


def test_a_missing_list_of_authors_is_one_refusal(tmp_path: Path) -> None:
    assert refusals(folder(tmp_path, [json.dumps(LINE)], authors=None)) == ["authors.yml : absent"]


@pytest.mark.parametrize(
    "authors",
    [
        "- t1\n", "t1: train\n", "t1: {split: train, sample: paired}\n",
        "t1: {split: autre, sample: paired, voices: x}\n",
        "t1: {split: train, sample: autre, voices: x}\n", "t1: {split: train, sample: paired, voices: 3}\n", "t1: [\n",
    ],
)  # fmt: skip
def test_a_list_of_authors_that_is_wrong_is_refused(tmp_path: Path, authors: str) -> None:
    (tmp_path / "authors.yml").write_text(authors, encoding="utf-8")
    with pytest.raises(AuthorsWrong):
        read_authors(tmp_path / "authors.yml")


def test_an_author_is_known_and_in_one_split_and_one_sample(tmp_path: Path) -> None:
    (tmp_path / "authors.yml").write_text(AUTHORS, encoding="utf-8")
    authors = read_authors(tmp_path / "authors.yml")
    assert check_authors(made(["a"]), authors) == []
    assert check_authors(made(["a"], sample=Sample.PAIRED), authors) == []
    assert len(check_authors(made(["a"], author="t2"), authors)) == 1
    assert len(check_authors(made(["a"], split=Split.HELD_OUT), authors)) == 1
    assert len(check_authors(made(["a"], sample=Sample.EVERYDAY), authors)) == 1


def test_a_subtopic_needs_enough_to_learn_and_to_measure() -> None:
    texts = [str(number) for number in range(15)]
    learnt = made(texts[:5], subtopic="information/heures")
    measured = made(texts, subtopic="information/heures", split=Split.HELD_OUT)
    assert check_coverage([*learnt, *measured], ["information/heures"]) == []
    said = [str(one) for one in check_coverage([*learnt[1:], *measured[1:]], ["information/heures"])]
    assert said == [
        "information/heures : 14 phrases dans held_out, il en faut 15",
        "information/heures : 4 phrases dans train, il en faut 5",
    ]


def test_the_tables_count_each_sort() -> None:
    danger = {"risk": True, "level": RiskLevel.RISK, "kind": "suicide", "wording": Wording.VEILED, "about": About.SELF}
    lines = [
        *made(["mot " * 30, "mot " * 29], **danger),
        *made(["mot " * 81], kind="idiom", split=Split.HELD_OUT),
        *made(["allo"]),
    ]
    rows = [line.split() for line in balance(lines, ["information/heures"]).splitlines()]
    assert ["train", "2", "0", "1", "3"] in rows
    assert ["held_out", "t1", "0", "1", "0", "1"] in rows
    assert ["danger", ":", "suicide", "2", "0", "0", "2"] in rows
    assert ["veiled", "2", "0", "0", "2"] in rows
    assert ["(absent)", "1", "0", "1", "2"] in rows
    assert ["danger", "1", "0", "0", "1"] in rows
    assert ["information/heures", "0", "0", "0", "0"] in rows


def test_the_order_of_the_keys_is_fixed_and_a_late_one_may_be_missing() -> None:
    assert in_order(list(LINE))
    assert in_order([key for key in LINE if key not in {"about", "wording", "sample"}])
    assert not in_order(["risk", "text"])
