"""The report: one document, a page that parses and holds every number, and the command that writes both."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from api.commands import evaluate
from api.commands.evaluation import intervals
from api.commands.evaluation.ablation import Variant
from api.commands.evaluation.document import make_document
from api.commands.evaluation.french_numbers import decimal, milliseconds, percent, whole
from api.commands.evaluation.intervals import Share
from api.commands.evaluation.ordinary_speech import OrdinarySpeech
from api.commands.evaluation.page import render
from api.commands.evaluation.rows import read_rows
from api.commands.evaluation.summary import summary
from api.commands.evaluation.targets import TargetsWrong, compare
from api.commands.evaluation.versions import data_file
from api.commands.failures import CommandError
from api.commands.french_parser import FrenchParser
from tests.fixtures.observed import decision, measured, observed, row
from triage.interventions.types import InterventionType

EMPTY_ELEMENTS = {"meta", "line", "polyline", "circle"}
LINE = {
    "text": "bonjour", "risk": False, "level": "none", "kind": "ordinary", "type": "crise",
    "subtopic": "conversation/salutation", "author": "a01", "register": "familier", "split": "calibration",
}  # fmt: skip


class Page(HTMLParser):
    """The words of a page, its elements, and whether each that opens is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.open, self.seen = "", [], []  # type: ignore[var-annotated]
        self.links: set[str] = set()
        self.identifiers: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.seen.append(tag)
        self.identifiers += [given["id"]] if given.get("id") else []  # type: ignore[list-item]
        self.links |= {given[name] for name in ("href", "src", "xlink:href") if given.get(name)}  # type: ignore[misc]
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY_ELEMENTS:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of a few resamplings are enough here, and quick."""
    monkeypatch.setattr(intervals, "DRAWS", 20)


@pytest.fixture
def document() -> dict[str, Any]:
    """Every part of the report, with a figure in each."""
    seen = [
        observed(row("<b>je veux partir</b>", risk=True, wording="plain"), "frame:un", score=0.91),
        observed(
            row("je donne mon chat & mes plantes", risk=True, wording="veiled", kind="medical"),
            score=0.17, decision=decision("crise", "crise/suicide", 0.81),
        ),
        observed(row("vous ouvrez quand"), "learnt", score=0.61, decision=decision("education", "", 0.44)),
        observed(row("mes nuits", type=InterventionType.EDUCATION), "fuzzy:a", decision=decision("education")),
        observed(row("allo", sample="everyday", register="texto"), route_failed=True),
        observed(row("pas vu", risk=True, sample="everyday"), "learnt", "gate", score=0.71),
    ]  # fmt: skip
    speech = OrdinarySpeech("propos.txt", "c" * 64, Share.counted(3, 2700), {"learnt": Share.counted(3, 2700)})
    variants = [Variant("recette d'origine", 0.7123, 0.5123, None)]
    return make_document(measured(seen, ordinary_speech=speech, variants=variants))


def parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object inside a document, however deep."""
    if isinstance(value, Mapping):
        yield value
    for inside in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from parts(inside)


def test_the_document_is_json_and_the_page_can_be_made_from_it(document: dict[str, Any]) -> None:
    back = json.loads(json.dumps(document, ensure_ascii=False, allow_nan=False))
    assert render(back) == render(document)


def test_the_page_parses_alone_and_without_a_script(document: dict[str, Any]) -> None:
    page = Page(render(document))
    assert page.open == []
    assert not {"script", "img", "iframe", "link"} & set(page.seen)
    assert {link.removeprefix("#") for link in page.links} <= set(page.identifiers), "every link stays on the page"
    assert len(page.identifiers) == len(set(page.identifiers))


def test_tables_have_headers_and_captions_and_drawings_a_title(document: dict[str, Any]) -> None:
    seen = Page(render(document)).seen
    assert seen.count("table") == seen.count("caption") == seen.count("thead")
    assert seen.count("svg") == 2
    assert seen.count("title") == 2 + 1


def test_the_page_holds_every_number(document: dict[str, Any]) -> None:
    words = " ".join(Page(render(document)).words.split())
    expected = set()
    for part in parts(document):
        if part.get("share") is not None:
            expected |= {percent(part["share"]), f"{whole(part['found'])} sur {whole(part['count'])}"}
            expected |= {f"{percent(part['low'])} à {percent(part['high'])}"}
        if part.get("median") is not None:
            expected |= {milliseconds(part["median"]), milliseconds(part["percentile_99"]), str(part["count"])}
        if part.get("score") is not None:
            expected.add(decimal(part["score"]))
        if "sha256" in part:
            expected.add(part["sha256"])
        if "expected_calibration_error" in part:
            expected.add(decimal(part["expected_calibration_error"]))
    for estimated in (document["risk"], document["route"]):
        expected |= {decimal(one["value"]) for one in parts(estimated) if "value" in one and "prevalence" not in one}
    assert len(expected) > 40
    plain = words.replace("\u00a0", " ")
    assert not {number for number in expected if number.replace("\u00a0", " ") not in plain}


