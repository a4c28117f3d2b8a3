"""Calling a person back: the queue says when, the dialog says whether it is safe and what to say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from console.recall_view import RecallSafety, safety_of
from foundation.clock import ManualClock
from tests.console.conftest import Arrive, Meet
from tests.console.reading import handoff_row, said
from tests.console.scripted_calls import ScriptedCalls
from triage.handoff import callbacks, service
from triage.handoff.states import AttemptResult, HandoffState
from triage.handoff.tables import Handoff
from triage.interventions.types import Channel
from triage.services import Services
from triage.voice_port import LegKind, LegState

HandoffOf = Callable[[str], Awaitable[str]]


@pytest.fixture
async def promised(services: Services, arrive: Arrive, voice: ScriptedCalls, handoff_id: HandoffOf) -> tuple[str, str]:
    """Somebody below risk who asked by phone to be called back: their contact and handoff."""
    contact = await arrive("parler à quelqu'un svp", channel=Channel.PHONE)
    handoff = await handoff_id(contact)
    async with services.sessions.write() as session:
        await callbacks.set_callback(session, await service.get(session, handoff), services.clock.now())
    voice.call(contact).caller_on_line = False
    return contact, handoff


async def test_the_queue_says_who_is_to_be_called_back_and_when(
    services: Services, meet: Meet, promised: tuple[str, str], clock: ManualClock
) -> None:
    alice = await meet("alice")
    page = (await alice.get("/console/file")).text
    assert "À rappeler" in page
    assert "a demandé un rappel, c&#39;est son tour." in page
    assert ">Parti<" not in page
    contact, handoff = promised
    await alice.post(f"/console/prise/{handoff}")
    later = await alice.post(f"/console/contact/{contact}/appel/tentative", result="no_answer")
    assert said(later) == "C'est noté. La personne garde sa place pour un prochain essai."
    assert "Aucun contact ouvert" in later.text
    row = await handoff_row(services, handoff)
    assert (row.state, row.owner_id, row.callback_attempts) == (HandoffState.CALLBACK, None, 1)
    page = (await alice.get("/console/file")).text
    assert "prochain essai à" in page
    assert "1 essai fait." in page
    clock.advance(timedelta(hours=2).total_seconds())
    assert "c&#39;est son tour, 1 essai fait." in (await alice.get("/console/file")).text


async def test_a_callback_shows_its_script_then_dials_and_the_person_is_with_me(
    services: Services, meet: Meet, promised: tuple[str, str], voice: ScriptedCalls
) -> None:
    contact, handoff = promised
    alice = await meet("alice")
    taken = (await alice.post(f"/console/prise/{handoff}")).text
    assert 'id="open-recall"' in taken
    assert 'id="hold"' not in taken
    assert voice.brought == []
    dialog = (await alice.get(f"/console/contact/{contact}/appel/rappel")).text
    assert "La personne a demandé ce rappel." in dialog
    assert "Attendiez-vous un appel" in dialog
    assert "Ne laissez aucun message" in dialog
    assert 'name="confirm"' not in dialog
    dialled = (await alice.post(f"/console/contact/{contact}/appel/rappel")).text
    assert [leg.kind for leg in voice.call(contact).legs] == [LegKind.INTERVENANT, LegKind.PERSON]
    assert "Numéro de la personne" in dialled
    assert 'id="open-recall"' not in dialled
    person = next(leg for leg in voice.call(contact).legs if leg.kind is LegKind.PERSON)
    voice.move(contact, person, LegState.ON_LINE)
    answered = (await alice.get(f"/console/contact/{contact}/appel")).text
    assert "quelqu&#39;un a répondu" in answered
    assert 'id="attempt-reached"' in answered
    reached = (await alice.post(f"/console/contact/{contact}/appel/tentative", result="reached")).text
    assert 'id="attempt"' not in reached
    assert 'id="hold"' in reached
    row = await handoff_row(services, handoff)
    assert (row.state, row.owner_id, row.person_left_at) == (HandoffState.CLAIMED, alice.staff_id, None)


async def test_an_unsafe_recall_is_not_dialled_without_a_confirmation(
    services: Services, meet: Meet, arrive: Arrive, voice: ScriptedCalls, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await services.leaving.leave(contact, recall_possible=True, recall_safe=False)
    voice.call(contact).caller_on_line = False
    alice = await meet("alice")
    await alice.post(f"/console/prise/{await handoff_id(contact)}")
    dialog = (await alice.get(f"/console/contact/{contact}/appel/rappel")).text
    assert "peut mettre cette personne en danger" in dialog
    refused = await alice.post(f"/console/contact/{contact}/appel/rappel")
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#recall-said")
    assert voice.call(contact).legs == []
    assert (await alice.post(f"/console/contact/{contact}/appel/rappel", confirm="oui")).status_code == 200
    assert len(voice.call(contact).legs) == 2


async def test_at_risk_an_attempt_in_vain_leaves_the_person_with_me(
    services: Services, meet: Meet, arrive: Arrive, voice: ScriptedCalls, handoff_id: HandoffOf
) -> None:
    contact = await arrive("je veux mourir", channel=Channel.PHONE)
    await services.leaving.leave(contact, recall_possible=True)
    voice.call(contact).caller_on_line = False
    alice, handoff = await meet("alice"), await handoff_id(contact)
    await alice.post(f"/console/prise/{handoff}")
    noted = await alice.post(f"/console/contact/{contact}/appel/tentative", result="not_safe")
    assert noted.headers["HX-Retarget"] == "#call"
    row = await handoff_row(services, handoff)
    assert (row.state, row.owner_id, row.recall_safe) == (HandoffState.CLAIMED, alice.staff_id, False)
    assert (await alice.post(f"/console/contact/{contact}/appel/tentative", result="autre")).status_code == 422


@pytest.mark.parametrize(
    ("possible", "safe", "promised_at", "expected"),
    [
        (True, True, False, RecallSafety.SAFE),
        (True, None, True, RecallSafety.ASKED),
        (True, None, False, RecallSafety.POSSIBLE),
        (True, False, True, RecallSafety.UNSAFE),
        (False, False, False, RecallSafety.UNSAFE),
        (False, None, False, RecallSafety.IMPOSSIBLE),
        (None, True, False, RecallSafety.IMPOSSIBLE),
    ],
)
def test_whether_a_recall_is_safe(
    possible: bool | None, safe: bool | None, promised_at: bool, expected: RecallSafety, clock: ManualClock
) -> None:
    due = clock.now() if promised_at else None
    assert safety_of(Handoff(recall_possible=possible, recall_safe=safe, callback_due_at=due)) is expected


def test_every_result_has_its_button() -> None:
    from console.pages import WORDS

    assert set(WORDS.sections["attempts"]) == {result.value for result in AttemptResult}
