"""The main road in Chromium, on real parts: a French sentence typed on the demo page, a human who answers."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Page, expect

from tests.browser.staff import close_contact, sign_in
from tests.fixtures.browser import OpenPage
from tests.fixtures.processes import Running

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

RISKY = "je suis tanné de toute, j'ai envie d'en finir à soir"


async def write(page: Page, text: str) -> None:
    await page.fill("relais-chat textarea", text)
    await page.press("relais-chat textarea", "Enter")


async def test_from_a_sentence_to_a_human_voice_by_chat(
    door: Running, open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    staff = await sign_in(open_page, door.url)
    visitor = await open_page(f"{door.url}/demo", 360, 740)
    await expect(visitor.locator("relais-chat .demo").first).to_contain_text("personne ne répond ici")
    log = visitor.locator("relais-chat .log")
    await expect(log).to_contain_text("assistant automatique")
    await expect(log).to_contain_text("911")

    await write(visitor, "Bonjour, c'est quoi vos heures d'ouverture?")
    await expect(log).to_contain_text("jour et nuit")
    await expect(staff.locator("#entries .entry")).to_have_count(0)

    await write(visitor, RISKY)
    sent = time.monotonic()
    entry = staff.locator("#entries .entry")
    await expect(entry).to_have_count(1)
    delay = time.monotonic() - sent
    with capsys.disabled():
        print(f"\n[mesure] clavardage : du message à risque à la file de la console : {delay:.2f} s")
    await expect(entry.locator(".quote").first).to_contain_text("finir")
    await expect(log).to_contain_text("1 866 277-3553")
    await expect(visitor.locator("relais-chat .panel")).to_be_visible()

    await entry.locator(".take").click()
    await expect(staff.locator("#turns")).to_contain_text("heures d'ouverture")
    await expect(staff.locator("#turns mark").first).to_contain_text("finir")
    await expect(staff.locator("#entries .entry")).to_have_count(0)
    await staff.fill("#message", "Bonjour, je m'appelle Aminata. Je suis avec vous.")
    await staff.press("#message", "Enter")
    await expect(log).to_contain_text("Je suis avec vous.")
    await write(visitor, "merci d'être là")
    await expect(staff.locator("#turns")).to_contain_text("merci d'être là")

    said = await log.inner_text()
    await write(visitor, "vous ouvrez quand?")
    await expect(staff.locator("#turns")).to_contain_text("vous ouvrez quand?")
    assert (await log.inner_text()).count("jour et nuit") == said.count("jour et nuit")

    await close_contact(staff)
    await expect(visitor.locator("relais-chat .state")).to_contain_text("termin")


async def test_two_intervenants_one_winner(door: Running, open_page: OpenPage) -> None:
    first = await sign_in(open_page, door.url)
    second = await sign_in(open_page, door.url, "garde@demo")
    visitor = await open_page(f"{door.url}/demo", 360, 740)
    await visitor.locator("relais-chat .ask-person").click()
    await expect(first.locator("#entries .entry")).to_have_count(1)
    await expect(second.locator("#entries .entry")).to_have_count(1)
    await first.locator(".take").click()
    await expect(first.locator("#turns")).to_be_visible()
    await expect(second.locator("#entries .entry")).to_have_count(0)


async def test_a_reload_loses_nothing_and_doubles_nothing(door: Running, open_page: OpenPage) -> None:
    visitor = await open_page(f"{door.url}/demo", 360, 740)
    await write(visitor, "Où trouver une banque alimentaire?")
    log = visitor.locator("relais-chat .log")
    await expect(log).to_contain_text("211")
    before = await log.inner_text()
    await visitor.reload()
    await expect(log).to_contain_text("211")
    assert (await log.inner_text()).count("banque alimentaire?") == before.count("banque alimentaire?") == 1
