"""`relais users` and `relais demo-accounts`, on a real database."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from api.commands import configuration, demo_accounts, users
from api.commands.failures import CommandError
from api.commands.french_parser import FrenchParser
from console import accounts
from foundation.settings import Settings
from tests.fixtures.services import make_settings
from triage.handoff.states import Role
from triage.services import Services

PASSWORD = "un mot de passe bien long"


@pytest.fixture(autouse=True)
def _settings_of_the_test(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (users, demo_accounts):
        monkeypatch.setattr(module, "load_settings", lambda: settings)
    assert configuration.load_settings is not users.load_settings


async def relais_users(monkeypatch: pytest.MonkeyPatch, *argv: str, password: str = PASSWORD) -> str:
    parser = FrenchParser(prog="relais users")
    users.add_arguments(parser)
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    return await users._do(parser.parse_args(argv))


async def added(monkeypatch: pytest.MonkeyPatch, login: str = "mado@exemple", role: str = "intervenant") -> str:
    return await relais_users(monkeypatch, "add", login, "--name", "Mado", "--role", role, "--password-stdin")


async def test_an_account_is_added_listed_closed_and_reopened(
    monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    assert await relais_users(monkeypatch, "list") == "Aucun compte."
    assert PASSWORD not in await added(monkeypatch, role="garde_clinique")
    assert "garde_clinique" in await relais_users(monkeypatch, "list")
    await relais_users(monkeypatch, "disable", "mado@exemple")
    assert "fermé" in await relais_users(monkeypatch, "list")
    await relais_users(monkeypatch, "enable", "mado@exemple")
    async with services.sessions.read() as session:
        user = await accounts.user_by_login(session, "mado@exemple")
    assert user is not None
    assert (user.name, user.role, user.active) == ("Mado", Role.GARDE_CLINIQUE, True)
    assert await accounts.password_fits(user, PASSWORD)


async def test_a_password_is_changed(monkeypatch: pytest.MonkeyPatch, services: Services) -> None:
    await added(monkeypatch)
    await relais_users(monkeypatch, "password", "mado@exemple", "--password-stdin", password="un autre, bien long")
    async with services.sessions.read() as session:
        user = await accounts.user_by_login(session, "mado@exemple")
    assert await accounts.password_fits(user, "un autre, bien long")
    assert not await accounts.password_fits(user, PASSWORD)


async def test_each_refusal_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    await added(monkeypatch)
    with pytest.raises(CommandError, match="existe déjà"):
        await added(monkeypatch)
    with pytest.raises(CommandError, match="aucun compte"):
        await relais_users(monkeypatch, "disable", "personne@exemple")
    with pytest.raises(CommandError, match="caractères"):
        await relais_users(monkeypatch, "password", "mado@exemple", "--password-stdin", password="court")
    with pytest.raises(CommandError, match="--password-stdin"):
        await relais_users(monkeypatch, "password", "mado@exemple")


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("again", [PASSWORD, "autre chose"])
async def test_typed_twice_the_same(monkeypatch: pytest.MonkeyPatch, again: str) -> None:
    typed = iter([PASSWORD, again])
    monkeypatch.setattr(sys, "stdin", Keyboard())
    monkeypatch.setattr(users.getpass, "getpass", lambda _prompt: next(typed))
    if again == PASSWORD:
        assert users.given_password(from_standard_input=False) == PASSWORD
    else:
        with pytest.raises(CommandError, match="les mêmes"):
            users.given_password(from_standard_input=False)


async def test_demo_accounts_take_the_password_of_the_settings_and_can_be_made_again(
    settings: Settings, services: Services
) -> None:
    for _ in range(2):
        await demo_accounts.ensure(settings)
    async with services.sessions.read() as session:
        made = await accounts.all_users(session)
    assert {user.login for user in made} == {login for login, _, _ in accounts.DEMO_ACCOUNTS}
    assert await accounts.password_fits(made[0], settings.demo_password.get_secret_value())


async def test_demo_accounts_exist_in_a_demonstration_only(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="démonstration"):
        await demo_accounts.ensure(make_settings(sqlite_url, tmp_path, demo=False))
    with pytest.raises(CommandError, match="RELAIS_DEMO_PASSWORD"):
        await demo_accounts.ensure(make_settings(sqlite_url, tmp_path, demo_password="court"))
