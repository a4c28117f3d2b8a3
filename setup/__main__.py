"""The verbs behind the Makefile: `python3 -m setup VERB`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Callable, Dict, List

from setup.checks import ALL_SUITES, NEED_MODELS, run_suites
from setup.commands import tool_environment
from setup.database import prepare_database
from setup.encoder_tuning import environment_step, tune_encoder
from setup.locks import write_locks
from setup.parts import complete
from setup.places import BOT_ENVIRONMENT, MAIN_ENVIRONMENT, ROOT, python_of
from setup.plan import carry_out, libraries_plan, whole_plan
from setup.running import refuse_busy_ports, start
from setup.sentences import SetupProblem, sentence
from setup.settings_files import read_settings
from setup.training import rasa_step, risk_step

INTERRUPTED = 130


def set_up(_arguments: List[str]) -> int:
    carry_out(whole_plan())
    prepare_database(read_settings(os.environ))
    return 0


def run(_arguments: List[str]) -> int:
    """A port that is taken is said first: minutes of training would come before it otherwise."""
    settings = complete(read_settings(os.environ))
    refuse_busy_ports(settings)
    carry_out(whole_plan())
    prepare_database(settings)
    return start(settings)


def train(_arguments: List[str]) -> int:
    """Train again whatever the stamps say."""
    steps = [risk_step(), rasa_step()]
    for step in steps:
        step.stamp.forget()
    carry_out(whole_plan())
    return 0


def train_encoder(_arguments: List[str]) -> int:
    """Tune the encoder; `make train` then fits the heads on it."""
    carry_out([environment_step()])
    return tune_encoder()


def ablate(arguments: List[str]) -> int:
    """Measure other pipelines of the bot, or those that are named, then what each part of the gate brings."""
    carry_out(whole_plan())
    command = [str(python_of(BOT_ENVIRONMENT)), "bot/ablate.py", *arguments]
    code = subprocess.run(command, cwd=str(ROOT), env=tool_environment(), check=False).returncode
    if code or arguments:
        return code
    gate = [str(python_of(MAIN_ENVIRONMENT)), "-m", "encoder_tuning.ablate"]
    return subprocess.run(gate, cwd=str(ROOT), env=tool_environment(), check=False).returncode


def bench_phone(arguments: List[str]) -> int:
    """Measure the telephone door under load. The bench takes this process's place: it alone hears Ctrl-C."""
    carry_out(whole_plan())
    python = str(python_of(MAIN_ENVIRONMENT))
    os.chdir(str(ROOT))
    os.execve(python, [python, "-m", "benchmarks.phone", *arguments], tool_environment())  # noqa: S606 (no shell)


def fuzz_phone(arguments: List[str]) -> int:
    """Let any callers call with anything that can fail. The walk takes this process's place, as the bench does."""
    carry_out(whole_plan())
    python = str(python_of(MAIN_ENVIRONMENT))
    os.chdir(str(ROOT))
    command = [python, "-m", "tests.ivr.stateful.fuzz", *arguments]
    os.execve(python, command, tool_environment())  # noqa: S606 (no shell)


def check(arguments: List[str]) -> int:
    """Run the suites that are named, all of them when none is."""
    names = arguments or ALL_SUITES
    carry_out(whole_plan() if set(names) & NEED_MODELS else libraries_plan())
    return run_suites(names)


def lock(arguments: List[str]) -> int:
    write_locks(arguments)
    return 0


VERBS: Dict[str, Callable[[List[str]], int]] = {
    "setup": set_up,
    "run": run,
    "train": train,
    "train-encoder": train_encoder,
    "ablate": ablate,
    "bench-phone": bench_phone,
    "fuzz-phone": fuzz_phone,
    "test": check,
    "lock": lock,
}


def main(arguments: List[str]) -> int:
    """The exit code of the verb; a problem is one sentence on the error stream."""
    try:
        return VERBS[arguments[0]](arguments[1:])
    except SetupProblem as problem:
        print("\n" + str(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n" + sentence("interrupted"), file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    if sys.version_info < (3, 8):
        sys.exit(sentence("python_too_old", version="%d.%d" % sys.version_info[:2]))
    sys.exit(main(sys.argv[1:]))
