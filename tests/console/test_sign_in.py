from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from console import accounts
from console.access import COOKIE
from console.live_stream import RETRY_LINE, desk_stream
from console.routes import router as console_router
from console.sign_in_limit import FROM_PLACE, ON_LOGIN, origin_of
from console.staff_sessions import IDLE_LIFE, id_of
from console.tables import FailedSignIn, StaffSession, StaffUser
from foundation.clock import ManualClock
from tests.console.conftest import PASSWORD, Arrive, Colleague, Meet
from triage.handoff.states import HandoffState, Role
from triage.handoff.tables import Handoff
from triage.record.tables import AuditLine
from triage.services import Services

Browser = Callable[[], Awaitable[httpx.AsyncClient]]


async def test_a_right_password_opens_the_desk(meet: Meet) -> None:
    alice = await meet("alice")
    page = await alice.get("/console/")
    assert page.status_code == 200
    assert "Alice" in page.text
    assert "Personne n&#39;attend." in page.text


async def test_the_login_is_read_without_case_or_spaces(staff_ids: dict[str, str], http_browser: Browser) -> None:
    answer = await Colleague(await http_browser(), "").sign_in("  ALICE ")
    assert answer.status_code == 303


@pytest.mark.parametrize(("login", "password"), [("alice", "autre chose"), ("personne", PASSWORD), ("", "")])
async def test_a_wrong_password_and_an_unknown_login_read_the_same(
    staff_ids: dict[str, str], http_browser: Browser, login: str, password: str
) -> None:
    client = await http_browser()
    answer = await client.post("/console/connexion", data={"login": login, "password": password})
    assert answer.status_code == 401
    assert "Identifiant ou mot de passe inexact." in answer.text
    assert COOKIE not in client.cookies


async def test_a_closed_account_cannot_sign_in_and_loses_its_session(services: Services, meet: Meet) -> None:
    alice = await meet("alice")
    async with services.sessions.write() as session:
        await accounts.set_active(session, "alice", active=False)
    assert (await alice.get("/console/file")).status_code == 401
    assert (await alice.sign_in("alice")).status_code == 401


async def test_too_many_failures_must_wait_even_with_the_right_password(
    services: Services, staff_ids: dict[str, str], http_browser: Browser, clock: ManualClock
) -> None:
    somebody = Colleague(await http_browser(), "")
    for _ in range(ON_LOGIN.most):
        assert (await somebody.sign_in("alice", "autre chose")).status_code == 401
    refused = await somebody.sign_in("alice")
    assert refused.status_code == 429
    assert "Attendez 5 minutes" in refused.text
    assert refused.headers["Retry-After"] == "300"
    assert (await somebody.sign_in("bruno")).status_code == 303
    clock.advance(ON_LOGIN.window.total_seconds() + 1)
    assert (await somebody.sign_in("alice")).status_code == 303


async def test_failures_keep_neither_login_nor_address(
    services: Services, staff_ids: dict[str, str], http_browser: Browser
) -> None:
    await Colleague(await http_browser(), "").sign_in("alice", "autre chose")
    async with services.sessions.read() as session:
        kept = list((await session.execute(select(FailedSignIn.origin))).scalars())
    assert [len(origin) for origin in kept] == [64, 64]
    assert not any("alice" in origin or "127.0.0.1" in origin for origin in kept)


async def test_a_place_that_tries_many_logins_must_wait(
    staff_ids: dict[str, str], http_browser: Browser, clock: ManualClock
) -> None:
    somebody = Colleague(await http_browser(), "")
    for number in range(FROM_PLACE.most):
        assert (await somebody.sign_in(f"personne{number}", "autre chose")).status_code == 401
    refused = await somebody.sign_in("alice")
    assert refused.status_code == 429
    assert "Attendez 15 minutes" in refused.text
    assert refused.headers["Retry-After"] == "900"
    clock.advance(FROM_PLACE.window.total_seconds() + 1)
    assert (await somebody.sign_in("alice")).status_code == 303


async def test_right_passwords_do_not_close_a_place(staff_ids: dict[str, str], http_browser: Browser) -> None:
    somebody = Colleague(await http_browser(), "")
    for _ in range(FROM_PLACE.most + 2):
        assert (await somebody.sign_in("alice")).status_code == 303


async def test_a_right_password_clears_the_failures_of_its_login(
    staff_ids: dict[str, str], http_browser: Browser
) -> None:
    somebody = Colleague(await http_browser(), "")
    for _ in range(2):
        for _ in range(ON_LOGIN.most - 1):
            assert (await somebody.sign_in("alice", "autre chose")).status_code == 401
        assert (await somebody.sign_in("alice")).status_code == 303


async def test_a_stranger_elsewhere_locks_nobody_out(app: FastAPI, staff_ids: dict[str, str]) -> None:
    async def from_address(address: str, password: str) -> int:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as browser:
            return (await Colleague(browser, "").sign_in("alice", password)).status_code

    for _ in range(ON_LOGIN.most):
        assert await from_address("192.0.2.1", "autre chose") == 401
    assert await from_address("192.0.2.1", PASSWORD) == 429
    assert await from_address("192.0.2.2", PASSWORD) == 303


