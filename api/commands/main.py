"""`relais COMMANDE`: finds the command, runs it, and turns every failure into one sentence."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType

from api.commands.failures import WRONGLY_WRITTEN, CommandError, sentence_of
from api.commands.french_parser import FrenchParser

ROOT = Path(__file__).resolve().parents[2]
STOPPED_BY_SIGNAL = 128

# The name typed: the module that does it, and what it is for.
COMMANDS = {
    "triage": ("api.commands.triage", "lit des messages et dit, pour chacun, le risque, le type et la route"),
    "replay": ("api.commands.replay", "rejoue des contacts entiers sur une base jetable"),
    "evaluate": ("api.commands.evaluate", "mesure le filtre et la route sur les phrases, et écrit un rapport"),
    "phone": ("api.commands.phone", "appelle une ligne, dans le terminal"),
    "users": ("api.commands.users", "montre, ajoute ou désactive les comptes de la console"),
    "doctor": ("api.commands.doctor", "vérifie une configuration avant la mise en service"),
    "fallback-twiml": ("api.commands.fallback_twiml", "écrit le TwiML de secours d'une ligne"),
    "demo-accounts": ("api.commands.demo_accounts", "crée ou met à jour les comptes de démonstration"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; returns the exit code (0 done, 1 failed, 2 wrongly written)."""
    given = list(sys.argv[1:] if argv is None else argv)
    if not given or given[0] in ("-h", "--help"):
        print(overview())
        return 0 if given else WRONGLY_WRITTEN
    signal.signal(signal.SIGTERM, _leave)
    try:
        return _run(given[0], given[1:])
    except BrokenPipeError:
        _forget_standard_output()
        return 1
    except KeyboardInterrupt:
        return STOPPED_BY_SIGNAL + signal.SIGINT
    except Exception as error:
        print(f"relais : {sentence_of(error)}", file=sys.stderr)
        return error.exit_code if isinstance(error, CommandError) else 1


def overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {purpose}" for name, (_, purpose) in COMMANDS.items()]
    return "\n".join(
        ["utilisation : relais COMMANDE [options]", "", *lines, "", "« relais COMMANDE --help » dit le reste."]
    )


def _run(name: str, rest: list[str]) -> int:
    if name not in COMMANDS:
        raise CommandError(f"« {name} » n'est pas une commande; « relais --help » les montre.", WRONGLY_WRITTEN)
    module, purpose = COMMANDS[name]
    command = import_module(module)
    parser = FrenchParser(prog=f"relais {name}", description=f"{purpose[0].upper()}{purpose[1:]}.")
    command.add_arguments(parser)
    arguments = parser.parse_args(rest)
    # Settings, models and texts are named from the root: the command works from any folder.
    os.chdir(ROOT)
    return int(command.run(arguments))


def _leave(signal_number: int, _frame: FrameType | None) -> None:
    """A stop asked from outside leaves by the same doors as an end: what was started is stopped."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(STOPPED_BY_SIGNAL + signal_number)


def _forget_standard_output() -> None:
    """Whoever read us is gone: without this, Python would complain again while it closes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
