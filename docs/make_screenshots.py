"""Take the README's pictures from a running demonstration: .venv/bin/python docs/make_screenshots.py [address]

Start the demonstration first (`make run`) and wait until the bot has joined.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

from foundation.settings import load_settings

PICTURES = Path(__file__).parent / "screenshots"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-sync"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


async def page_of(browser: Browser, url: str, width: int, height: int) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="fr-CA", timezone_id="America/Toronto"
    )
    page = await context.new_page()
    await page.goto(url)
    return page


async def write(page: Page, text: str) -> None:
    await page.fill("relais-chat textarea", text)
    await page.press("relais-chat textarea", "Enter")


async def chat(browser: Browser, base: str) -> Page:
    visitor = await page_of(browser, f"{base}/demo", 390, 844)
    await write(visitor, "Bonjour, avez-vous des conseils pour mieux dormir?")
    await expect(visitor.locator("relais-chat .turn.bot").nth(1)).to_be_visible(timeout=20_000)
    await visitor.wait_for_timeout(500)
    await visitor.screenshot(path=PICTURES / "chat.png")
    await write(visitor, "pour vrai c'est pas juste le sommeil, je veux pu vivre pis j'ai mes pilules devant moi")
    await expect(visitor.locator("relais-chat .panel")).to_be_visible(timeout=20_000)
    await visitor.wait_for_timeout(500)
    await visitor.screenshot(path=PICTURES / "chat-waiting.png")
    return visitor


async def telephone(browser: Browser, base: str) -> None:
    phone = await page_of(browser, f"{base}/demo/telephone", 1000, 760)
    await phone.click("#call")
    await expect(phone.locator("#log")).to_contain_text("Info-Social", timeout=60_000)
    await phone.click('[data-key="2"]')
    await expect(phone.locator("#log")).to_contain_text("Dites en quelques mots", timeout=60_000)
    await phone.fill("#words", "mon gars de seize ans s'est enfermé, il répond plus, j'ai peur qu'il se fasse du mal")
    await phone.click("#speak")
    await expect(phone.locator("#log")).to_contain_text("est appelée", timeout=60_000)
    await phone.screenshot(path=PICTURES / "telephone.png", full_page=True)


async def console(browser: Browser, base: str, password: str) -> None:
    staff = await page_of(browser, f"{base}/console/", 1360, 860)
    await staff.fill("#login", "intervenante@demo")
    await staff.fill("#password", password)
    await staff.press("#password", "Enter")
    await expect(staff.locator("#entries .entry").first).to_be_visible(timeout=20_000)
    await staff.wait_for_timeout(800)
    await staff.screenshot(path=PICTURES / "queue.png")
    await staff.locator("#entries .entry", has_text="Clavardage").first.locator(".take").click()
    await expect(staff.locator("#turns")).to_be_visible()
    await staff.fill("#message", "Bonjour, je m'appelle Aminata. Merci d'avoir écrit. Je suis là, avec vous.")
    await staff.press("#message", "Enter")
    await expect(staff.locator("#turns .turn.intervenant")).to_have_count(1)
    await staff.wait_for_timeout(800)
    await staff.screenshot(path=PICTURES / "contact.png")
    await staff.locator("#entries .entry", has_text="Téléphone").first.locator(".take").click()
    await expect(staff.locator("#leg-person")).to_contain_text("en ligne", timeout=20_000)
    await staff.wait_for_timeout(800)
    await staff.screenshot(path=PICTURES / "call.png")


async def main() -> int:
    settings = load_settings()
    base = sys.argv[1] if len(sys.argv) > 1 else settings.public_url
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        print("Chromium n'est pas installé.")
        return 1
    PICTURES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        visitor = await chat(browser, base)
        await telephone(browser, base)
        await console(browser, base, settings.demo_password.get_secret_value())
        await visitor.screenshot(path=PICTURES / "chat-person.png")
        await browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
