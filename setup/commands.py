"""Runs one command of the set-up: its output goes to a log, its failure becomes one sentence."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Callable, Dict, Mapping, Optional, Sequence

from setup.places import LOGS, ROOT
from setup.sentences import SetupProblem

POLL_SECONDS = 0.25
LONGEST_LAST_LINE = 200

# The first that matches the output wins: a full disk also breaks a compilation, a dead network a build.
CAUSES = (
    ("disk_full", r"No space left on device|Disk quota exceeded"),
    ("wrong_hash", r"[Hh]ash mismatch|DO NOT MATCH THE HASHES|EINTEGRITY"),
    (
        "no_network",
        r"dns error|[Nn]ame or service not known|[Nn]ame resolution|error sending request|[Cc]onnection refused"
        r"|[Cc]onnection reset|[Nn]etwork is unreachable|[Tt]imed? ?out|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT"
        r"|ECONNRESET|NewConnectionError|Failed to fetch|network connectivity is disabled|only-if-cached|ENOTCACHED",
    ),
    (
        "no_compiler",
        r"(gcc|g\+\+|cc|c\+\+|clang)('|\"|`)? (failed|is not|was not|not found)|command '.*(gcc|cc|clang).*' failed"
        r"|No such file or directory: '(gcc|cc|c\+\+|g\+\+|clang)'|Python\.h|[Nn]o acceptable C compiler"
        r"|[Uu]nknown compiler|rustc.*not found|can't find Rust compiler",
    ),
    (
        "no_wheel",
        r"no wheels? with a matching|not have (any )?wheels? for|[Nn]o matching distribution"
        r"|not compatible with the current platform|doesn't have a source distribution or wheel"
        r"|EBADPLATFORM|is not a supported wheel",
    ),
)


def tool_environment() -> Dict[str, str]:
    """This environment, with compiled Python files kept: without them every start takes twice as long."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_logged(
    command: Sequence[object],
    step: str,
    log_name: str,
    tick: Callable[[], None],
    environment: Optional[Mapping[str, str]] = None,
) -> None:
    """Run `command` from the root of the clone; raises SetupProblem with one sentence when it fails."""
    log = LOGS / (log_name + ".log")
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a", encoding="utf-8") as output:
        output.write("$ " + " ".join(words) + "\n")
        output.flush()
        start = output.tell()
        try:
            code = _wait(words, output, tick, environment)
        except OSError as error:
            output.write(str(error) + "\n")
            code = 127
    if code:
        raise failure(step, code, _tail(log, start), log)


def _wait(
    words: Sequence[str], output: object, tick: Callable[[], None], environment: Optional[Mapping[str, str]]
) -> int:
    child = subprocess.Popen(  # type: ignore[call-overload]
        words,
        cwd=str(ROOT),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    try:
        while True:
            try:
                return child.wait(timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                tick()
    except BaseException:
        child.terminate()
        child.wait()
        raise


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as written:
        written.seek(start)
        return written.read().decode("utf-8", errors="replace")


def failure(step: str, code: int, output: str, log: Path) -> SetupProblem:
    """The sentence for what `output` complains of."""
    shown = str(log.relative_to(ROOT)) if ROOT in log.parents else str(log)
    for key, pattern in CAUSES:
        if re.search(pattern, output):
            return SetupProblem(key, step=step, log=shown)
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = lines[-1][:LONGEST_LAST_LINE] if lines else "code {}".format(code)
    return SetupProblem("step_failed", step=step, last=last, log=shown)
