"""`relais demo-accounts`: the four accounts of the demonstration, with the password of the settings."""

from __future__ import annotations

import argparse
import asyncio

from api.commands.configuration import load_settings
from api.commands.database import open_sessions
from api.commands.failures import CommandError
from console import accounts
from foundation.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "En démonstration seulement; le mot de passe est RELAIS_DEMO_PASSWORD."


def run(_arguments: argparse.Namespace) -> int:
    asyncio.run(ensure(load_settings()))
    print("Comptes de démonstration : " + ", ".join(login for login, _, _ in accounts.DEMO_ACCOUNTS) + ".")
    return 0


async def ensure(settings: Settings) -> None:
    """Create them, or put them back as they should be. Raises CommandError outside demo mode."""
    password = settings.demo_password.get_secret_value()
    if not settings.demo:
        raise CommandError("ces comptes n'existent qu'en démonstration (RELAIS_DEMO=1).")
    if len(password) < accounts.SHORTEST_PASSWORD:
        raise CommandError(f"RELAIS_DEMO_PASSWORD doit avoir au moins {accounts.SHORTEST_PASSWORD} caractères.")
    async with open_sessions(settings) as sessions, sessions.write() as session:
        await accounts.ensure_demo_accounts(session, password)
