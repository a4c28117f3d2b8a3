"""The few words that the line itself knows, and what they do in a call."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from ivr import menu_texts as texts_module
from ivr.menu_state import Meaning
from ivr.spoken_words import meaning_of
from tests.fixtures.scripted import ScriptedRouter
from tests.ivr.doors import PARTENAIRES, Door
from tests.ivr.test_closing import said_in
from triage.handoff.states import HandoffReason, QueueClass
from triage.interventions.texts import TextFileError
from triage.interventions.types import Language

FROM_KEY_TWO = "relais_phone_seconds_from_key_two_to_queue"
ADDED = "relais_phone_seconds_added_before_a_person"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Zéro.", Meaning.PERSON),
        ("0", Meaning.PERSON),
        ("Operator!", Meaning.PERSON),
        ("un agent", Meaning.PERSON),
        ("Bonjour, ici un téléphoniste du relais, appel numéro 12", Meaning.RELAY),
        ("this is a relay operator", Meaning.RELAY),
        ("service de relais je veux mourir", Meaning.RELAY),
        ("Non merci, c'est tout.", Meaning.FINISHED),
        ("c’est tout", Meaning.FINISHED),
        ("that's all", Meaning.FINISHED),
        ("c'est tout ce que je veux, mourir", Meaning.OTHER),
        ("il n'y a personne, zéro espoir", Meaning.OTHER),
        ("", Meaning.OTHER),
        ("relais", Meaning.OTHER),
    ],
)
def test_what_they_mean(text: str, meaning: Meaning) -> None:
    assert meaning_of(text) is meaning


@pytest.mark.parametrize("words", ["zéro", "operator"])
async def test_zero_in_words_is_a_person_at_once(door: Door, router: ScriptedRouter, words: str) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.speak(words)
    assert phone.queue == "relais_info_social"
    assert router.asked == []
    assert words in await said_in(door, phone.sid)


@pytest.mark.parametrize("called", ["+18005550811", PARTENAIRES])
@pytest.mark.parametrize("risk", [False, True])
async def test_a_relay_operator_reaches_a_person_at_once_and_is_read(door: Door, called: str, risk: bool) -> None:
    phone = door.phone(called)
    await phone.dial()
    said = "ici le service de relais" + (" la personne dit je veux mourir" if risk else "")
    await phone.speak(said)
    assert phone.queue is not None
    handoff = await door.handed_over(phone.sid)
    assert handoff.queue_class.is_risk is risk
    assert risk or handoff.reason is HandoffReason.ASKED
    assert risk or handoff.queue_class is not QueueClass.RISK
    assert any(said in text for text in await said_in(door, phone.sid))


def measured(name: str) -> tuple[float, float]:
    """How many calls were measured, and their seconds."""
    return REGISTRY.get_sample_value(f"{name}_count") or 0, REGISTRY.get_sample_value(f"{name}_sum") or 0


@pytest.mark.parametrize("act", ["silence", "0"])
async def test_the_seconds_from_key_two_to_the_queue_are_counted(door: Door, act: str) -> None:
    before = {name: measured(name) for name in (FROM_KEY_TWO, ADDED)}
    phone = door.phone()
    await phone.dial()
    await phone.press("2")
    door.clock.advance(7)
    await (phone.stay_silent() if act == "silence" else phone.press("0"))
    assert phone.queue == "relais_info_social"
    for name, (count, seconds) in before.items():
        assert measured(name)[0] == count + 1
        assert 7 <= round(measured(name)[1] - seconds, 3) <= 15


async def test_who_was_answered_first_is_not_counted_as_kept_from_a_person(door: Door) -> None:
    before = {name: measured(name)[0] for name in (FROM_KEY_TWO, ADDED)}
    phone = door.phone()
    await phone.dial()
    await phone.press("2")
    await phone.speak("quelles sont vos heures")
    await phone.press("0")
    assert measured(FROM_KEY_TWO)[0] == before[FROM_KEY_TWO] + 1
    assert measured(ADDED)[0] == before[ADDED]


async def test_yes_and_no_by_keys_after_the_code_are_read_by_the_intervenant(door: Door) -> None:
    phone = door.phone()
    await phone.dial()
    await phone.press("5")
    await phone.press("5")
    said = len(phone.words())
    for key in "123":
        await phone.press(key)
    assert phone.words()[said:] == []
    turns = await said_in(door, phone.sid)
    assert [turn for turn in turns if turn.startswith("[touche")] == ["[touche 1] oui", "[touche 2] non"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("words:", "mots:", "« words »"),
        ('  relay:\n    - "service de relais"', '  relais:\n    - "service de relais"', "et rien d'autre"),
        ('    - "zéro"\n', "    - 0\n", "words.person"),
        ('  police: "[touche] Police"\n', "", "noted.police"),
    ],
)
def test_a_bad_list_of_words_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, reason: str
) -> None:
    content = (texts_module.FOLDER / "menu_fr.yml").read_text(encoding="utf-8")
    assert old in content
    (tmp_path / "menu_fr.yml").write_text(content.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(texts_module, "FOLDER", tmp_path)
    with pytest.raises(TextFileError, match=reason):
        texts_module.menu_texts.__wrapped__(Language.FRENCH)