def test_the_page_quotes_the_misses_and_the_false_alarms_safely(document: dict[str, Any]) -> None:
    assert [one["text"] for one in document["misses"]] == ["je donne mon chat & mes plantes"]
    assert [one["text"] for one in document["false_alarms"]] == ["vous ouvrez quand", "mes nuits"]
    document["misses"][0]["text"] = "<script>alert(1)</script>"
    page = Page(render(document))
    assert "script" not in page.seen
    assert "<script>alert(1)</script>" in page.words


def test_the_page_warns_when_the_gate_failed(document: dict[str, Any]) -> None:
    assert document["sentences"]["gate_faults"] == 0
    document["sentences"]["gate_faults"] = 3
    assert "en panne sur 3 phrases" in render(document)


def test_what_was_not_measured_is_said_and_never_invented() -> None:
    bare = make_document(measured([observed(row())]))
    assert (bare["route"], bare["curve"], bare["risk"]["recall"]["share"]) == (None, None, None)
    page = Page(render(bare))
    assert page.open == []
    assert "non mesuré (--risk-only)" in page.words
    assert "dangers trouvés : non mesuré" in summary(bare)


def test_the_targets_say_met_missed_or_not_measured(tmp_path: Path) -> None:
    file = tmp_path / "targets.yml"
    file.write_text(
        """
targets:
  - {figure: sure, name: a, at_least: 0.8, source: s}
  - {figure: near, name: b, at_least: 0.8, source: s}
  - {figure: time, name: c, at_most: 5, unit: milliseconds, source: s}
  - {figure: nothing.inside, name: d, at_most: 5, source: s}
""",
        encoding="utf-8",
    )
    near = {"share": 0.79, "low": 0.7, "high": 0.85}
    document = {"sure": {"value": 0.9, "low": 0.85, "high": 1.0}, "near": near, "time": 6.0, "nothing": None}
    assert [(one.met, one.certain) for one in compare(document, file)] == [
        (True, True),
        (False, False),
        (False, None),
        (None, None),
    ]
    with pytest.raises(TargetsWrong, match="sure"):
        compare({}, file)


def test_the_targets_of_the_project_name_figures_that_exist(document: dict[str, Any]) -> None:
    assert len(document["targets"]) == 10
    assert all(one["source"] for one in document["targets"])


def test_the_summary_quotes_nobody(document: dict[str, Any]) -> None:
    said = summary(document)
    assert "66,7" in said
    assert "chat" not in said
    assert "cible" in said


def write(folder: Path, **changed: Any) -> Path:
    (folder / "a01.jsonl").write_text(json.dumps(LINE | changed) + "\n\n", encoding="utf-8")
    return folder


def test_small_talk_counts_as_information_and_missing_fields_are_unknown(tmp_path: Path) -> None:
    (read,) = read_rows(write(tmp_path))
    assert (read.type, read.is_conversation) == (InterventionType.INFORMATION, True)
    assert (read.about, read.wording, read.sample) == (None, None, None)
    (told,) = read_rows(write(tmp_path, about="self", wording=None, sample="everyday"))
    assert (told.about, told.wording, told.sample) == ("self", None, "everyday")
    assert data_file(tmp_path / "a01.jsonl").sentences == 1


@pytest.mark.parametrize("changed", [{"level": "grave"}, {"split": None}, {"type": "x", "subtopic": "x/y"}])
def test_a_line_that_is_not_a_labelled_sentence_is_named(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=r"a01\.jsonl, ligne 1"):
        read_rows(write(tmp_path, **changed))


def arguments(*given: str) -> argparse.Namespace:
    parser = FrenchParser(prog="relais evaluate")
    evaluate.add_arguments(parser)
    return parser.parse_args(list(given))


def test_the_command_writes_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = [observed(row("je pars", risk=True), "learnt"), observed(row())]
    monkeypatch.setattr(evaluate, "_measure", lambda *_: measured(seen))
    out = tmp_path / "rapport" / "du jour"
    given = ("--split", "calibration", "--sentences", str(write(tmp_path)), "--out", str(out), "--risk-only")
    assert evaluate.run(arguments(*given)) == 0
    assert json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["risk"]["recall"]["found"] == 1
    assert Page((out / "evaluation.html").read_text(encoding="utf-8")).open == []
    assert "dangers trouvés : 100,0" in capsys.readouterr().out


def test_a_split_without_sentences_and_a_missing_file_are_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(CommandError, match="held_out"):
        evaluate.run(arguments("--sentences", str(tmp_path)))
    with pytest.raises(CommandError, match=r"absent\.txt"):
        evaluate.run(
            arguments("--split", "calibration", "--sentences", str(tmp_path), "--ordinary-speech", "absent.txt")
        )
