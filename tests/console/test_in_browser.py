"""The desk as an intervenant uses it: keyboard, live queue, alarm, a cut line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.console.conftest import Arrive, Desk
from tests.fixtures.scripted import ScriptedRouter
from triage.handoff.states import HandoffState
from triage.handoff.tables import Handoff
from triage.services import Services

pytestmark = pytest.mark.browser


async def test_risk_rings_until_somebody_takes_it(desk: Desk, arrive: Arrive) -> None:
    alice, bruno = await desk("alice"), await desk("bruno")
    await arrive("bonsoir, je veux mourir")
    for page in (alice, bruno):
        await expect(page.locator(".entry q")).to_have_text("je veux mourir")
        await expect(page.locator("body")).to_have_class("ringing")
        await expect(page).to_have_title("● RISQUE – 1 en attente")
    await alice.keyboard.press("p")
    await expect(alice.locator("#message")).to_be_focused()
    for page in (alice, bruno):
        await expect(page.locator(".entry")).to_have_count(0)
        await expect(page.locator("body")).not_to_have_class("ringing")
        await expect(page).to_have_title("Relais, console")


async def test_two_people_talk_and_close_with_the_keyboard(
    desk: Desk, arrive: Arrive, services: Services, handoff_id: Callable[[str], Awaitable[str]]
) -> None:
    alice = await desk("alice")
    contact = await arrive("je veux mourir")
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("j")
    await expect(alice.locator("[data-take]")).to_be_focused()
    await alice.keyboard.press("Enter")
    await expect(alice.locator("#message")).to_be_focused()
    await alice.keyboard.type("Je suis là.")
    await alice.keyboard.press("Enter")
    await expect(alice.locator(".turn.intervenant p")).to_have_text("Je suis là.")
    await expect(alice.locator("#outbox li")).to_have_count(0)
    await alice.keyboard.type("Un brouillon")
    await arrive("<b>merci</b>", contact_id=contact)
    await expect(alice.locator(".turn.person p").last).to_have_text("<b>merci</b>")
    await expect(alice.locator("#message")).to_be_focused()
    await expect(alice.locator("#message")).to_have_value("Un brouillon")
    await alice.click("#open-end")
    await alice.check("input[value=entretien_termine]")
    await alice.check("input[name=confirm]")
    await alice.click("#end button[type=submit]")
    await expect(alice.locator("#end")).to_be_visible()
    await alice.check("input[name=confirm_risk]")
    await alice.click("#end button[type=submit]")
    await expect(alice.locator(".no-contact")).to_be_visible()
    async with services.sessions.read() as session:
        row = await session.get(Handoff, await handoff_id(contact))
        assert row is not None
        assert row.state is HandoffState.CLOSED


async def test_two_contacts_keep_their_drafts_and_say_what_is_new(
    desk: Desk, arrive: Arrive, router: ScriptedRouter
) -> None:
    router.down()
    alice = await desk("alice")
    first, _ = await arrive("bonjour"), await arrive("allo")
    await expect(alice.locator(".entry")).to_have_count(2)
    await alice.keyboard.press("p")
    await expect(alice.locator("#message")).to_be_focused()
    await alice.keyboard.type("pour le premier")
    await alice.click("#take-next")
    await expect(alice.locator("#tabs .tab")).to_have_count(2)
    await expect(alice.locator("#message")).to_have_value("")
    await arrive("êtes-vous là?", contact_id=first)
    await expect(alice.locator(f"#open-{first}")).to_have_class("tab fallback has-unread")
    await alice.keyboard.press("Escape")
    await alice.keyboard.press("1")
    await expect(alice.locator("#message")).to_have_value("pour le premier")
    await expect(alice.locator(f"#open-{first}")).not_to_have_class("tab fallback has-unread")


async def test_what_was_written_while_the_line_was_cut_is_not_lost(desk: Desk, arrive: Arrive) -> None:
    alice = await desk("alice")
    await arrive("je veux mourir")
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await expect(alice.locator("#message")).to_be_focused()
    await alice.context.set_offline(True)
    await alice.keyboard.type("Je reste avec vous.")
    await alice.keyboard.press("Enter")
    await expect(alice.locator(".unsent.failed span")).to_have_text("Non envoyé.")
    await alice.context.set_offline(False)
    await alice.locator(".unsent button").first.click()
    await expect(alice.locator(".turn.intervenant p")).to_have_text("Je reste avec vous.")
    await expect(alice.locator(".unsent")).to_have_count(0)


async def test_a_contact_lost_leaves_the_screen(
    desk: Desk, arrive: Arrive, services: Services, staff_ids: dict[str, str]
) -> None:
    alice = await desk("alice")
    await arrive("je veux mourir")
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await expect(alice.locator(".turn mark")).to_have_text("je veux mourir")
    async with services.sessions.write() as session:
        from triage.handoff import presence

        await presence.end(session, staff_ids["alice"], services.clock.now())
    await expect(alice.locator(".turn")).to_have_count(0)
    await expect(alice.locator(".entry")).to_have_count(1)
