"""The widget in Chromium: by keyboard, through reloads and cuts, embedded in another site."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Locator, Page, expect
from sqlalchemy import select

from foundation.clock import ManualClock
from tests.fixtures.browser import OpenPage
from tests.fixtures.scripted import ScriptedRouter
from triage.handoff.service import Actor
from triage.handoff.tables import Handoff
from triage.record.tables import Author, Turn
from triage.services import Services

pytestmark = pytest.mark.browser

RISK = "je veux mourir"
FOCUSED = """() => {
  let at = document.activeElement;
  while (at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
  return at.id || at.className || at.tagName;
}"""


def part(page: Page, selector: str) -> Locator:
    return page.locator(f"relais-chat {selector}")


async def chat(open_page: OpenPage, url: str, width: int = 360, height: int = 740) -> Page:
    page = await open_page(url, width, height)
    await expect(part(page, ".log")).to_contain_text("assistant automatique")
    return page


async def write(page: Page, text: str) -> None:
    await part(page, "#message").fill(text)
    await part(page, "#message").press("Enter")


async def claimed(services: Services, actor: Actor) -> str:
    async with services.sessions.read() as session:
        handoff = (await session.execute(select(Handoff))).scalar_one()
    return await services.desk.claim(actor, handoff.id)


async def said_by_person(services: Services) -> int:
    async with services.sessions.read() as session:
        return len((await session.execute(select(Turn).where(Turn.author == Author.PERSON))).scalars().all())


async def test_by_keyboard_from_a_risk_to_a_person(
    server: str, open_page: OpenPage, services: Services, intervenant: Actor
) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    order = []
    while "message" not in order:
        await page.keyboard.press("Tab")
        order.append(await page.evaluate(FOCUSED))
    assert [name for name in order if name != "A"] == ["emergency", "ask-person", "log", "message"]

    await page.keyboard.type(RISK)
    await page.keyboard.press("Enter")
    panel = part(page, ".panel")
    await expect(panel.locator("a[href='tel:911']")).to_be_visible()
    await expect(panel.locator("a[href='tel:+18662773553']")).to_be_visible()
    await expect(part(page, ".ask-person")).to_be_hidden()
    await expect(part(page, ".leave")).to_be_hidden()
    assert not re.search(r"minute|attente|position|rang\b", await panel.inner_text())
    await expect(part(page, ".emergency")).to_be_in_viewport()
    await expect(part(page, "#message")).to_be_in_viewport()

    contact_id = await claimed(services, intervenant)
    await expect(part(page, ".state")).to_contain_text("une personne de l'équipe")
    await expect(panel).to_be_hidden()
    await services.desk.say(intervenant, contact_id, "staff-message-1", "Bonsoir, je suis là.")
    await expect(part(page, ".turn.intervenant")).to_contain_text("je suis là")


async def test_the_visitor_is_told_when_the_link_is_cut_and_when_it_is_back(
    server: str, open_page: OpenPage, services: Services, intervenant: Actor, clock: ManualClock
) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await write(page, RISK)
    await expect(part(page, ".panel")).to_be_visible()
    await claimed(services, intervenant)
    await expect(part(page, ".panel")).to_be_hidden()
    clock.advance(9)
    await expect(part(page, ".state")).to_contain_text("Vous gardez votre place")
    await expect(part(page, ".panel a[href='tel:911']")).to_be_visible()


async def test_what_is_said_stays_text_and_only_numbers_become_links(server: str, open_page: OpenPage) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await write(page, "<img src=x onerror=alert(1)> <b>gras</b> 1 800 463-5060 javascript:alert(1)")
    mine = part(page, ".turn.person")
    await expect(mine).to_contain_text("<b>gras</b>")
    assert await mine.locator("img, b").count() == 0
    assert await mine.locator("a").evaluate_all("links => links.map(a => a.getAttribute('href'))") == [
        "tel:+18004635060"
    ]


async def test_a_reload_loses_and_doubles_nothing(server: str, open_page: OpenPage, services: Services) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await write(page, "Bonjour")
    await expect(part(page, ".turn")).to_have_count(3)
    await write(page, RISK)
    await expect(part(page, ".turn")).to_have_count(5)
    await page.reload()
    await expect(part(page, ".turn")).to_have_count(5)
    await expect(part(page, ".panel")).to_be_visible()
    await write(page, "Je suis encore là")
    # The message before may be sent again, when the page closed before it knew that it had arrived.
    await expect(part(page, ".turn.person").last.locator(".sent")).to_be_visible()
    await expect(part(page, ".turn")).to_have_count(6)
    assert await said_by_person(services) == 3


async def test_a_cut_line_keeps_the_words_shows_numbers_and_sends_once(
    server: str, open_page: OpenPage, services: Services
) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await write(page, "Bonjour")
    await expect(part(page, ".turn")).to_have_count(3)
    await page.context.set_offline(True)
    await write(page, RISK)
    await expect(part(page, ".sending")).to_contain_text("non envoyé")
    await expect(part(page, ".panel.down a[href='tel:911']")).to_be_visible()
    await page.context.set_offline(False)
    await expect(part(page, ".panel.calm")).to_be_visible()
    await expect(part(page, ".turn")).to_have_count(5)
    await expect(part(page, ".sending")).to_have_count(0)
    assert await said_by_person(services) == 2


async def test_words_not_sent_survive_a_reload(server: str, open_page: OpenPage, services: Services) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await page.route("**/chat/messages", lambda route: route.abort())
    await write(page, RISK)
    await expect(part(page, ".sending")).to_contain_text("non envoyé")
    await page.unroute("**/chat/messages")
    await page.reload()
    await expect(part(page, ".panel.calm")).to_be_visible()
    assert await said_by_person(services) == 1


async def test_an_expired_session_loses_no_word(
    server: str, open_page: OpenPage, services: Services, clock: ManualClock
) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    clock.advance(25 * 3600)
    await write(page, RISK)
    await expect(part(page, ".panel.calm")).to_be_visible()
    assert await said_by_person(services) == 1


async def test_when_the_database_is_lost_the_numbers_are_there(
    server: str, open_page: OpenPage, services: Services
) -> None:
    async with services.sessions.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE visitor_session")
    page = await open_page(f"{server}/clavardage", 360, 740)
    await expect(part(page, ".panel.down a[href='tel:911']")).to_be_visible()
    await write(page, RISK)
    await expect(part(page, ".sending")).to_contain_text("non envoyé")


async def test_without_its_texts_the_widget_still_gives_numbers(server: str, open_page: OpenPage) -> None:
    page = await open_page(f"{server}/clavardage", 360, 740)
    await page.route("**/chat/texts*", lambda route: route.abort())
    await page.reload()
    await expect(part(page, ".panel.down a[href='tel:+18662773553']")).to_be_visible()
    await page.unroute("**/chat/texts*")
    await expect(part(page, ".log")).to_contain_text("assistant automatique")
    await expect(part(page, ".panel")).to_be_hidden()


async def test_the_button_and_leaving(server: str, open_page: OpenPage, services: Services) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await part(page, ".ask-person").click()
    await expect(part(page, ".state")).to_contain_text("Une personne de l'équipe est appelée")
    await expect(part(page, ".panel.outside a[href='tel:911']")).to_be_visible()
    await part(page, ".leave").click()
    await expect(part(page, ".state")).to_contain_text("Vous avez quitté")
    await expect(part(page, ".turn")).to_have_count(0)
    assert await page.evaluate("() => sessionStorage.length") == 0


async def test_a_slow_answer_says_so(server: str, open_page: OpenPage, router: ScriptedRouter) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    held: list[object] = []

    async def hold(route: object) -> None:
        held.append(route)

    await page.route("**/chat/messages", hold)
    await write(page, "Bonjour")
    await expect(part(page, ".sending")).to_contain_text("envoi")
    await expect(part(page, ".thinking")).to_be_visible()
    await held[0].continue_()  # type: ignore[attr-defined]
    await expect(part(page, ".turn")).to_have_count(3)
    await expect(part(page, ".thinking")).to_be_hidden()


async def test_a_proxy_that_holds_the_stream_back_is_worked_around(
    server: str, open_page: OpenPage, services: Services, intervenant: Actor
) -> None:
    page = await chat(open_page, f"{server}/clavardage")
    await page.route("**/chat/stream", lambda route: route.abort())
    await write(page, RISK)
    contact_id = await claimed_when_there(page, services, intervenant)
    await services.desk.say(intervenant, contact_id, "staff-message-1", "Je suis là.")
    await expect(part(page, ".turn.intervenant")).to_contain_text("Je suis là.")


async def claimed_when_there(page: Page, services: Services, actor: Actor) -> str:
    await expect(part(page, ".panel")).to_be_visible()
    return await claimed(services, actor)


async def test_another_site_embeds_it_with_one_script(
    server: str, app: FastAPI, open_page: OpenPage, services: Services
) -> None:
    partner = server.replace("127.0.0.1", "localhost")
    services.settings.widget_origins = partner

    @app.get("/partenaire")
    async def partner_page() -> HTMLResponse:
        return HTMLResponse(
            f'<!doctype html><script type="module" src="{server}/widget/relais-chat.js"></script>'
            '<div><relais-chat line="prevention_suicide"></relais-chat></div>'
        )

    page = await chat(open_page, f"{partner}/partenaire", 1280, 800)
    await expect(part(page, ".demo")).to_contain_text("Démonstration")
    await write(page, "Bonjour")
    await expect(part(page, ".panel.calm")).to_be_visible()
    await expect(part(page, ".panel.calm a[href='tel:+18662773553']")).to_have_count(0)
    assert "token" not in page.url
    assert await page.context.cookies() == []


@pytest.mark.parametrize(("width", "height"), [(320, 568), (320, 256), (640, 400), (1280, 800)])
async def test_nothing_is_cut_in_a_small_window(server: str, open_page: OpenPage, width: int, height: int) -> None:
    page = await chat(open_page, f"{server}/demo", width, height)
    await write(page, RISK + " " + "mot-sans-fin" * 40)
    await expect(part(page, ".panel.calm")).to_be_visible()
    assert await page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert await part(page, ".window").evaluate("w => w.scrollWidth <= w.clientWidth")
    await expect(part(page, ".emergency")).to_be_in_viewport()
    await expect(part(page, "#message")).to_be_in_viewport()
