"""`make test` runs every suite, fails when one fails, and names on its last line what was not tried."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from setup import checks
from setup.checks import Suite, run_suites, suites
from setup.test_results import skip_reasons, worded

REPORT = """<testsuites><testsuite tests="3">
<testcase name="a"><skipped type="pytest.skip" message="Chromium : aucun"/></testcase>
<testcase name="b"><skipped type="pytest.skip" message="Chromium : aucun"/></testcase>
<testcase name="c"><skipped type="pytest.skip" message="PostgreSQL : aucun"/></testcase>
<testcase name="d"><skipped type="pytest.xfail" message="connu"/></testcase>
<testcase name="e"/>
</testsuite></testsuites>"""


@pytest.fixture(autouse=True)
def reports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(checks, "REPORTS", tmp_path / "reports")
    monkeypatch.delenv("RELAIS_TEST_REQUIRE", raising=False)
    return tmp_path / "reports"


def python(name: str, script: str, report: Path | None = None) -> Suite:
    return Suite(name, [sys.executable, "-c", script], report)


def skipping(report: Path) -> Suite:
    return python("bot", f"import pathlib; pathlib.Path({str(report)!r}).write_text({REPORT!r})", report)


def test_all_suites_run_even_after_a_failure(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    mark = tmp_path / "second"
    known = {
        "ruff": python("ruff", "raise SystemExit(3)"),
        "mypy": python("mypy", f"import pathlib; pathlib.Path({str(mark)!r}).touch()"),
    }
    assert run_suites(["ruff", "mypy"], known) == 1
    assert mark.exists()
    assert capfd.readouterr().out.strip().splitlines()[-1] == "Échec : style (ruff)"


def test_success_adds_no_line_after_the_runners_own(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_suites(["bot"], {"bot": python("bot", "print('3 passed in 1s')")}) == 0
    assert capfd.readouterr().out.strip().splitlines()[-1] == "3 passed in 1s"


def test_what_was_skipped_is_on_the_last_line(reports: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_suites(["bot"], {"bot": skipping(reports / "bot.xml")}) == 0
    last = capfd.readouterr().out.strip().splitlines()[-1]
    assert last == "Sauté : Chromium : aucun (2) ; PostgreSQL : aucun (1)"


def test_a_skip_is_a_failure_when_everything_is_required(
    reports: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RELAIS_TEST_REQUIRE", "all")
    assert run_suites(["bot"], {"bot": skipping(reports / "bot.xml")}) == 1
    assert "Chromium" in capfd.readouterr().out.strip().splitlines()[-1]


def test_an_old_report_does_not_speak_for_this_run(reports: Path) -> None:
    reports.mkdir()
    (reports / "bot.xml").write_text(REPORT, encoding="utf-8")
    assert run_suites(["bot"], {"bot": python("bot", "pass", reports / "bot.xml")}) == 0
    assert skip_reasons([reports / "bot.xml"]) == {}


def test_the_settings_of_whoever_tests_are_not_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_DATABASE_URL", "postgresql://prod")
    monkeypatch.setenv("RELAIS_TEST_REQUIRE", "some")
    script = "import os; assert 'RELAIS_DATABASE_URL' not in os.environ and 'RELAIS_TEST_REQUIRE' in os.environ"
    assert run_suites(["bot"], {"bot": python("bot", script)}) == 0


def test_reasons_are_worded_commonest_first() -> None:
    assert worded({"b": 1, "a": 1, "c": 4}) == "c (4) ; a (1) ; b (1)"


def test_the_longest_suite_is_last_so_that_its_summary_is_seen() -> None:
    assert list(suites())[-1] == "main"
