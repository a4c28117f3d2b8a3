"""`relais doctor`: a configuration, looked at before it goes live. One line a check."""

from __future__ import annotations

import argparse
import asyncio

from api.commands.checks import CHECKS, Check
from api.commands.configuration import load_settings
from api.commands.failures import sentence_of
from foundation.settings import Settings

OK, TO_MEND = "ok", "à corriger"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Sortie 1 dès qu'un point est à corriger. Rien n'est changé."


def run(_arguments: argparse.Namespace) -> int:
    lines, healthy = asyncio.run(examine(load_settings()))
    print("\n".join(lines))
    return 0 if healthy else 1


async def examine(settings: Settings, checks: dict[str, Check] = CHECKS) -> tuple[list[str], bool]:
    """The lines to print, and whether all is well. A check that breaks is itself something to mend."""
    lines, healthy = [], True
    for name, check in checks.items():
        try:
            problems = await check(settings)
        except Exception as error:
            problems = [sentence_of(error)]
        lines += [f"{TO_MEND:<10}  {name} : {problem}" for problem in problems] or [f"{OK:<10}  {name}"]
        healthy = healthy and not problems
    return lines, healthy
