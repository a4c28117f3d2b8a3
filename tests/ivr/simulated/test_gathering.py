"""`<Gather>` on the simulated phone: keys, codes, prompts that a key cuts, words as the recognition gives them."""

from __future__ import annotations

import pytest

from ivr.simulated.heard import Heard, HeardKind
from tests.ivr.simulated.scripted_service import PUBLIC, ScriptedService

ACTION = f'action="{PUBLIC}/ivr/turn"'
REDIRECT = f"<Redirect>{PUBLIC}/ivr/silence</Redirect>"
CODE = f'<Gather input="dtmf" numDigits="4" finishOnKey="#" timeout="4" {ACTION}/>{REDIRECT}'
WORDS = '<Gather input="dtmf speech" numDigits="1" finishOnKey="" {more} {action}>{nested}</Gather><Hangup/>'


def words(more: str = 'profanityFilter="false"', nested: str = "") -> str:
    return WORDS.format(more=more, action=ACTION, nested=nested)


async def gathered(service: ScriptedService, document: str) -> None:
    service.on("/ivr/voice", document)
    service.on("/ivr/turn", "<Gather/><Hangup/>")
    service.on("/ivr/silence", "<Gather/><Hangup/>")


@pytest.mark.parametrize(("keys", "digits"), [("1234", "1234"), ("12#", "12"), ("0*9#", "0*9")])
async def test_a_code_ends_with_its_last_key(service: ScriptedService, keys: str, digits: str) -> None:
    await gathered(service, CODE)
    phone = service.phone()
    await phone.dial()
    await phone.press_all(keys)
    assert [fields["Digits"] for fields in service.fields_of("/ivr/turn")] == [digits]


async def test_a_silence_ends_a_code_that_was_begun(service: ScriptedService) -> None:
    await gathered(service, CODE)
    phone = service.phone()
    await phone.dial()
    await phone.press_all("12")
    assert service.fields_of("/ivr/turn") == []
    await phone.stay_silent()
    assert [fields["Digits"] for fields in service.fields_of("/ivr/turn")] == ["12"]


@pytest.mark.parametrize("act", ["#", ""])
async def test_without_a_code_the_next_verb_follows(service: ScriptedService, act: str) -> None:
    await gathered(service, CODE)
    passed: list[float] = []
    phone = service.phone(time_passes=passed.append)
    await phone.dial()
    await (phone.press(act) if act else phone.stay_silent())
    assert len(service.fields_of("/ivr/silence")) == 1
    assert passed == [4.0]


async def test_every_key_counts_when_none_ends(service: ScriptedService) -> None:
    await gathered(service, words())
    phone = service.phone()
    await phone.dial()
    await phone.press("#")
    assert service.fields_of("/ivr/turn")[0]["Digits"] == "#"


async def test_a_key_cuts_the_sentence_and_those_after_it(service: ScriptedService) -> None:
    nested = "<Say>Bonjour.</Say><Say>Pour une urgence, faites le un.</Say><Say>Pour le reste, attendez.</Say>"
    await gathered(service, words(nested=nested))
    phone = service.phone()
    phone.will_press("1", during="urgence")
    await phone.dial()
    assert service.fields_of("/ivr/turn")[0]["Digits"] == "1"
    assert Heard(HeardKind.VOICE, "Bonjour.") in phone.heard
    assert Heard(HeardKind.VOICE, "Pour une urgence, faites le un.", cut=True) in phone.heard
    assert "Pour le reste, attendez." not in phone.words()


async def test_a_key_during_a_sentence_that_gathers_nothing_is_lost(service: ScriptedService) -> None:
    await gathered(service, "<Say>Bonjour.</Say>" + words())
    phone = service.phone()
    phone.will_press("1", during="Bonjour")
    await phone.dial()
    assert service.fields_of("/ivr/turn") == []


@pytest.mark.parametrize(
    ("more", "said", "confidence", "result"),
    [
        ('profanityFilter="false"', "tabarnak, aidez-moi", 0.9, {"SpeechResult": "tabarnak, aidez-moi"}),
        ("", "Tabarnak, aidez-moi", 0.9, {"SpeechResult": "t*******, aidez-moi"}),
        ("", "bonjour", 0.12, {"SpeechResult": "bonjour", "Confidence": "0.12"}),
        ("", "bonjour", None, {"SpeechResult": "bonjour", "Confidence": ""}),
        ('actionOnEmptyResult="true"', " ", 0.9, {"SpeechResult": "", "Digits": ""}),
    ],
)
async def test_words_as_the_recognition_gives_them(
    service: ScriptedService, more: str, said: str, confidence: float | None, result: dict[str, str]
) -> None:
    await gathered(service, words(more))
    phone = service.phone()
    await phone.dial()
    await phone.speak(said, confidence)
    (fields,) = service.fields_of("/ivr/turn")
    assert {name: fields.get(name, "") for name in result} == result


async def test_a_recording_is_heard_by_its_address(service: ScriptedService) -> None:
    await gathered(service, words(nested=f"<Play>{PUBLIC}/ivr/audio/wait.wav</Play><Pause length='1'/>"))
    phone = service.phone()
    await phone.dial()
    recording = Heard(HeardKind.RECORDING, f"{PUBLIC}/ivr/audio/wait.wav")
    assert phone.heard[-2:] == [recording, Heard(HeardKind.SILENCE)]
