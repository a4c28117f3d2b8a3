"""The main road by phone in Chromium: the trial phone over signed HTTP, the menu, a risk said aloud, a human voice."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import expect

from tests.browser.staff import close_contact, say, sign_in
from tests.fixtures.browser import OpenPage
from tests.fixtures.processes import Running

pytestmark = [pytest.mark.browser, pytest.mark.rasa]

SLOW = 30_000


async def test_from_a_call_to_a_human_voice(
    door: Running, open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    staff = await sign_in(open_page, door.url)
    phone = await open_page(f"{door.url}/demo/telephone", 900, 900)
    await expect(phone.locator("body > .danger")).to_contain_text("personne ne répond ici")
    await phone.click("#call")
    heard = phone.locator("#log")
    await expect(heard).to_contain_text("assistant automatique", timeout=SLOW)
    await expect(heard).to_contain_text("n'est pas enregistré", timeout=SLOW)
    await phone.click('[data-key="2"]')
    await expect(heard).to_contain_text("Dites en quelques mots", timeout=SLOW)
    await phone.fill("#words", "ma voisine m'a dit qu'elle voulait se tuer à soir, elle a des pilules")
    await phone.click("#speak")
    said = time.monotonic()
    entry = staff.locator("#entries .entry")
    await expect(entry).to_have_count(1, timeout=SLOW)
    with capsys.disabled():
        print(f"\n[mesure] téléphone : de la phrase à risque à la file de la console : {time.monotonic() - said:.2f} s")
    await expect(heard).to_contain_text("une personne de l'équipe est appelée", timeout=SLOW)
    await expect(entry.locator(".quote").first).to_contain_text("se tuer")

    await entry.locator(".take").click()
    await expect(staff.locator("#turns")).to_contain_text("ma voisine")
    await say(staff, "Bonjour, ici Guillaume. Où est votre voisine en ce moment?")
    await expect(heard).to_contain_text("Où est votre voisine", timeout=SLOW)
    await phone.fill("#words", "elle est chez elle, je vois sa lumière")
    await phone.click("#speak")
    await expect(staff.locator("#turns")).to_contain_text("je vois sa lumière", timeout=SLOW)

    await close_contact(staff)
    await expect(phone.locator("#call")).to_be_enabled(timeout=SLOW)


async def test_the_zero_key_and_silence_reach_a_person(door: Running, open_page: OpenPage) -> None:
    staff = await sign_in(open_page, door.url)
    phone = await open_page(f"{door.url}/demo/telephone", 900, 900)
    await phone.click("#call")
    await expect(phone.locator("#keypad")).to_be_enabled(timeout=SLOW)
    await phone.click('[data-key="0"]')
    await expect(staff.locator("#entries .entry")).to_have_count(1, timeout=SLOW)
    await phone.click("#hang-up")
    await expect(staff.locator("#entries .entry")).to_have_count(0, timeout=SLOW)
