from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from console.access import RoleGate
from console.secure_route import HEADERS
from tests.console.conftest import Arrive, Meet

PUBLIC = {"/console/connexion", "/console/static/{path:path}"}
PAGE_PARTS = ["/console/file", "/console/contacts", "/console/etat", "/console/flux", "/console/contact/x"]


def console_routes(app: FastAPI) -> list[APIRoute]:
    from console.routes import PARTS

    return [route for part in PARTS for route in part.router.routes if isinstance(route, APIRoute)]


def test_every_route_but_the_public_ones_demands_a_role(app: FastAPI) -> None:
    routes = console_routes(app)
    assert len(routes) >= 30
    for route in routes:
        gates = [d.call for d in route.dependant.dependencies if isinstance(d.call, RoleGate)]
        if f"/console{route.path}" in PUBLIC:
            continue
        assert gates, route.path
        assert all(gate.demands_role for gate in gates)


async def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(
    http_browser: Callable[[], Awaitable[httpx.AsyncClient]],
) -> None:
    client = await http_browser()
    page = await client.get("/console/")
    assert (page.status_code, page.headers["Location"]) == (303, "/console/connexion")
    for path in PAGE_PARTS:
        assert (await client.get(path)).status_code == 401, path
    assert (await client.post("/console/prise")).status_code == 401


@pytest.mark.parametrize(
    "path", ["/console/prise", "/console/presence", "/console/deconnexion", "/console/contact/x/dire"]
)
async def test_an_act_without_the_token_of_the_page_is_refused(meet: Meet, path: str) -> None:
    alice = await meet("alice")
    assert (await alice.http.post(path)).status_code == 403
    assert (await alice.http.post(path, headers={"X-CSRF-Token": "autre"})).status_code == 403
    assert (await alice.http.post(path, data={"csrf": "é"})).status_code == 403


async def test_the_token_of_somebody_else_is_refused(meet: Meet) -> None:
    alice, bruno = await meet("alice"), await meet("bruno")
    answer = await alice.http.post("/console/presence", headers={"X-CSRF-Token": bruno.csrf})
    assert answer.status_code == 403


async def test_the_token_is_taken_from_a_form_too(meet: Meet) -> None:
    alice = await meet("alice")
    assert (await alice.http.post("/console/presence", data={"csrf": alice.csrf})).status_code == 200


async def test_coordination_sees_who_waits_but_not_their_words(meet: Meet, arrive: Arrive) -> None:
    contact = await arrive("bonsoir, je veux mourir")
    coordination, alice = await meet("coord"), await meet("alice")
    assert "je veux mourir" in (await alice.get("/console/file")).text
    seen = (await coordination.get("/console/")).text
    assert "Risque lu" in seen
    assert "je veux mourir" not in seen
    assert "Suicide" not in seen
    assert "data-take=" not in seen
    assert (await coordination.get(f"/console/contact/{contact}")).status_code == 403
    assert (await coordination.post("/console/prise")).status_code == 403


async def test_an_admin_sees_the_accounts_and_no_contact(meet: Meet, arrive: Arrive) -> None:
    await arrive("je veux mourir")
    admin = await meet("admin")
    page = (await admin.get("/console/")).text
    assert "bruno" in page
    assert "je veux mourir" not in page
    assert (await admin.get("/console/file")).status_code == 403


async def test_every_answer_carries_the_strict_headers(meet: Meet) -> None:
    alice = await meet("alice")
    paths = ["/console/", "/console/file", "/console/connexion", "/console/contact/x", "/console/static/absent.js"]
    for path in paths:
        headers = (await alice.get(path)).headers
        for name, value in HEADERS.items():
            assert headers[name] == value, (path, name)


async def test_pages_hold_no_inline_script_or_style(meet: Meet, arrive: Arrive) -> None:
    await arrive("je veux mourir")
    alice = await meet("alice")
    await alice.post("/console/prise")
    page = (await alice.get("/console/")).text
    assert "<style" not in page
    assert " style=" not in page
    assert " onclick" not in page
    assert "hx-on" not in page
    for tag in page.split("<script")[1:]:
        assert "src=" in tag.split(">", 1)[0]


async def test_static_gives_only_its_own_files(http_browser: Callable[[], Awaitable[httpx.AsyncClient]]) -> None:
    client = await http_browser()
    style = await client.get("/console/static/console.css")
    assert style.status_code == 200
    assert style.headers["Cache-Control"] == "no-cache"
    refused = (
        "%2e%2e/routes.py",
        "%2e%2e/console_fr.yml",
        "/etc/passwd",
        "",
        "vendor",
        "%00",
        "a%00.js",
        "a" * 300 + ".js",
    )
    for path in refused:
        assert (await client.get(f"/console/static/{path}")).status_code == 404, path


@pytest.mark.parametrize("path", ["", "/static", "/connexion/", "/file/", "/prise/", "/rien", "//ailleurs.test/x/"])
async def test_no_redirection_says_the_host_back(
    meet: Meet, http_browser: Callable[[], Awaitable[httpx.AsyncClient]], path: str
) -> None:
    alice = await meet("alice")
    for browser in (alice.http, await http_browser()):
        for method in ("GET", "HEAD", "POST"):
            answer = await browser.request(method, f"/console{path}", headers={"X-Forwarded-Host": "ailleurs.test"})
            assert answer.status_code in (303, 404, 405), (method, path)
            assert answer.headers.get("Location", "/console/") in ("/console/", "/console/connexion")
    assert (await alice.get("/console")).headers["Location"] == "/console/"


async def test_an_address_with_nul_names_nothing(meet: Meet) -> None:
    alice = await meet("alice")
    for path in ("/console/contact/%00", "/console/?contact=%00", "/console/contact/a%00/tours"):
        assert (await alice.get(path)).status_code == 404
    assert (await alice.post("/console/prise/%00")).status_code == 404


async def test_what_was_typed_is_never_said_back(meet: Meet) -> None:
    alice = await meet("alice")
    answers = [
        await alice.post("/console/pause", state="mot-de-passe-tapé"),
        await alice.post("/console/contact/x/dire", client_id="mot-de-passe-tapé", text="mot-de-passe-tapé"),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "mot-de-passe" not in answer.text
        assert "Rechargez la page" in answer.json()["error"]
        assert answer.headers["Cache-Control"] == "no-store"
