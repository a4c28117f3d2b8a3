"""`relais users`: the accounts of the console. A password never comes on the command line."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys

from api.commands.configuration import load_settings
from api.commands.database import open_sessions
from api.commands.failures import CommandError
from console import accounts
from foundation.sessions import Sessions
from triage.handoff.states import Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="montre les comptes", description="Montre les comptes.")
    add = actions.add_parser("add", help="ajoute un compte", description="Ajoute un compte.")
    add.add_argument("login", metavar="IDENTIFIANT")
    add.add_argument("--name", metavar="NOM", required=True, help="le nom montré à l'équipe")
    add.add_argument("--role", metavar="RÔLE", required=True, choices=[role.value for role in Role], help=_roles())
    _password_from(add)
    change = actions.add_parser("password", help="change un mot de passe", description="Change un mot de passe.")
    change.add_argument("login", metavar="IDENTIFIANT")
    _password_from(change)
    for name, purpose in (("disable", "ferme un compte et ses sessions"), ("enable", "rouvre un compte")):
        one = actions.add_parser(name, help=purpose, description=f"{purpose.capitalize()}.")
        one.add_argument("login", metavar="IDENTIFIANT")


def run(arguments: argparse.Namespace) -> int:
    print(asyncio.run(_do(arguments)))
    return 0


async def _do(arguments: argparse.Namespace) -> str:
    try:
        async with open_sessions(load_settings()) as sessions:
            match arguments.action:
                case "list":
                    return await listed(sessions)
                case "add":
                    return await add(sessions, arguments)
                case "password":
                    return await change_password(sessions, arguments)
                case action:
                    return await set_active(sessions, arguments.login, active=action == "enable")
    except accounts.LoginTaken:
        raise CommandError("cet identifiant existe déjà.") from None
    except accounts.UnknownLogin:
        raise CommandError("aucun compte n'a cet identifiant.") from None
    except accounts.WeakPassword:
        raise CommandError(f"le mot de passe doit avoir au moins {accounts.SHORTEST_PASSWORD} caractères.") from None


async def listed(sessions: Sessions) -> str:
    async with sessions.read() as session:
        users = await accounts.all_users(session)
    if not users:
        return "Aucun compte."
    width = max(len(user.login) for user in users)
    return "\n".join(
        f"{user.login:<{width}}  {user.role:<{_role_width()}}  {'actif  ' if user.active else 'fermé  '}  {user.name}"
        for user in users
    )


async def add(sessions: Sessions, arguments: argparse.Namespace) -> str:
    password = given_password(from_standard_input=arguments.password_stdin)
    async with sessions.write() as session:
        user = await accounts.create_user(
            session, login=arguments.login, name=arguments.name, role=Role(arguments.role), password=password
        )
    return f"Compte ajouté : {user.login} ({user.role})."


async def change_password(sessions: Sessions, arguments: argparse.Namespace) -> str:
    password = given_password(from_standard_input=arguments.password_stdin)
    async with sessions.write() as session:
        await accounts.change_password(session, arguments.login, password)
    return "Mot de passe changé; les sessions ouvertes de ce compte sont fermées."


async def set_active(sessions: Sessions, login: str, *, active: bool) -> str:
    async with sessions.write() as session:
        await accounts.set_active(session, login, active)
    return "Compte rouvert." if active else "Compte fermé; ses sessions sont fermées."


def given_password(*, from_standard_input: bool) -> str:
    """The password, never echoed. Raises CommandError."""
    if from_standard_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError("le mot de passe se tape au clavier; pour le lire sur l'entrée : --password-stdin.")
    password = getpass.getpass("Mot de passe : ")
    if getpass.getpass("Encore une fois : ") != password:
        raise CommandError("les deux mots de passe ne sont pas les mêmes.")
    return password


def _password_from(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="lit le mot de passe sur la première ligne de l'entrée"
    )


def _roles() -> str:
    return ", ".join(Role)


def _role_width() -> int:
    return max(map(len, Role))
