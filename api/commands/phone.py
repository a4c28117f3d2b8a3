"""`relais phone`: a call to one of our lines, in the terminal, over the same signed requests as Twilio's."""

from __future__ import annotations

import argparse

import httpx

from api.commands.configuration import load_settings
from api.commands.failures import WRONGLY_WRITTEN, CommandError
from ivr.simulated.terminal import run_terminal_phone
from triage.interventions.types import Line

ANSWER_SECONDS = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Une seule touche (0 à 9, * ou #) se compose; une ligne vide est un silence; autre chose se dit. "
        "« raccrocher » met fin à l'appel. Le service doit être en marche."
    )
    parser.add_argument(
        "--line",
        metavar="LIGNE",
        choices=[line.value for line in Line],
        default=Line.INFO_SOCIAL.value,
        help=f"{', '.join(Line)} (info_social si rien n'est dit)",
    )
    parser.add_argument("--url", metavar="ADRESSE", help="le service à appeler, au lieu de celui de cette machine")


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings()
    if arguments.url:
        return run_terminal_phone(settings, arguments.line, http=client_of(arguments.url))
    if not settings.demo:
        raise CommandError("le téléphone simulé n'appelle qu'un service en démonstration (RELAIS_DEMO=1).")
    return run_terminal_phone(settings, arguments.line)


def client_of(url: str) -> httpx.Client:
    """Raises CommandError when it is no address of a service."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise CommandError("--url attend une adresse qui commence par http:// ou https://.", WRONGLY_WRITTEN)
    return httpx.Client(base_url=url.rstrip("/"), timeout=ANSWER_SECONDS)
