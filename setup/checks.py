"""`make test`: style, types, imports and both Pythons' tests, and what could not be tested.

What this machine lacks is a skip, named on the last line; RELAIS_TEST_REQUIRE=all makes that a failure.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

from setup.commands import tool_environment
from setup.places import BOT_ENVIRONMENT, MAIN_ENVIRONMENT, ROOT, VAR, program_of, python_of
from setup.private_postgresql import postgresql_for_tests
from setup.sentences import sentence
from setup.test_results import skip_reasons, worded

REPORTS = VAR / "tests"


@dataclass(frozen=True)
class Suite:
    """One command; `report` is where it writes what was skipped."""

    name: str
    command: Sequence[str]
    report: Optional[Path] = None

    @property
    def title(self) -> str:
        return sentence("suite_" + self.name)


def suites() -> Dict[str, Suite]:
    """By name, in the order in which they run: quick ones first, the longest last."""
    main, bot = REPORTS / "main.xml", REPORTS / "bot.xml"
    # The tests of the robot run in its own Python, which lacks the service's libraries: the conftest of
    # the folder above is not theirs.
    bot_tests = ["tests/bot", "--confcutdir=tests/bot", "--junitxml=" + str(bot)]
    every = [
        Suite("data", [str(python_of(MAIN_ENVIRONMENT)), "-m", "setup.data_check"]),
        Suite("sentences", [str(python_of(BOT_ENVIRONMENT)), "bot/generate_training.py"]),
        Suite("ruff", [str(program_of(MAIN_ENVIRONMENT, "ruff")), "check", "."]),
        Suite("imports", [str(program_of(MAIN_ENVIRONMENT, "lint-imports"))]),
        Suite("mypy", [str(program_of(MAIN_ENVIRONMENT, "mypy"))]),
        Suite("bot", [str(python_of(BOT_ENVIRONMENT)), "-m", "pytest", *bot_tests], bot),
        Suite("main", [str(python_of(MAIN_ENVIRONMENT)), "-m", "pytest", "--junitxml=" + str(main)], main),
    ]
    return {suite.name: suite for suite in every}


ALL_SUITES = list(suites())
NEED_MODELS = frozenset({"bot", "main"})


def run_suites(names: Sequence[str], known: Optional[Mapping[str, Suite]] = None) -> int:
    """Run each, even after a failure; returns 0 when all passed and nothing required was skipped."""
    chosen = [(known or suites())[name] for name in names]
    REPORTS.mkdir(parents=True, exist_ok=True)
    failed: List[str] = []
    with postgresql_for_tests(wanted=any(suite.name == "main" for suite in chosen)) as environment:
        for suite in chosen:
            print(sentence("suite_running", title=suite.title), flush=True)
            if _run(suite, {**tool_environment(), **environment}):
                failed.append(suite.title)
    reasons = skip_reasons([suite.report for suite in chosen if suite.report])
    refused = bool(reasons) and os.environ.get("RELAIS_TEST_REQUIRE") == "all"
    if failed:
        print(sentence("suites_failed", titles=", ".join(failed)), flush=True)
    if reasons:
        print(sentence("skipped_refused" if refused else "skipped", reasons=worded(reasons)), flush=True)
    return 1 if failed or refused else 0


def _run(suite: Suite, environment: Mapping[str, str]) -> int:
    if suite.report and suite.report.exists():
        suite.report.unlink()
    # The settings of whoever runs the tests are not the tests' settings.
    kept = ("RELAIS_TEST_",)
    clean = {
        name: value for name, value in environment.items() if not name.startswith("RELAIS_") or name.startswith(kept)
    }
    return subprocess.run(list(suite.command), cwd=str(ROOT), env=clean, check=False).returncode
