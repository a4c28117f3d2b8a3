"""`relais fallback-twiml`: the document that Twilio plays when nothing of ours answers, for a TwiML Bin."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from api.commands.configuration import load_settings
from api.commands.failures import CommandError
from ivr import twiml
from triage.interventions.types import Line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--line",
        metavar="LIGNE",
        choices=[line.value for line in Line],
        required=True,
        help=f"{', '.join(Line)} : chaque ligne a son document, qui ne renvoie pas à elle-même",
    )
    parser.add_argument(
        "--out", metavar="FICHIER", type=lambda given: Path(given).absolute(), help="le fichier où écrire"
    )


def run(arguments: argparse.Namespace) -> int:
    settings, line = load_settings(), Line(arguments.line)
    if not settings.fallback_numbers.get(line.value):
        raise CommandError(f"RELAIS_FALLBACK_NUMBERS ne donne aucun numéro pour « {line} » : personne ne répondrait.")
    document = twiml.static_dial(settings, line, screened=False)
    if arguments.out is None:
        sys.stdout.write(document + "\n")
    else:
        arguments.out.write_text(document + "\n", encoding="utf-8")
        print(f"Écrit : {arguments.out}")
    return 0
