"""The main road by phone in Chromium: the trial phone over signed HTTP, the menu, a risk said aloud, a human voice."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Page, expect

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


async def test_a_call_goes_from_one_intervenant_to_another_back_to_the_queue_and_to_its_end(
    door: Running, open_page: OpenPage
) -> None:
    """Menu, risk, wait, what only the staff sees, talk, warm transfer, return, taken again, end."""
    marie = await sign_in(open_page, door.url)
    garde = await sign_in(open_page, door.url, "garde@demo")
    phone = await open_page(f"{door.url}/demo/telephone", 900, 900)
    await phone.click("#call")
    heard = phone.locator("#log")
    await expect(heard).to_contain_text("assistant automatique", timeout=SLOW)
    await phone.click('[data-key="2"]')
    await expect(heard).to_contain_text("Dites en quelques mots", timeout=SLOW)
    await speak(phone, "j'ai pu envie de vivre, je pense à me tuer")
    await expect(heard).to_contain_text("une personne de l'équipe est appelée", timeout=SLOW)

    entry = marie.locator("#entries .entry")
    await expect(entry).to_have_count(1, timeout=SLOW)
    await expect(entry).to_contain_text("Suicide")
    await entry.locator(".take").click()
    await expect(marie.locator("#leg-person")).to_contain_text("en ligne", timeout=SLOW)
    await expect(marie.locator("#leg-mine")).to_contain_text("en ligne")
    await expect(marie.locator("#call-whisper")).to_contain_text("Appel avec un risque. suicide", ignore_case=True)
    await say(marie, "Bonjour, ici Marie. Je vous écoute.")
    await expect(heard).to_contain_text("ici Marie", timeout=SLOW)

    await marie.click("#hold")
    await expect(marie.locator("#leg-person")).to_contain_text("en attente", timeout=SLOW)
    await marie.click("#hold")
    await expect(marie.locator("#leg-person")).to_contain_text("en ligne", timeout=SLOW)

    await marie.click("#open-bring-in")
    await marie.locator("#bring-in [data-invites]").click()
    invitation = garde.locator(".invitation")
    await expect(invitation).to_contain_text("vous demande dans un appel", timeout=SLOW)
    await expect(invitation).to_contain_text("Risque")
    await invitation.locator("[data-joins]").click()
    await expect(garde.locator("#turns")).to_contain_text("envie de vivre")
    await expect(garde.locator("#call-told")).to_contain_text("Le contact est encore le sien")
    hand_over = marie.get_by_role("button", name="Passer la main")
    await expect(hand_over).to_be_visible(timeout=SLOW)
    marie.once("dialog", lambda dialog: dialog.accept())
    await hand_over.click()
    await expect(marie.locator(".no-contact")).to_be_visible(timeout=SLOW)
    await expect(garde.locator("#hold")).to_be_visible(timeout=SLOW)
    await say(garde, "Ici Odile. Je prends la suite avec vous.")
    await expect(heard).to_contain_text("Ici Odile", timeout=SLOW)

    garde.once("dialog", lambda dialog: dialog.accept())
    await garde.click("#give-back")
    await expect(entry).to_have_count(1, timeout=SLOW)
    await expect(garde.locator(".no-contact")).to_be_visible()
    await entry.locator(".take").click()
    await expect(marie.locator("#leg-person")).to_contain_text("en ligne", timeout=SLOW)
    await say(marie, "C'est encore Marie, je reste avec vous.")
    await expect(heard).to_contain_text("je reste avec vous", timeout=SLOW)
    await speak(phone, "merci, ça va aller mieux")
    await expect(marie.locator("#turns")).to_contain_text("ça va aller mieux", timeout=SLOW)

    await close_contact(marie)
    await expect(phone.locator("#call")).to_be_enabled(timeout=SLOW)
    said = await heard.inner_text()
    for staff_word in ("Risque", "Suicide", "signal", "Odile (démo)", "Intervenante (démo)", "Appel avec"):
        assert staff_word not in said


async def speak(phone: Page, words: str) -> None:
    await phone.fill("#words", words)
    await phone.click("#speak")


async def test_the_zero_key_and_silence_reach_a_person(door: Running, open_page: OpenPage) -> None:
    staff = await sign_in(open_page, door.url)
    phone = await open_page(f"{door.url}/demo/telephone", 900, 900)
    await phone.click("#call")
    await expect(phone.locator("#keypad")).to_be_enabled(timeout=SLOW)
    await phone.click('[data-key="0"]')
    await expect(staff.locator("#entries .entry")).to_have_count(1, timeout=SLOW)
    await phone.click("#hang-up")
    await expect(staff.locator("#entries .entry")).to_have_count(0, timeout=SLOW)
