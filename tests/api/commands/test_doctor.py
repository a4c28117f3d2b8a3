"""`relais doctor`: each check finds what it is for, and a broken check is itself a finding."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path

import httpx
import pytest

from api.commands import checks, signature_check
from api.commands.doctor import examine
from api.commands.signature_check import tokens_verify
from foundation.settings import Settings
from ivr.legs.staff_phones import choose_way
from tests.fixtures.scripted import ScriptedGate
from tests.fixtures.services import make_settings
from triage.handoff.states import Role
from triage.risk_gate.gate import RiskGate
from triage.services import Services
from triage.voice_port import AnswerWay

PASSWORD = "un mot de passe bien long"


async def test_every_finding_is_a_line_and_one_is_enough_to_fail(settings: Settings) -> None:
    async def fine(_settings: Settings) -> list[str]:
        return []

    async def wrong(_settings: Settings) -> list[str]:
        return ["un.", "deux."]

    async def broken(_settings: Settings) -> list[str]:
        raise RuntimeError("819 555-0100")

    assert await examine(settings, {"a": fine}) == (["ok          a"], True)
    lines, healthy = await examine(settings, {"a": fine, "b": wrong, "c": broken})
    assert not healthy
    assert lines[:3] == ["ok          a", "à corriger  b : un.", "à corriger  b : deux."]
    assert "RuntimeError" in lines[3]
    assert "0100" not in lines[3]


async def test_a_fallback_number_of_ours_is_found(sqlite_url: str, tmp_path: Path) -> None:
    circle = make_settings(sqlite_url, tmp_path, fallback_numbers={"info_social": ["+18005550811"]})
    assert any("tournerait en rond" in problem for problem in await checks.settings_are_safe(circle))
    assert await checks.settings_are_safe(make_settings(sqlite_url, tmp_path)) == []


async def test_a_database_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    missing = make_settings(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", tmp_path)
    assert await checks.database_is_at_head(missing)
    assert await checks.somebody_can_answer(missing)
    assert not (tmp_path / "none.db").exists()


async def test_a_database_without_its_migrations_is_found(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    assert await checks.database_is_at_head(make_settings(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}", tmp_path))


async def test_a_migrated_database_is_at_the_head(database_url: str, tmp_path: Path) -> None:
    assert await checks.database_is_at_head(make_settings(database_url, tmp_path)) == []


async def test_an_unreachable_database_is_a_finding(tmp_path: Path) -> None:
    away = make_settings("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path)
    lines, healthy = await examine(away, {"base de données": checks.database_is_at_head})
    assert not healthy
    assert "nobody" not in lines[0]


async def test_somebody_must_be_able_to_answer(settings: Settings, services: Services) -> None:
    (problem,) = await checks.somebody_can_answer(settings)
    assert "intervenant, garde_clinique" in problem
    for login, role in (("a", Role.INTERVENANT), ("b", Role.GARDE_CLINIQUE)):
        async with services.sessions.write() as session:
            await checks.accounts.create_user(session, login=login, name=login, role=role, password=PASSWORD)
    assert await checks.somebody_can_answer(settings) == []
    async with services.sessions.write() as session:
        await checks.accounts.set_active(session, "b", False)
    assert len(await checks.somebody_can_answer(settings)) == 1


async def test_somebodys_telephone_must_ring(
    settings: Settings, services: Services, sqlite_url: str, tmp_path: Path
) -> None:
    live = make_settings(sqlite_url, tmp_path, demo=False)
    async with services.sessions.write() as session:
        user = await checks.accounts.create_user(session, login="a", name="a", role=Role.INTERVENANT, password=PASSWORD)
    assert await checks.telephones_ring(settings) == [], "in a demonstration, conversations are by text"
    (problem,) = await checks.telephones_ring(live)
    assert "Mon téléphone" in problem
    await choose_way(services, user.id, AnswerWay.SOFTPHONE, None)
    (problem,) = await checks.telephones_ring(live)
    assert "RELAIS_TWILIO_APP_SID" in problem
    await choose_way(services, user.id, AnswerWay.OWN_PHONE, "819 555-0161")
    assert await checks.telephones_ring(live) == []


async def test_an_open_account_of_the_demonstration_is_named_outside_it(
    settings: Settings, services: Services, sqlite_url: str, tmp_path: Path
) -> None:
    live = make_settings(sqlite_url, tmp_path, demo=False)
    async with services.sessions.write() as session:
        await checks.accounts.ensure_demo_accounts(session, PASSWORD)
        for login, _, _ in checks.accounts.DEMO_ACCOUNTS[1:]:
            await checks.accounts.set_active(session, login, False)
    (problem,) = await checks.demo_accounts_are_closed(live)
    assert "intervenante@demo" in problem
    assert await checks.demo_accounts_are_closed(settings) == []
    (nobody,) = await checks.somebody_can_answer(live)
    assert "intervenant" in nobody


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda gate: None, None),
        (lambda gate: setattr(gate, "broken", True), "à temps"),
        (lambda gate: gate.phrases.clear(), "danger évident"),
    ],
)
async def test_the_gate_must_read_a_plain_danger(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    gate: ScriptedGate,
    spoil: Callable[[ScriptedGate], None],
    said: str | None,
) -> None:
    spoil(gate)
    monkeypatch.setattr(RiskGate, "load", lambda _folder: gate)
    problems = await checks.gate_reads(settings)
    assert bool(problems) is bool(said)
    assert said is None or said in problems[0]


async def test_a_missing_model_says_what_to_run(settings: Settings) -> None:
    lines, healthy = await examine(settings, {"filtre de risque": checks.gate_reads})
    assert not healthy
    assert "make train" in lines[0]


async def test_rasa_that_does_not_answer_is_found(sqlite_url: str, tmp_path: Path) -> None:
    assert await checks.rasa_answers(make_settings(sqlite_url, tmp_path, rasa_url="http://127.0.0.1:1"))


async def test_unsigned_texts_are_found_outside_a_demonstration_only(sqlite_url: str, tmp_path: Path) -> None:
    unsigned = await checks.texts_are_signed(make_settings(sqlite_url, tmp_path, demo=False))
    assert any(problem.startswith("triage/interventions/texts_fr.yml") for problem in unsigned)
    assert not any("simulated" in problem for problem in unsigned)
    assert await checks.texts_are_signed(make_settings(sqlite_url, tmp_path)) == []


async def test_the_texts_of_the_repository_are_whole(settings: Settings) -> None:
    assert await checks.texts_are_whole(settings) == []


async def test_every_token_verifies_a_signed_call(sqlite_url: str, tmp_path: Path) -> None:
    rotation = make_settings(
        sqlite_url, tmp_path, twilio_auth_token="nouveau,ancien", public_url="https://relais.exemple/aide"
    )
    assert await tokens_verify(rotation) == []
    assert await tokens_verify(make_settings(sqlite_url, tmp_path, twilio_auth_token=""))


async def test_a_token_that_does_not_verify_is_named_by_its_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SignsWithAnother(signature_check.SignedRequests):
        def __init__(self, http: httpx.AsyncClient, public_url: str, auth_token: str, origin: str) -> None:
            super().__init__(http, public_url, auth_token + "x", origin)

    monkeypatch.setattr(signature_check, "SignedRequests", SignsWithAnother)
    (problem,) = await tokens_verify(settings)
    assert "jeton 1" in problem
    assert "test-token" not in problem


def test_every_check_is_asked() -> None:
    named: set[Callable[[Settings], Coroutine[object, object, list[str]]]] = set(checks.CHECKS.values())  # type: ignore[arg-type]
    assert {tokens_verify, checks.rasa_answers, checks.texts_are_signed} <= named
    assert len(named) == len(checks.CHECKS) == 11
