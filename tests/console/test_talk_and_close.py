from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import select

from console.tables import StaffSession
from foundation.clock import ManualClock
from tests.console.conftest import Arrive, Colleague, Meet
from tests.console.reading import actions_of, handoff_row, said
from tests.fixtures.scripted import ScriptedRouter
from triage.handoff import presence
from triage.handoff.states import HandoffState, PresenceState
from triage.interventions.types import Channel, Line
from triage.record.tables import Author, Contact, Turn
from triage.services import Services

HandoffOf = Callable[[str], Awaitable[str]]
ONE_ID = "0123456789abcdef" * 2


async def test_what_is_said_is_written_once_and_in_my_name(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir")
    alice = await meet("alice")
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    first, again = [
        await alice.post(f"/console/contact/{contact}/dire", client_id=ONE_ID, text="Je suis là.\r\nJe vous lis.")
        for _ in range(2)
    ]
    assert first.json() == again.json()
    async with services.sessions.read() as session:
        turns = (await session.execute(select(Turn).where(Turn.author == Author.INTERVENANT))).scalars()
        assert [turn.staff_id for turn in turns] == [alice.staff_id]
    page = (await alice.get(f"/console/contact/{contact}/tours")).text
    assert page.count("Je suis là.\nJe vous lis.") == 1
    assert "Vous <time>" in page


@pytest.mark.parametrize("text", ["", "  \n ", "a" * 4001])
async def test_an_empty_or_endless_message_is_refused(
    meet: Meet, arrive: Arrive, handoff_id: HandoffOf, text: str
) -> None:
    contact = await arrive("je veux mourir")
    alice = await meet("alice")
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    answer = await alice.post(f"/console/contact/{contact}/dire", client_id=ONE_ID, text=text)
    assert answer.status_code == 422
    assert "4 000" in answer.json()["error"]


async def test_half_a_character_does_not_close_the_contact(meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> None:
    contact = await arrive("je veux mourir")
    alice = await meet("alice")
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    said_in_utf_7 = await alice.http.post(
        f"/console/contact/{contact}/dire",
        files={"client_id": (None, ONE_ID.encode()), "text": (None, b"Je suis +2AA- l+AOA-. +2D3dbw-")},
        headers={"Content-Type": "multipart/form-data; boundary=limite; charset=utf-7", "X-CSRF-Token": alice.csrf},
    )
    assert said_in_utf_7.status_code == 200
    await alice.post(f"/console/contact/{contact}/dire", client_id=ONE_ID[::-1], text="Une\0autre.")
    page = await alice.get(f"/console/contact/{contact}/tours")
    assert page.status_code == 200
    assert "Je suis \ufffd là. 🕯" in page.text
    assert "Une\ufffdautre." in page.text


async def test_no_file_is_taken(meet: Meet) -> None:
    alice = await meet("alice")
    answer = await alice.http.post(
        "/console/contact/x/dire", files={"text": ("mots.txt", b"mots")}, headers={"X-CSRF-Token": alice.csrf}
    )
    assert answer.status_code == 400
    assert (await alice.http.post("/console/presence", files={"csrf": ("c", b"c")})).status_code == 400


async def test_what_a_visitor_writes_is_never_html(meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> None:
    words = '<script>alert("1")</script> je veux mourir <img src=x onerror=alert(1)>'
    contact = await arrive(words)
    alice = await meet("alice")
    answer = await alice.post(f"/console/prise/{await handoff_id(contact)}")
    for page in (answer.text, (await alice.get("/console/")).text):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; <mark>je veux mourir</mark>" in page


async def test_quotes_are_marked_by_code_points(meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> None:
    contact = await arrive("😔🫥 je veux mourir 🕯️ fin")
    page = (await (await meet("alice")).post(f"/console/prise/{await handoff_id(contact)}")).text
    assert "😔🫥 <mark>je veux mourir</mark> 🕯️ fin" in page


async def close(colleague: Colleague, handoff: str, **fields: str) -> httpx.Response:
    return await colleague.post(f"/console/attente/{handoff}/fin", **fields)


async def test_closing_asks_for_a_disposition_and_at_risk_for_two_confirmations(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir")
    handoff = await handoff_id(contact)
    alice = await meet("alice")
    await alice.post(f"/console/prise/{handoff}")
    unknown = await close(alice, handoff, disposition="inventée", confirm="oui", confirm_risk="oui")
    assert unknown.status_code == 422
    once = await close(alice, handoff, disposition="entretien_termine", confirm="oui")
    assert once.status_code == 422
    assert "Cochez chaque confirmation" in once.text
    assert (await handoff_row(services, handoff)).state is HandoffState.CLAIMED
    both = await close(alice, handoff, disposition="entretien_termine", confirm="oui", confirm_risk="oui")
    assert both.status_code == 200
    assert said(both) == "Contact terminé."
    assert (await handoff_row(services, handoff)).state is HandoffState.CLOSED
    async with services.sessions.read() as session:
        kept = await session.get(Contact, contact)
        assert kept is not None
        assert kept.disposition == "entretien_termine"
    assert ("closed", f"handoff:{handoff}") in await actions_of(services, alice.staff_id)


async def test_below_risk_one_confirmation_is_enough(
    meet: Meet, arrive: Arrive, handoff_id: HandoffOf, router: ScriptedRouter
) -> None:
    router.down()
    handoff = await handoff_id(await arrive("bonjour"))
    alice = await meet("alice")
    await alice.post(f"/console/prise/{handoff}")
    assert (await close(alice, handoff, disposition="entretien_termine")).status_code == 422
    assert (await close(alice, handoff, disposition="entretien_termine", confirm="oui")).status_code == 200


async def test_nobody_closes_the_contact_of_a_colleague(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    handoff = await handoff_id(await arrive("je veux mourir"))
    alice, bruno = await meet("alice"), await meet("bruno")
    await alice.post(f"/console/prise/{handoff}")
    refused = await close(bruno, handoff, disposition="entretien_termine", confirm="oui", confirm_risk="oui")
    assert refused.status_code == 403
    assert (await bruno.post(f"/console/attente/{handoff}/retour")).status_code == 403
    assert (await handoff_row(services, handoff)).owner_id == alice.staff_id


async def test_garde_disposes_of_somebody_who_left(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir")
    handoff = await handoff_id(contact)
    await services.leaving.leave(contact, recall_possible=True, recall_safe=False)
    garde, alice = await meet("garde"), await meet("alice")
    page = (await garde.get("/console/file")).text
    assert "Parti" in page
    assert "rappel possible, mais non sûr" in page
    assert 'data-ringing="0"' in page
    assert 'id="open-end"' in (await garde.get(f"/console/contact/{contact}")).text
    fields = {"disposition": "parti_injoignable", "confirm": "oui", "confirm_risk": "oui"}
    assert (await close(alice, handoff, **fields)).status_code == 403
    assert (await close(garde, handoff, **fields)).status_code == 200


async def test_letting_go_puts_the_person_at_the_head(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    handoff = await handoff_id(await arrive("je veux mourir"))
    alice = await meet("alice")
    await alice.post(f"/console/prise/{handoff}")
    assert (await alice.post(f"/console/attente/{handoff}/retour")).status_code == 200
    row = await handoff_row(services, handoff)
    assert (row.state, row.at_head) == (HandoffState.WAITING, True)


async def test_a_handoff_that_does_not_exist_is_said(meet: Meet) -> None:
    alice = await meet("alice")
    assert (await alice.post("/console/prise/inconnu")).status_code == 404
    assert (await alice.get("/console/contact/inconnu")).status_code == 404
    fields = {"disposition": "entretien_termine", "confirm": "oui"}
    assert (await close(alice, "inconnu", **fields)).status_code == 404


async def test_signs_of_life_keep_the_state_that_the_person_chose(
    services: Services, meet: Meet, clock: ManualClock
) -> None:
    alice = await meet("alice")
    assert (await alice.post("/console/presence")).json() == {"state": "available"}
    assert (await alice.post("/console/pause", state="paused")).json() == {"state": "paused"}
    clock.advance(presence.LEASE.total_seconds() + 5)
    assert (await alice.post("/console/presence")).json() == {"state": "paused"}
    async with services.sessions.read() as session:
        assert await presence.state_of(session, alice.staff_id, clock.now()) is PresenceState.PAUSED
        assert (await session.execute(select(StaffSession))).scalar_one().pausing
    assert (await alice.post("/console/pause", state="ailleurs")).status_code == 422


async def test_the_suicide_line_says_so_without_a_quote(meet: Meet, services: Services) -> None:
    from triage.signals import RiskKind
    from triage.turn import IncomingTurn, Said, entry_signal

    contact = await services.conversation.begin(Line.PREVENTION_SUICIDE, Channel.PHONE)
    entered = IncomingTurn(contact, "entree", said=Said.ENTERED, signals=(entry_signal(RiskKind.LINE),))
    await services.conversation.handle_turn(entered)
    page = (await (await meet("alice")).get("/console/file")).text
    assert "Ligne de prévention du suicide" in page
    assert 'class="quote"' not in page
