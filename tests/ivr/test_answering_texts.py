"""What those whom we call hear, the numbers that are never dialled, and the browser's pass."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from foundation.settings import Settings, problems_of
from ivr import answering_texts as module
from ivr.answering_texts import answering_texts, load_answering_texts
from ivr.legs import documents
from ivr.legs.numbers import dialled_number
from ivr.legs.staff_phones import softphone_token
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.twiml_linter import problems_of as problems_of_document
from triage.interventions.texts import TextFileError
from triage.interventions.types import Language
from triage.services import Services
from triage.signals import RiskKind, RiskLevel
from triage.voice_port import LegKind, RefusedNumber

LEG_ID = "0123456789abcdef0123456789abcdef"


def test_every_language_is_whole() -> None:
    assert [texts.language for texts in load_answering_texts()] == list(Language)
    french = answering_texts(Language.FRENCH)
    assert french.kinds_of((RiskKind.SUICIDE, RiskKind.SUICIDE, RiskKind.MEDICAL)) == (
        "Suicide, urgence médicale ou intoxication.",
    )
    assert french.kinds_of(()) == ()
    assert french.key("") == "[aucune touche]"


@pytest.mark.parametrize("line", ['  hold: "', "levels:", "  suicide:", '  "1":', "  emergency:"])
def test_a_file_that_lacks_something_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    content = (module.FOLDER / "answering_fr.yml").read_text("utf-8").splitlines(keepends=True)
    kept = [one for one in content if not one.startswith(line)]
    assert len(kept) < len(content)
    (tmp_path / "answering_fr.yml").write_text("".join(kept), encoding="utf-8")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    answering_texts.cache_clear()
    with pytest.raises(TextFileError, match=r"answering_fr\.yml"):
        answering_texts(Language.FRENCH)
    answering_texts.cache_clear()


def test_nothing_is_said_of_the_person_before_the_one(settings: Settings) -> None:
    texts = answering_texts()
    secret = [*texts.levels.values(), *texts.kinds.values()]
    for kind in documents.RING_SENTENCES:
        document = documents.ring(settings, kind, LEG_ID)
        assert not any(word in document for word in secret)
        assert problems_of_document(document, DocumentPlace.LEG) == []


def test_every_document_of_a_leg_passes_the_linter(settings: Settings) -> None:
    whisper = (answering_texts().level(RiskLevel.IMMINENT),)
    for document, place in (
        (documents.into_conference(settings, LEG_ID, LEG_ID, whisper, ends=True), DocumentPlace.LEG),
        (documents.into_conference(settings, LEG_ID, LEG_ID, ends=False), DocumentPlace.LEG),
        (documents.last_words(settings, "not_yours"), DocumentPlace.LEG),
        (documents.over(), DocumentPlace.LEG),
        (documents.held(settings, Language.FRENCH, mute=False, music=True), DocumentPlace.HOLD),
        (documents.held(settings, Language.ENGLISH, mute=False, music=False), DocumentPlace.HOLD),
        (documents.held(settings, Language.FRENCH, mute=True, music=True), DocumentPlace.HOLD),
        (documents.key_asked(settings, mute=True), DocumentPlace.MOVED),
        (documents.key_asked(settings, mute=False), DocumentPlace.MOVED),
    ):
        assert problems_of_document(document, place, public_url=settings.public_url) == []
    assert "<Say" not in documents.held(settings, Language.FRENCH, mute=True, music=True)
    assert "<Say" not in documents.key_asked(settings, mute=False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("819 555-0170", "+18195550170"),
        ("+1 (819) 555.0170", "+18195550170"),
        ("18195550170", "+18195550170"),
        ("1 800 463-5060", "+18004635060"),
    ],
)
def test_a_number_of_north_america_is_dialled(settings: Settings, given: str, expected: str) -> None:
    assert dialled_number(settings, given) == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("911", "emergency"),
        ("9 1 1", "emergency"),
        ("9-1-1.", "emergency"),
        ("+1911", "emergency"),
        ("112", "emergency"),
        ("appelle le 911", "emergency"),
        ("811", "short"),
        ("211", "short"),
        ("98765", "short"),
        ("555 0170", "malformed"),
        ("+33 6 12 34 56 78", "malformed"),
        ("119 555 0170", "malformed"),
        ("sip:a@b", "malformed"),
        ("8195550170;911", "malformed"),
        ("900 555 0170", "premium"),
        ("819 976 0170", "premium"),
        ("+18005550277", "own_line"),
    ],
)
def test_a_number_that_is_never_dialled_says_why(settings: Settings, given: str, reason: str) -> None:
    with pytest.raises(RefusedNumber) as refused:
        dialled_number(settings, given)
    assert str(refused.value) == answering_texts().refusals[reason]


def claims_of(token: str) -> dict[str, object]:
    part = token.split(".")[1]
    content: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def test_a_browsers_pass_calls_out_only_and_for_fifteen_minutes(services: Services) -> None:
    assert softphone_token(services, "staff1") is None, "none in the demonstration"
    live = services.settings.model_copy(
        update={"demo": False, "twilio_app_sid": "AP" + "1" * 32, "twilio_api_key": SecretStr("SK" + "2" * 32)}
    )
    services.settings = live
    assert softphone_token(services, "staff1") is None, "nor without the secret that signs it"
    secret = SecretStr("a secret of tests, long enough to sign with")
    services.settings = live.model_copy(update={"twilio_api_secret": secret})
    before = time.time()
    given = softphone_token(services, "staff1")
    assert given is not None
    claims = claims_of(given.token)
    grants = claims["grants"]
    assert isinstance(grants, dict)
    assert grants["identity"] == "staff1"
    assert grants["voice"]["outgoing"]["application_sid"] == "AP" + "1" * 32
    assert not grants["voice"].get("incoming", {}).get("allow", False)
    expires = claims["exp"]
    assert isinstance(expires, int)
    assert before + 899 <= expires <= time.time() + 900


def test_an_application_without_its_key_is_refused_at_start(settings: Settings) -> None:
    half = settings.model_copy(update={"demo": False, "twilio_app_sid": "AP" + "1" * 32})
    assert any("RELAIS_TWILIO_APP_SID" in problem for problem in problems_of(half))


def test_a_person_called_back_is_rung_without_a_sentence() -> None:
    assert LegKind.PERSON not in documents.RING_SENTENCES
