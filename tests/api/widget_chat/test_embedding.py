"""Who may embed the widget, and what its pages allow."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException

from api.widget_chat import mount
from api.widget_chat.door_route import DoorRoute
from api.widget_chat.pages import WIDGET_FOLDER
from api.widget_chat.texts import TEXTS_FILE, ChatTexts
from foundation.settings import Settings
from tests.fixtures.services import make_settings
from triage.interventions.texts import TextFileError
from triage.interventions.types import Line
from triage.signals import RiskKind

PARTNER = "https://partenaire.example"
OTHER = "https://autre.example"


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return make_settings(sqlite_url, tmp_path, widget_origins=PARTNER)


@pytest.fixture
def partner(http: httpx.AsyncClient) -> httpx.AsyncClient:
    http.headers["Origin"] = PARTNER
    return http


async def test_an_allowed_page_may_talk_refusals_included(partner: httpx.AsyncClient) -> None:
    asked = await partner.options("/chat/messages", headers={"Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    for answer in (asked, await partner.post("/chat/sessions"), await partner.post("/chat/messages")):
        assert answer.headers["Access-Control-Allow-Origin"] == PARTNER
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/chat/messages", 401),
        ("GET", "/chat/turns?after=abc", 422),
        ("GET", "/chat/stream?after=-7", 422),
        ("DELETE", "/chat/messages", 404),
        ("POST", "/chat/texts", 404),
        ("GET", "/chat/inconnu", 404),
        ("PUT", "/chat/a/b", 404),
    ],
)
async def test_every_refusal_has_numbers_and_may_be_read_by_the_page(
    partner: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await partner.request(method, path)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == PARTNER
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["numbers"][0]["number"] == "911"
    assert answer.json()["message"]


async def test_a_refusal_made_by_the_framework_keeps_its_status_and_headers(
    app: FastAPI, partner: httpx.AsyncClient
) -> None:
    door = APIRouter(route_class=DoorRoute)

    @door.get("/busy")
    async def busy() -> None:
        raise HTTPException(409, headers={"X-Why": "busy"})

    app.include_router(door)
    answer = await partner.get("/busy")
    assert (answer.status_code, answer.headers["X-Why"]) == (409, "busy")
    assert answer.headers["Access-Control-Allow-Origin"] == PARTNER
    assert answer.json()["numbers"][0]["number"] == "911"


async def test_another_page_may_not(http: httpx.AsyncClient) -> None:
    for answer in (
        await http.options("/chat/messages", headers={"Origin": OTHER}),
        await http.post("/chat/sessions", headers={"Origin": OTHER}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/demo", "/clavardage", "/clavardage/prevention_suicide"])
async def test_pages_have_a_strict_policy_and_numbers_without_script(http: httpx.AsyncClient, path: str) -> None:
    page = await http.get(path)
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script>|\son\w+=|style=", page.text)
    assert 'href="tel:911"' in page.text
    assert "Démonstration" in page.text


async def test_the_demo_is_said_in_demo_mode_only(http: httpx.AsyncClient, settings: Settings) -> None:
    assert "Démonstration" in (await http.get("/chat/texts")).json()["demo"]
    settings.demo = False
    assert (await http.get("/chat/texts")).json()["demo"] is None
    assert "Démonstration" not in (await http.get("/clavardage")).text


@pytest.mark.parametrize("name", ["relais-chat.js", "relais-chat.css", "page.css", "panne.html", "door.js"])
async def test_files_of_the_widget_are_served(http: httpx.AsyncClient, name: str) -> None:
    file = await http.get(f"/widget/{name}")
    assert file.status_code == 200
    assert file.headers["Access-Control-Allow-Origin"] == "*"
    assert file.headers["Cache-Control"] == "no-cache"
    assert file.headers["etag"]


@pytest.mark.parametrize("name", ["pages", "..%2fpyproject.toml", "inconnu.js", "pages%2fdemo.html"])
async def test_nothing_else_is_served(http: httpx.AsyncClient, name: str) -> None:
    assert (await http.get(f"/widget/{name}")).status_code == 404


def test_the_widget_is_light() -> None:
    files = [*WIDGET_FOLDER.glob("*.js"), WIDGET_FOLDER / "relais-chat.css"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 30_000


def test_no_text_of_anybody_becomes_html() -> None:
    for path in WIDGET_FOLDER.glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text())


def test_the_static_numbers_are_those_of_the_texts() -> None:
    texts = ChatTexts.load()
    for name in ("panne.html", "last_resort.js"):
        written = (WIDGET_FOLDER / name).read_text(encoding="utf-8")
        for number in texts.outside_numbers(None):
            assert number.number in written
            assert number.href in written


@pytest.mark.parametrize("kind", [None, *RiskKind])
@pytest.mark.parametrize("line", list(Line))
def test_every_kind_on_every_line_has_911_first(kind: RiskKind | None, line: Line) -> None:
    numbers = ChatTexts.load().numbers_of([kind] if kind else [], line)
    assert numbers[0].number == "911"


@pytest.mark.parametrize(
    ("written", "wrong"),
    [("statut:", "etat:"), ("antipoison]", "antipoisson]"), ("  medical:", "  medicale:"), ("  empty:", "  vide:")],
)
def test_a_wrong_text_file_is_refused(tmp_path: Path, written: str, wrong: str) -> None:
    path = tmp_path / "texts_fr.yml"
    path.write_text(TEXTS_FILE.read_text(encoding="utf-8").replace(written, wrong), encoding="utf-8")
    with pytest.raises(TextFileError):
        ChatTexts.load(path)


async def test_there_is_no_demo_page_outside_demo_mode(settings: Settings) -> None:
    settings.demo = False
    app = FastAPI()
    mount(app, settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://relais.test") as http:
        assert (await http.get("/demo")).status_code == 404
