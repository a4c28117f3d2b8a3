"""The telephone of a contact: what is shown at a glance, and each act on the call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.console.conftest import Arrive, Colleague, Meet
from tests.console.reading import actions_of, handoff_row, said
from tests.console.scripted_calls import REFUSED, ScriptedCalls
from triage.handoff.service import Actor
from triage.handoff.states import HandoffState, PresenceState, Role
from triage.interventions.types import Channel
from triage.services import Services
from triage.voice_port import AnswerWay, LegKind, LegState

HandoffOf = Callable[[str], Awaitable[str]]


@dataclass(slots=True)
class Talk:
    """Alice has taken somebody who called."""

    contact: str
    handoff: str
    alice: Colleague
    page: str

    async def panel(self, who: Colleague | None = None) -> str:
        answer = await (who or self.alice).get(f"/console/contact/{self.contact}/appel")
        assert answer.status_code == 200
        return answer.text

    def address(self, act: str) -> str:
        return f"/console/contact/{self.contact}/appel/{act}"


@pytest.fixture
async def talk(meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> Talk:
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    alice, handoff = await meet("alice"), await handoff_id(contact)
    return Talk(contact, handoff, alice, (await alice.post(f"/console/prise/{handoff}")).text)


async def present(services: Services, who: Colleague, role: Role = Role.INTERVENANT) -> None:
    await services.desk.be_present(Actor(who.staff_id, role), PresenceState.AVAILABLE)


def shown(page: str, leg: str) -> str:
    """The line of one leg, without its marks of HTML."""
    return page.split(f'id="leg-{leg}"')[1].split("</li>")[0]


async def test_a_call_that_is_mine_shows_who_is_on_the_line(talk: Talk) -> None:
    for page in (talk.page, await talk.panel()):
        assert "en ligne" in shown(page, "person")
        assert "Vous" in shown(page, "mine")
        for button in ("hold", "open-bring-in", "open-transfer"):
            assert page.count(f'id="{button}"') == 1
        assert 'id="silent"' not in page
        assert 'id="open-recall"' not in page


async def test_a_chat_has_no_telephone(meet: Meet, arrive: Arrive, handoff_id: HandoffOf) -> None:
    contact = await arrive("je veux mourir")
    alice = await meet("alice")
    page = (await alice.post(f"/console/prise/{await handoff_id(contact)}")).text
    assert 'id="call"' not in page
    assert (await alice.get(f"/console/contact/{contact}/appel")).text == ""


async def test_hold_and_back(talk: Talk, voice: ScriptedCalls) -> None:
    held = await talk.alice.post(talk.address("attente"), held="oui")
    assert voice.call(talk.contact).held
    assert "en attente" in shown(held.text, "person")
    assert "elle ne vous entend pas" in held.text
    assert 'aria-pressed="true"' in held.text
    back = await talk.alice.post(talk.address("attente"), held="non")
    assert not voice.call(talk.contact).held
    assert said(back) == "La personne est de nouveau avec vous."


async def test_somebody_who_cannot_speak_is_said_in_big_words_and_asked_for_a_key(
    talk: Talk, voice: ScriptedCalls
) -> None:
    voice.call(talk.contact).mute = True
    page = await talk.panel()
    assert "<strong>Cette personne ne peut pas parler.</strong>" in page
    assert "touche 1 pour oui, touche 2 pour non" in page
    asked = (await talk.alice.post(talk.address("touche"))).text
    assert voice.call(talk.contact).awaiting_key
    assert "choisit une touche" in shown(asked, "person")
    assert 'hx-target="#call" disabled>Lire une touche' in asked


async def test_the_colleagues_on_line_are_offered_by_name(
    services: Services, talk: Talk, meet: Meet, staff_ids: dict[str, str]
) -> None:
    garde = await meet("garde")
    await present(services, garde, Role.GARDE_CLINIQUE)
    for part in ("entrer", "transfert"):
        page = (await talk.alice.get(talk.address(part))).text
        assert "Garde" in page
        assert "Garde clinique" in page
        assert "Bruno" not in page
        assert "Alice" not in page


async def test_an_invited_colleague_reads_joins_and_is_handed_the_contact(
    services: Services, talk: Talk, meet: Meet, voice: ScriptedCalls
) -> None:
    bruno = await meet("bruno")
    await present(services, bruno)
    assert (await bruno.get(f"/console/contact/{talk.contact}")).status_code == 403
    await talk.alice.post(talk.address("collegue"), colleague=bruno.staff_id)
    asked = (await bruno.get("/console/invitations")).text
    assert "<strong>Alice</strong> vous demande dans un appel" in asked
    assert "Risque" in asked
    read = (await bruno.get(f"/console/contact/{talk.contact}")).text
    assert "<mark>je veux mourir</mark>" in read
    assert 'id="hold"' not in read
    assert "Passer la main" not in await talk.panel()
    joined = await bruno.post(talk.address("arrivee"))
    assert said(joined) == "Vous rejoignez l'appel."
    assert "Le contact est encore le sien" in joined.text
    inside = (await bruno.get("/console/invitations")).text
    assert "<strong>Alice</strong> est avec vous dans un appel" in inside
    assert 'data-ringing="0"' in inside
    assert "Rejoindre" not in inside
    assert "Passer la main" in shown(await talk.panel(), voice.leg_of(talk.contact, bruno.staff_id).id)
    handed = await talk.alice.post(talk.address("main"), colleague=bruno.staff_id)
    assert handed.headers["HX-Retarget"] == "#contact"
    assert (await handoff_row(services, talk.handoff)).owner_id == bruno.staff_id
    assert (await talk.alice.get(talk.address("main").removesuffix("/main"))).status_code == 403
    assert 'id="hold"' in await talk.panel(bruno)


async def test_a_colleague_declines_and_leaves_without_touching_the_contact(
    services: Services, talk: Talk, meet: Meet, voice: ScriptedCalls
) -> None:
    bruno = await meet("bruno")
    await present(services, bruno)
    await talk.alice.post(talk.address("collegue"), colleague=bruno.staff_id)
    leg = voice.leg_of(talk.contact, bruno.staff_id)
    declined = await bruno.post(talk.address(f"refus/{leg.id}"))
    assert (declined.status_code, declined.text) == (200, "")
    await talk.alice.post(talk.address("collegue"), colleague=bruno.staff_id)
    await bruno.post(talk.address("arrivee"))
    left = await bruno.post(talk.address(f"depart/{voice.leg_of(talk.contact, bruno.staff_id).id}"))
    assert "Aucun contact ouvert" in left.text
    assert (await handoff_row(services, talk.handoff)).owner_id == talk.alice.staff_id
    assert (await bruno.get(f"/console/contact/{talk.contact}")).status_code == 403


async def test_nobody_else_sees_or_touches_the_call(
    services: Services, talk: Talk, meet: Meet, voice: ScriptedCalls
) -> None:
    bruno = await meet("bruno")
    await present(services, bruno)
    assert (await bruno.get(f"/console/contact/{talk.contact}/appel")).status_code == 403
    acts = [
        ("attente", {"held": "oui"}),
        ("collegue", {"colleague": bruno.staff_id}),
        ("numero", {"number": "5145550100", "label": "interprète"}),
        ("main", {"colleague": bruno.staff_id}),
        ("transfert", {"colleague": bruno.staff_id, "confirm": "oui"}),
        ("touche", {}),
        ("rappel", {}),
        ("tentative", {"result": "reached"}),
        ("arrivee", {}),
    ]
    for act, fields in acts:
        assert (await bruno.post(talk.address(act), **fields)).status_code == 403, act
    call = voice.call(talk.contact)
    assert (call.held, call.awaiting_key, len(call.legs)) == (False, False, 1)
    assert (await handoff_row(services, talk.handoff)).owner_id == talk.alice.staff_id


async def test_a_refused_number_says_why_in_the_dialog(talk: Talk, voice: ScriptedCalls) -> None:
    refused = await talk.alice.post(talk.address("numero"), number="911", label="urgence")
    assert refused.status_code == 422
    assert refused.headers["HX-Retarget"] == "#bring-in-said"
    assert REFUSED in refused.text
    nameless = await talk.alice.post(talk.address("numero"), number="5145550100", label=" ")
    assert nameless.status_code == 422
    assert len(voice.call(talk.contact).legs) == 1


async def test_a_guest_enters_by_number_and_is_removed(talk: Talk, voice: ScriptedCalls) -> None:
    dialled = await talk.alice.post(talk.address("numero"), number="514 555-0100", label="Interprète espagnol")
    assert dialled.status_code == 200
    guest = next(leg for leg in voice.call(talk.contact).legs if leg.kind is LegKind.GUEST)
    line = shown(dialled.text, guest.id)
    assert "Interprète espagnol" in line
    assert "ça sonne" in line
    assert "Passer la main" not in line
    removed = await talk.alice.post(talk.address(f"retrait/{guest.id}"))
    assert guest.id not in removed.text


async def test_a_cold_transfer_asks_for_a_confirmation(
    services: Services, talk: Talk, meet: Meet, voice: ScriptedCalls
) -> None:
    bruno = await meet("bruno")
    await present(services, bruno)
    unsure = await talk.alice.post(talk.address("transfert"), colleague=bruno.staff_id)
    assert unsure.status_code == 422
    assert unsure.headers["HX-Retarget"] == "#transfer-said"
    assert (await handoff_row(services, talk.handoff)).owner_id == talk.alice.staff_id
    sent = await talk.alice.post(talk.address("transfert"), colleague=bruno.staff_id, confirm="oui")
    assert sent.headers["HX-Retarget"] == "#contact"
    assert (await handoff_row(services, talk.handoff)).owner_id == bruno.staff_id
    assert voice.brought[-1] == (talk.contact, bruno.staff_id)


async def test_a_colleague_who_is_not_on_line_is_refused_in_words(talk: Talk, staff_ids: dict[str, str]) -> None:
    answer = await talk.alice.post(talk.address("collegue"), colleague=staff_ids["bruno"])
    assert answer.status_code == 409
    assert "pas en ligne" in answer.text


async def test_when_the_telephone_fails_the_call_is_as_it_was(talk: Talk, voice: ScriptedCalls) -> None:
    voice.fails = True
    for act, fields in (("attente", {"held": "oui"}), ("touche", {})):
        answer = await talk.alice.post(talk.address(act), **fields)
        assert answer.status_code == 503
        assert "L&#39;appel est resté comme il était" in answer.text
    assert "en ligne" in shown(await talk.panel(), "person")


async def test_each_way_of_answering_says_what_to_do_while_it_rings(
    meet: Meet, arrive: Arrive, handoff_id: HandoffOf, voice: ScriptedCalls
) -> None:
    alice = await meet("alice")
    for way, told, connects in (
        (AnswerWay.OWN_PHONE, "Répondez, puis faites le 1.", "no"),
        (AnswerWay.SOFTPHONE, "Branchement de votre poste…", "yes"),
    ):
        voice.ways[alice.staff_id] = way
        contact = await arrive("je veux mourir", channel=Channel.PHONE)
        page = (await alice.post(f"/console/prise/{await handoff_id(contact)}")).text
        assert told in page
        assert f'data-connects="{connects}"' in page
        assert "vous attend dans la file" in shown(page, "person")
        assert 'id="open-bring-in"' not in page
        voice.move(contact, voice.leg_of(contact, alice.staff_id), LegState.ON_LINE)
        now = (await alice.get(f"/console/contact/{contact}/appel")).text
        assert told not in now
        assert ('id="mute"' in now) == (way is AnswerWay.SOFTPHONE)


async def test_a_page_whose_stream_is_cut_sees_that_the_call_changed(
    services: Services, talk: Talk, meet: Meet, voice: ScriptedCalls
) -> None:
    bruno = await meet("bruno")
    await present(services, bruno)
    marks = [(await who.get("/console/etat")).json()["calls"] for who in (talk.alice, bruno)]
    assert [list(mark) for mark in marks] == [[talk.contact], []]
    await voice.invite_staff(talk.contact, bruno.staff_id)
    invited = [(await who.get("/console/etat")).json()["calls"] for who in (talk.alice, bruno)]
    assert invited[0] == invited[1] != marks[0]
    await voice.join(talk.contact, bruno.staff_id)
    assert (await bruno.get("/console/etat")).json()["calls"] != invited[1]


async def test_every_act_on_a_call_is_in_the_audit(services: Services, talk: Talk) -> None:
    await talk.alice.post(talk.address("attente"), held="oui")
    await talk.alice.post(talk.address("touche"))
    actions = [action for action, subject in await actions_of(services, talk.alice.staff_id) if talk.contact in subject]
    assert {"call_held", "key_asked"} <= set(actions)


async def test_after_release_the_panel_is_gone(services: Services, talk: Talk) -> None:
    await talk.alice.post(f"/console/attente/{talk.handoff}/retour")
    assert (await handoff_row(services, talk.handoff)).state is HandoffState.WAITING
    assert (await talk.alice.get(f"/console/contact/{talk.contact}/appel")).status_code == 403
