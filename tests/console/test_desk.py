from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from foundation.clock import ManualClock
from tests.console.conftest import Arrive, Meet
from tests.console.reading import actions_of, handoff_row
from tests.fixtures.scripted import ScriptedRouter, ScriptedVoice
from triage.handoff import presence
from triage.handoff.clock_work import ClockWork
from triage.handoff.ladder import Ladder
from triage.handoff.service import Actor
from triage.handoff.states import HandoffState, PresenceState, Role
from triage.interventions.types import Channel, InterventionType
from triage.services import Services

HandoffOf = Callable[[str], Awaitable[str]]
ONE_ID = "0123456789abcdef" * 2


async def test_the_queue_is_in_order_with_the_quoted_words(
    meet: Meet, arrive: Arrive, router: ScriptedRouter, clock: ManualClock
) -> None:
    router.say("ça ne va plus", type=InterventionType.CRISE, subtopic="crise/detresse")
    await arrive("ça ne va plus")
    clock.advance(5)
    await arrive("bonsoir, je veux mourir")
    clock.advance(5)
    await arrive("j'ai tout avalé")
    clock.advance(65)
    page = (await (await meet("alice")).get("/console/file")).text
    quoted = ['<q class="quote">j&#39;ai tout avalé</q>', '<q class="quote">je veux mourir</q>']
    places = [page.index(quoted[0]), page.index(quoted[1]), page.rindex("Crise")]
    assert places == sorted(places)
    assert 'data-ringing="2"' in page
    assert 'data-waiting="3"' in page
    assert ">1:05</time>" in page
    assert ">1:15</time>" in page


@pytest.mark.parametrize("login", ["alice", "garde", "coord", "admin"])
async def test_every_role_has_one_main_and_a_skip_link_that_leads_somewhere(meet: Meet, login: str) -> None:
    page = (await (await meet(login)).get("/console/")).text
    assert page.count("<main") == page.count("</main>") == 1
    for target in re.findall(r'class="skip" href="#([^"]+)"', page):
        assert page.count(f'id="{target}" tabindex="-1"') == 1


async def test_the_buttons_of_the_queue_are_described_by_the_level_and_the_kinds(meet: Meet, arrive: Arrive) -> None:
    await arrive("je veux mourir")
    page = (await (await meet("alice")).get("/console/file")).text
    described = re.findall(r'aria-describedby="([^"]+)"', page)
    assert described
    for identifier in " ".join(described).split():
        assert page.count(f'<span id="{identifier}"') == 1
    assert "aria-label" not in page


async def test_the_garde_is_rung_when_the_ladder_reaches_them(
    services: Services, clock: ManualClock, meet: Meet, arrive: Arrive
) -> None:
    await arrive("parler à quelqu'un svp")
    work = ClockWork(services.sessions, services.clock, Ladder.load())
    garde, alice = await meet("garde"), await meet("alice")
    await services.desk.be_present(Actor(alice.staff_id, Role.INTERVENANT), PresenceState.PAUSED)
    await work.tick()
    assert 'data-ringing="0"' in (await garde.get("/console/file")).text
    clock.advance(241)
    await services.desk.be_present(Actor(alice.staff_id, Role.INTERVENANT), PresenceState.PAUSED)
    await work.tick()
    page = (await garde.get("/console/file")).text
    assert 'data-ringing="1"' in page
    assert "Garde clinique alertée" in page
    assert 'data-ringing="0"' in (await alice.get("/console/file")).text


