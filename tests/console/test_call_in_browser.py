"""The telephone of the desk in Chromium: by keyboard alone, between two consoles, and as a softphone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.console.conftest import PASSWORD, Arrive, Desk
from tests.console.scripted_calls import ScriptedCalls
from triage.interventions.types import Channel
from triage.services import Services
from triage.voice_port import AnswerWay, LegKind

pytestmark = pytest.mark.browser

# Twilio's library as far as the page uses it; `failsWith` makes the next connection fail.
SOFTPHONE = """
window.phone = { connected: [], listeners: {}, muted: false, failsWith: null, tokens: [] };
navigator.mediaDevices.getUserMedia = async () => ({ getTracks: () => [] });
window.Twilio = { Device: class {
  constructor(token) { window.phone.tokens.push(token); this.listeners = {}; window.phone.device = this; }
  on(name, act) { this.listeners[name] = act; }
  updateToken(token) { window.phone.tokens.push(token); }
  async connect({ params }) {
    if (window.phone.failsWith !== null) throw window.phone.failsWith;
    window.phone.connected.push(params.contact);
    return {
      on: (name, act) => { window.phone.listeners[name] = act; },
      isMuted: () => window.phone.muted,
      mute: (muted) => { window.phone.muted = muted; },
    };
  }
} };
"""


@pytest.fixture
async def telephone(
    browser: Browser, address: str, staff_ids: dict[str, str], services: Services, voice: ScriptedCalls
) -> AsyncIterator[Callable[[str], Awaitable[Page]]]:
    """The desk of somebody whose page is their telephone."""
    services.settings.demo = False
    errors: list[str] = []

    async def open_desk(login: str) -> Page:
        voice.ways[staff_ids[login]] = AnswerWay.SOFTPHONE
        page = await (await browser.new_context(locale="fr-CA")).new_page()

        async def give(route: Route) -> None:
            await route.fulfill(body=SOFTPHONE, content_type="text/javascript")

        await page.route("**/vendor/twilio.min.js", give)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(f"{address}/console/")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        async with page.expect_response("**/console/flux"):
            await page.click("button[type=submit]")
        return page

    yield open_desk
    assert errors == []


async def test_a_warm_transfer_between_two_desks_by_keyboard(
    desk: Desk, arrive: Arrive, voice: ScriptedCalls, staff_ids: dict[str, str]
) -> None:
    alice, bruno = await desk("alice"), await desk("bruno")
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await expect(alice.locator("#leg-person")).to_contain_text("en ligne")
    await expect(alice.locator("#message")).to_be_focused()
    await alice.keyboard.press("Escape")
    await expect(alice.locator("#message")).not_to_be_focused()
    await alice.keyboard.press("a")
    await expect(alice.locator("#leg-person")).to_contain_text("en attente")
    await expect(alice.locator("#hold")).to_have_attribute("aria-pressed", "true")
    await alice.keyboard.press("a")
    await expect(alice.locator("#leg-person")).to_contain_text("en ligne")
    await alice.keyboard.press("e")
    await expect(alice.locator("#bring-in")).to_be_visible()
    await alice.fill("#guest-number", "911")
    await alice.fill("#guest-label", "urgence")
    await alice.keyboard.press("Enter")
    await expect(alice.locator("#bring-in-said")).to_contain_text("911")
    await expect(alice.locator("#bring-in")).to_be_visible()
    await alice.locator("#bring-in [data-invites]").focus()
    await alice.keyboard.press("Enter")
    await expect(alice.locator("#bring-in")).not_to_be_visible()
    invitation = bruno.locator(".invitation")
    await expect(invitation).to_contain_text("Alice vous demande dans un appel")
    await invitation.locator("[data-joins]").click()
    await expect(bruno.locator("mark")).to_have_text("je veux mourir")
    leg = voice.leg_of(contact, staff_ids["bruno"])
    await expect(alice.locator(f"#leg-{leg.id}")).to_contain_text("en ligne")
    alice.once("dialog", lambda dialog: dialog.accept())
    await alice.locator("#contact").focus()
    await alice.keyboard.press("m")
    await expect(alice.locator(".no-contact")).to_be_visible()
    await expect(bruno.locator("#hold")).to_be_visible()
    await expect(bruno.locator("#give-back")).to_be_visible()
    await expect(bruno.locator("#tabs .tab")).to_have_count(1)
    await expect(bruno.locator(".invitation")).to_have_count(0)


async def test_an_open_dialog_stays_while_the_call_changes(
    desk: Desk, arrive: Arrive, voice: ScriptedCalls, services: Services
) -> None:
    alice = await desk("alice")
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await alice.locator("#open-bring-in").click()
    await alice.fill("#guest-label", "Interprète")
    voice.call(contact).mute = True
    async with services.sessions.write() as session:
        session.announce(f"contact:{contact}", "call", contact)
    await expect(alice.locator("#silent")).to_contain_text("Cette personne ne peut pas parler.")
    await expect(alice.locator("#bring-in")).to_be_visible()
    await expect(alice.locator("#guest-label")).to_have_value("Interprète")
    await alice.keyboard.press("Escape")
    await expect(alice.locator("#bring-in")).not_to_be_visible()


async def test_the_page_connects_once_when_the_call_is_mine(
    telephone: Desk, arrive: Arrive, voice: ScriptedCalls, services: Services, staff_ids: dict[str, str]
) -> None:
    alice = await telephone("alice")
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await expect(alice.locator("#softphone")).to_have_text("Branchement de votre poste…")
    await expect(alice.locator("#call-told")).to_have_text("Branchement de votre poste…")
    await alice.wait_for_function("window.phone.connected.length === 1")
    await voice.join(contact, staff_ids["alice"])
    async with services.sessions.write() as session:
        session.announce(f"contact:{contact}", "call", contact)
    await expect(alice.locator("#mute")).to_be_enabled()
    assert await alice.evaluate("window.phone.connected") == [contact]
    await alice.evaluate("window.phone.listeners.accept()")
    await expect(alice.locator("#softphone")).to_contain_text("on vous entend")
    await alice.locator("#contact").focus()
    await alice.keyboard.press("c")
    await expect(alice.locator("#mute")).to_contain_text("Rouvrir mon micro")
    assert await alice.evaluate("window.phone.muted") is True
    await alice.evaluate("window.phone.device.listeners.tokenWillExpire()")
    await alice.wait_for_function("window.phone.tokens.length === 2")
    await alice.evaluate("window.phone.listeners.disconnect()")
    await expect(alice.locator("#softphone")).to_contain_text("est terminé")
    await expect(alice.locator("#mute")).to_be_disabled()


async def test_a_refused_microphone_is_said_and_not_tried_in_circles(
    telephone: Desk, arrive: Arrive, voice: ScriptedCalls, services: Services
) -> None:
    alice = await telephone("alice")
    await alice.evaluate("window.phone.failsWith = { code: 31401 }")
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await expect(alice.locator("#softphone")).to_contain_text("Le navigateur refuse le micro.")
    await expect(alice.locator("#softphone")).to_contain_text("revient en tête de file")
    await alice.evaluate("window.phone.failsWith = null")
    voice.add(contact, LegKind.GUEST, voice.call(contact).legs[0].state, None, "Interprète")
    async with services.sessions.write() as session:
        session.announce(f"contact:{contact}", "call", contact)
    await expect(alice.locator("#legs")).to_contain_text("Interprète")
    assert await alice.evaluate("window.phone.connected") == []


async def test_an_invited_softphone_connects_when_its_owner_joins(
    desk: Desk, telephone: Desk, arrive: Arrive, voice: ScriptedCalls, staff_ids: dict[str, str]
) -> None:
    alice, bruno = await desk("alice"), await telephone("bruno")
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await expect(alice.locator(".entry")).to_have_count(1)
    await alice.keyboard.press("p")
    await alice.locator("#open-bring-in").click()
    await alice.locator("#bring-in [data-invites]").click()
    await bruno.locator(".invitation").get_by_text("Lire").click()
    await expect(bruno.locator("mark")).to_have_text("je veux mourir")
    assert await bruno.evaluate("window.phone.connected") == []
    await bruno.locator(".invitation [data-joins]").click()
    await bruno.wait_for_function("window.phone.connected.length === 1")
    assert await bruno.evaluate("window.phone.connected") == [contact]
    assert (await voice.call_view(contact)).legs[0].staff_id == staff_ids["alice"]


async def test_the_real_library_runs_under_the_policy_of_the_desk(
    desk: Desk, services: Services, voice: ScriptedCalls, staff_ids: dict[str, str]
) -> None:
    services.settings.demo = False
    voice.ways[staff_ids["alice"]] = AnswerWay.SOFTPHONE
    alice = await desk("alice")
    assert await alice.evaluate("typeof Twilio.Device") == "function"
    await expect(alice.locator("#softphone")).to_contain_text("Autorisez-le avant de prendre un appel")
