"""`make fuzz-phone STEPS=200000`: the callers' machines for as long as asked, from a seed that is printed.

One line a part: steps, examples, faults caused, situations compared, seconds. A failure prints the sequence that led
to it, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import logging
import secrets
import sys
from collections.abc import Callable

from tests.ivr.stateful.call_machine import CallMachine
from tests.ivr.stateful.http_world import OverHttpMachine
from tests.ivr.stateful.menu_walk import MenuWalk
from tests.ivr.stateful.service_machine import InProcessMachine
from tests.ivr.stateful.walking import Tally, Walker, walk

STEPS = 200_000
STEPS_OVER_HTTP = 2_000
PARTS: dict[str, type[Walker]] = {"menu": MenuWalk, "service": InProcessMachine, "http": OverHttpMachine}


def told_of(part: str, seed: int) -> Callable[[Tally], None]:
    def told(tally: Tally) -> None:
        print(
            f"\r{part} : {tally.steps} pas, {tally.seconds:.0f} s, graine {seed}", end="", file=sys.stderr, flush=True
        )

    return told


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz-phone", description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS, help="pas du menu seul, puis du service dans ce processus")
    parser.add_argument("--http-steps", type=int, default=STEPS_OVER_HTTP, help="pas sur HTTP signé")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31), help="pour refaire la même marche")
    parser.add_argument("--shorter", action="store_true", help="raccourcir la suite qui échoue (plusieurs minutes)")
    parser.add_argument("parts", nargs="*", metavar="PARTIE", help=f"{', '.join(PARTS)} ; toutes si rien n'est dit")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    asked = options(arguments)
    logging.disable(logging.CRITICAL)
    failed = False
    for part in asked.parts or PARTS:
        machine = PARTS[part]
        steps = asked.http_steps if machine is OverHttpMachine else asked.steps
        print(f"{part} : graine {asked.seed}, {steps} pas demandés", flush=True)
        try:
            tally = walk(
                machine, steps=steps, seed_used=asked.seed, shorter=asked.shorter, told=told_of(part, asked.seed)
            )
        except Exception as error:
            failed = True
            print(
                f"\n{part} : ÉCHEC, graine {asked.seed} : {error}\n" + "\n".join(getattr(error, "__notes__", ())),
                flush=True,
            )
            continue
        finally:
            if issubclass(machine, CallMachine):
                machine.close_world()
        print("\r" + tally.summary(part, asked.seed), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
