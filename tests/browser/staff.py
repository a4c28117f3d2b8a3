"""What an intervenant does in the console, for the journeys."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.fixtures.browser import OpenPage
from tests.fixtures.processes import DEMO_PASSWORD


async def sign_in(open_page: OpenPage, url: str, login: str = "intervenante@demo") -> Page:
    page = await open_page(f"{url}/console/")
    await page.fill("#login", login)
    await page.fill("#password", DEMO_PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_selector("#file")
    return page


async def take(staff: Page) -> None:
    """Take the only person who waits."""
    await expect(staff.locator("#entries .entry")).to_have_count(1)
    await staff.locator("#entries .take").click()
    await expect(staff.locator("#turns")).to_be_visible()


async def say(staff: Page, words: str) -> None:
    await staff.fill("#message", words)
    await staff.press("#message", "Enter")


async def close_contact(staff: Page) -> None:
    await staff.click("#open-end")
    await staff.locator("#end input[name=disposition]").first.check()
    for box in await staff.locator("#end input[type=checkbox]").all():
        if await box.is_visible():
            await box.check()
    await staff.click("#end button[type=submit]")