async def test_reading_the_words_of_the_queue_leaves_an_audit_line(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    handoff = await handoff_id(await arrive("je veux mourir"))
    alice, coordination = await meet("alice"), await meet("coord")
    await alice.get("/console/file")
    await coordination.get("/console/file")
    read = [what for what in await actions_of(services, alice.staff_id) if what[0] == "queue_read"]
    assert [subject.startswith(f"handoff:{handoff}") for _, subject in read] == [True]
    assert "queue_read" not in dict(await actions_of(services, coordination.staff_id))


async def test_polling_for_changes_reads_no_record(services: Services, meet: Meet, arrive: Arrive) -> None:
    contact = await arrive("je veux mourir")
    alice = await meet("alice")
    before = await actions_of(services, alice.staff_id)
    first = (await alice.get("/console/etat")).json()
    assert await actions_of(services, alice.staff_id) == before
    await arrive("j'ai tout avalé", contact_id=contact)
    assert (await alice.get("/console/etat")).json() != first


async def test_a_claim_opens_the_contact(services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> None:
    contact = await arrive("bonsoir, je veux mourir")
    handoff = await handoff_id(contact)
    alice = await meet("alice")
    answer = await alice.post(f"/console/prise/{handoff}")
    assert answer.status_code == 200
    assert "bonsoir, <mark>je veux mourir</mark>" in answer.text
    assert answer.headers["HX-Push-Url"] == f"/console/?contact={contact}"
    assert "Suicide" in answer.text
    assert "Info-Social" in answer.text
    assert 'id="message"' in answer.text
    row = await handoff_row(services, handoff)
    assert (row.state, row.owner_id) == (HandoffState.CLAIMED, alice.staff_id)
    assert "Personne n&#39;attend." in (await alice.get("/console/file")).text
    assert f"tab-{contact}" in (await alice.get("/console/contacts")).text
    actions = await actions_of(services, alice.staff_id)
    assert ("claimed", f"handoff:{handoff}") in actions
    assert ("contact_read", f"contact:{contact}") in actions


async def test_whoever_claims_holds_a_lease(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf, clock: ManualClock
) -> None:
    """Without one, a browser that dies just after its claim would keep the person for ever."""
    alice = await meet("alice")
    await alice.post(f"/console/prise/{await handoff_id(await arrive('je veux mourir'))}")
    async with services.sessions.read() as session:
        state = await presence.state_of(session, alice.staff_id, clock.now())
    assert state is PresenceState.AVAILABLE


async def test_of_two_claims_one_wins_and_the_other_reads_it(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    handoff = await handoff_id(await arrive("je veux mourir"))
    alice, bruno = await meet("alice"), await meet("bruno")
    answers = await asyncio.gather(alice.post(f"/console/prise/{handoff}"), bruno.post(f"/console/prise/{handoff}"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert "Déjà prise par quelqu&#39;un d&#39;autre." in lost.text
    assert lost.headers["HX-Retarget"] == "#annonce"
    assert "relais:changed" in lost.headers["HX-Trigger"]
    winner = alice if answers[0].status_code == 200 else bruno
    assert (await handoff_row(services, handoff)).owner_id == winner.staff_id


async def test_the_one_who_lost_cannot_read_on(meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> None:
    contact = await arrive("je veux mourir")
    alice, bruno = await meet("alice"), await meet("bruno")
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    for path in (f"/console/contact/{contact}", f"/console/contact/{contact}/tours"):
        answer = await bruno.get(path)
        assert answer.status_code == 403
        assert "je veux mourir" not in answer.text
        assert answer.headers["HX-Retarget"] == "#contact"
    assert "je veux mourir" not in (await bruno.get(f"/console/?contact={contact}")).text
    told = await bruno.post(f"/console/contact/{contact}/dire", client_id=ONE_ID, text="Bonjour")
    assert told.status_code == 403


async def test_take_next_takes_the_first_of_the_queue(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    await arrive("je veux mourir")
    grave = await handoff_id(await arrive("j'ai tout avalé"))
    alice = await meet("alice")
    assert (await alice.post("/console/prise")).status_code == 200
    assert (await handoff_row(services, grave)).owner_id == alice.staff_id
    await alice.post("/console/prise")
    nobody = await alice.post("/console/prise")
    assert nobody.status_code == 409
    assert "Personne n&#39;attend." in nobody.text


async def test_when_the_telephone_fails_the_person_is_back_at_the_head(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf, voice: ScriptedVoice
) -> None:
    handoff = await handoff_id(await arrive("je veux mourir", channel=Channel.PHONE))
    voice.fails = True
    alice = await meet("alice")
    answer = await alice.post(f"/console/prise/{handoff}")
    assert answer.status_code == 503
    assert "revenue en tête de file" in answer.text
    row = await handoff_row(services, handoff)
    assert (row.state, row.owner_id, row.at_head) == (HandoffState.WAITING, None, True)


async def test_a_phone_contact_says_that_it_is_simulated(
    services: Services, meet: Meet, arrive: Arrive, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    alice = await meet("alice")
    page = (await alice.post(f"/console/prise/{await handoff_id(contact)}")).text
    assert "Téléphone simulé : ce que vous écrivez est dit à la personne." in page
    services.settings.demo = False
    real = (await alice.get(f"/console/contact/{contact}")).text
    assert 'id="message"' not in real
    assert "Rien ne s&#39;écrit ici." in real
