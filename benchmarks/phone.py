"""`make bench-phone`: simultaneous calls on the telephone door, beside Rasa's own telephone channel."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.callers import Callers, Measured
from benchmarks.plan import read_sentences
from benchmarks.report import document_of, machine, table
from benchmarks.servers import BenchProblem, Servers, servers
from setup.places import ROOT

RESULTS = ROOT / "docs" / "results" / "bench_phone.json"
CALLS = 50
SECONDS = 300
SEED = 811
INTERRUPTED = 130


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-phone", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help=f"calls at the same time ({CALLS})")
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"how long ({SECONDS})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"draws the calls ({SEED})")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write, for a try elsewhere")
    options = parser.parse_args(arguments)
    if options.calls < 1 or options.seconds < 1:
        parser.error("--calls and --seconds are 1 or more")
    return options


async def drive(started: Servers, options: argparse.Namespace) -> Measured:
    callers = Callers(started, read_sentences(), options.seed)
    try:
        await callers.warm_up()
        await callers.call_for(options.seconds, options.calls)
    finally:
        await callers.close()
    return callers.measured


def bench(options: argparse.Namespace) -> int:
    """Run, print, write; 1 when there was any error. Raises BenchProblem."""
    machine_before = machine()
    wanted = {"calls": options.calls, "seconds": options.seconds, "seed": options.seed}
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as folder:
        print("Démarrage du service et de Rasa…", flush=True)
        with servers(Path(folder)) as started:
            print(f"{options.calls} appels à la fois pendant {options.seconds} s…", flush=True)
            measured = asyncio.run(drive(started, options))
            faults, handoffs = started.faults(), started.handoffs_by_reason()
    document = document_of(measured, wanted, machine_before, handoffs, faults)
    options.results.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n" + table(document) + f"\n\nÉcrit : {options.results}", flush=True)
    return 1 if document["errors"] else 0


def main(arguments: Sequence[str]) -> int:
    # Told to end, as by Ctrl-C: what was started is stopped first.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return bench(read_options(arguments))
    except BenchProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