def test_the_addresses_of_one_subscriber_are_one_place() -> None:
    assert origin_of("a", "2001:db8::1") == origin_of("a", "2001:db8::ffff:2")
    assert origin_of("a", "2001:db8::1").place != origin_of("a", "2001:db8:0:1::1").place
    assert origin_of("a", "::ffff:192.0.2.1") == origin_of("a", "192.0.2.1")
    assert origin_of("a", "192.0.2.1").place != origin_of("a", "192.0.2.2").place
    assert origin_of("a", "").place == origin_of("b", "").place


async def test_sixty_guesses_at_once_are_not_sixty_answers(
    services_on_both: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with services_on_both.sessions.write() as session:
        await accounts.create_user(session, login="alice", name="Alice", role=Role.ADMIN, password=PASSWORD)
    read: list[str] = []
    at_once = Counter[str]()
    verify = accounts._verify

    def counted(stored: str, password: str) -> bool:
        at_once["now"] += 1
        at_once["most"] = max(at_once["most"], at_once["now"])
        read.append(password)
        fits = verify(stored, password)
        at_once["now"] -= 1
        return fits

    monkeypatch.setattr(accounts, "_verify", counted)
    app = FastAPI()
    app.state.services = services_on_both
    app.include_router(console_router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as browser:
        guesses = [{"login": "alice", "password": f"essai {number}"} for number in range(60)]
        answers = await asyncio.gather(*(browser.post("/console/connexion", data=guess) for guess in guesses))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {401: ON_LOGIN.most, 429: 60 - ON_LOGIN.most}
    assert len(read) == ON_LOGIN.most
    assert at_once["most"] <= accounts.HASHED_AT_ONCE


async def test_too_long_a_field_has_its_own_sentence(http_browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(accounts, "_verify")
    for fields in ({"login": "tapé" * 65, "password": PASSWORD}, {"login": "alice", "password": "tapé" * 65}):
        answer = await (await http_browser()).post("/console/connexion", data=fields)
        assert answer.status_code == 401
        assert "trop long (256 caractères au plus)" in answer.text
        assert "tapé" not in answer.text


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "undefined", "punycode"])
async def test_no_charset_breaks_the_sign_in(http_browser: Browser, charset: str) -> None:
    answer = await (await http_browser()).post(
        "/console/connexion",
        files={"login": (None, b"+2AA- \\ud800"), "password": (None, b"+2AA- \\ud800")},
        headers={"Content-Type": f"multipart/form-data; boundary=limite; charset={charset}"},
    )
    assert answer.status_code in (400, 401)


async def test_the_cookie_is_for_this_site_only_and_changes_at_each_sign_in(meet: Meet) -> None:
    alice = await meet("alice")
    before = alice.http.cookies[COOKIE]
    answer = await alice.http.post("/console/connexion", data={"login": "alice", "password": PASSWORD})
    given = answer.headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=strict" in given
    assert "Secure" not in given
    after = alice.http.cookies[COOKIE]
    assert after != before
    alice.http.cookies.set(COOKIE, before, domain="relais.test", path="/console")
    held = await alice.http.get("/console/file", headers={"Cookie": f"{COOKIE}={before}"})
    assert held.status_code == 401


async def test_the_cookie_is_secure_over_https(
    services: Services, staff_ids: dict[str, str], http_browser: Browser
) -> None:
    services.settings.public_url = "https://relais.test"
    answer = await Colleague(await http_browser(), "").http.post(
        "/console/connexion", data={"login": "alice", "password": PASSWORD}
    )
    assert "Secure" in answer.headers["set-cookie"]


async def test_the_token_itself_is_not_in_the_database(services: Services, meet: Meet) -> None:
    alice = await meet("alice")
    async with services.sessions.read() as session:
        kept = (await session.execute(select(StaffSession))).scalar_one()
    assert alice.http.cookies[COOKIE] not in (kept.id, kept.csrf)


async def test_a_sign_in_from_another_site_is_refused(staff_ids: dict[str, str], http_browser: Browser) -> None:
    client = await http_browser()
    answer = await client.post(
        "/console/connexion",
        data={"login": "alice", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert COOKIE not in client.cookies


async def test_a_session_ends_after_twelve_idle_hours(meet: Meet, clock: ManualClock) -> None:
    alice = await meet("alice")
    clock.advance(IDLE_LIFE.total_seconds() - 60)
    assert (await alice.get("/console/")).status_code == 200
    clock.advance(IDLE_LIFE.total_seconds() - 60)
    assert (await alice.get("/console/")).status_code == 200
    clock.advance(IDLE_LIFE.total_seconds() + 1)
    gone = await alice.get("/console/")
    assert gone.status_code == 303
    assert gone.headers["Location"] == "/console/connexion"
    assert (await alice.get("/console/file")).status_code == 401


async def test_a_page_left_open_keeps_nobody_signed_in(meet: Meet, clock: ManualClock) -> None:
    alice = await meet("alice")
    for _ in range(13):
        await alice.post("/console/presence")
        await alice.get("/console/file")
        clock.advance(3600)
    assert (await alice.post("/console/presence")).status_code == 401


async def test_signing_out_gives_the_chats_back_at_once(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: Callable[[str], Awaitable[str]]
) -> None:
    alice = await meet("alice")
    handoff = await handoff_id(await arrive("je veux mourir"))
    await alice.post(f"/console/prise/{handoff}")
    answer = await alice.post("/console/deconnexion")
    assert answer.status_code == 303
    shown = await alice.get(answer.headers["Location"])
    assert "Vos contacts ouverts sont retournés dans la file." in shown.text
    async with services.sessions.read() as session:
        row = await session.get(Handoff, handoff)
        assert row is not None
        assert (row.state, row.owner_id, row.at_head) == (HandoffState.WAITING, None, True)
    assert (await alice.get("/console/file")).status_code == 401


async def test_signing_in_and_out_leave_audit_lines(services: Services, meet: Meet) -> None:
    alice = await meet("alice")
    await alice.post("/console/deconnexion")
    async with services.sessions.read() as session:
        lines = (await session.execute(select(AuditLine).where(AuditLine.actor_id == alice.staff_id))).scalars()
        assert {"signed_in", "signed_out"} <= {line.action for line in lines}


async def test_the_demo_banner_comes_first(http_browser: Browser) -> None:
    page = (await (await http_browser()).get("/console/connexion")).text
    body = page.split("<body", 1)[1]
    assert body.index("Démonstration : personne ne répond ici.") < body.index("<main")


async def test_outside_demo_there_is_no_banner(services: Services, http_browser: Browser) -> None:
    services.settings.demo = False
    assert "Démonstration" not in (await (await http_browser()).get("/console/connexion")).text


async def test_demo_accounts_are_one_a_role_and_can_be_made_again(services: Services, http_browser: Browser) -> None:
    for password in ("premier mot de passe", "second mot de passe"):
        async with services.sessions.write() as session:
            await accounts.ensure_demo_accounts(session, password)
    async with services.sessions.read() as session:
        users = list((await session.execute(select(StaffUser))).scalars())
    assert sorted(user.role for user in users) == sorted(Role)
    somebody = Colleague(await http_browser(), "")
    assert (await somebody.sign_in("garde@demo", "premier mot de passe")).status_code == 401
    assert (await somebody.sign_in("garde@demo", "second mot de passe")).status_code == 303


async def test_outside_demo_its_accounts_are_as_unknown_ones(services: Services, http_browser: Browser) -> None:
    async with services.sessions.write() as session:
        await accounts.ensure_demo_accounts(session, PASSWORD)
    somebody = Colleague(await http_browser(), "")
    assert (await somebody.sign_in("garde@demo")).status_code == 303
    services.settings.demo = False
    assert (await somebody.get("/console/file")).status_code == 401
    read: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        verify = accounts._verify
        patch.setattr(accounts, "_verify", lambda stored, password: read.append(stored) or verify(stored, password))
        refused = await somebody.sign_in(" Garde@DEMO ")
        unknown = await somebody.sign_in("personne@ailleurs")
    assert refused.status_code == unknown.status_code == 401
    assert refused.text == unknown.text
    assert read[0] == read[1]


async def test_a_stream_of_the_demonstration_ends_outside_it(services: Services, http_browser: Browser) -> None:
    async with services.sessions.write() as session:
        await accounts.ensure_demo_accounts(session, PASSWORD)
    somebody = Colleague(await http_browser(), "")
    await somebody.sign_in("garde@demo")
    services.settings.demo = False
    stream = desk_stream(services, id_of(somebody.http.cookies[COOKIE]), "garde")
    assert [line async for line in stream] == [RETRY_LINE]


async def test_accounts_refuse_a_weak_password_and_a_taken_login(services: Services, staff_ids: dict[str, str]) -> None:
    async with services.sessions.write() as session:
        with pytest.raises(accounts.WeakPassword):
            await accounts.create_user(session, login="x", name="X", role=Role.ADMIN, password="court")
        with pytest.raises(accounts.LoginTaken):
            await accounts.create_user(session, login="Alice", name="X", role=Role.ADMIN, password=PASSWORD)
        with pytest.raises(accounts.UnknownLogin):
            await accounts.change_password(session, "personne", PASSWORD)


async def test_a_changed_password_ends_the_open_sessions(services: Services, meet: Meet) -> None:
    alice = await meet("alice")
    async with services.sessions.write() as session:
        await accounts.change_password(session, "alice", "un autre mot de passe")
    assert (await alice.get("/console/file")).status_code == 401


async def test_a_changed_role_ends_the_open_sessions(services: Services, meet: Meet) -> None:
    alice = await meet("alice")
    async with services.sessions.write() as session:
        await accounts.set_role(session, "alice", Role.COORDINATION)
    assert (await alice.get("/console/file")).status_code == 401
