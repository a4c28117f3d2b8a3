"""Recorded sentences are played where there is a file, said otherwise; a file that no text bears is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.settings import Settings
from ivr import recordings, twiml
from ivr.menu_state import Listen
from ivr.menu_texts import menu_texts
from ivr.simulated.twiml_linter import problems_of
from tests.ivr.doors import Door
from triage.interventions.texts import TextFileError
from triage.interventions.types import Language, Line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for language in Language:
        (tmp_path / language.value).mkdir()
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    yield tmp_path
    recordings.files.cache_clear()
    recordings.recordings.cache_clear()


def record(folder: Path, path: str) -> None:
    (folder / path).write_bytes(b"sound")
    recordings.files.cache_clear()
    recordings.recordings.cache_clear()


def test_none_is_shipped() -> None:
    recordings.load_recordings()
    assert [recordings.recordings(recordings.FOLDER, language) for language in Language] == [{}, {}]


def test_a_recorded_sentence_is_played_in_its_language_only(settings: Settings, folder: Path) -> None:
    record(folder, "fr/danger.mp3")
    document = Listen(("danger", "menu"))
    french = twiml.listening(settings, document, 1, Language.FRENCH, demo=False)
    assert "<Play>http://relais.test/ivr/audio/fr/danger.mp3</Play>" in french
    assert menu_texts(Language.FRENCH).say("danger") not in french
    assert "Info-Social" in french
    assert problems_of(french, public_url=settings.public_url) == []
    assert "<Play" not in twiml.listening(settings, document, 1, Language.ENGLISH, demo=False)


@pytest.mark.parametrize("key", ["numbers.suicide", "outside.info_social", "places.1", "handoff.suicide", "goodbye"])
def test_what_may_be_recorded(settings: Settings, folder: Path, key: str) -> None:
    record(folder, f"fr/{key}.wav")
    sentence = recordings.sentences_by_key(Language.FRENCH)[key]
    document = twiml.queue(settings, Line.INFO_SOCIAL, (sentence,), Language.FRENCH, mute=False)
    assert document.startswith(
        f'<?xml version="1.0" encoding="UTF-8"?><Response><Play>http://relais.test/ivr/audio/fr/{key}.wav</Play>'
    )
    assert problems_of(document, public_url=settings.public_url) == []


def test_after_the_silent_code_no_recording_is_played(settings: Settings, folder: Path) -> None:
    record(folder, "fr/outside.info_social.mp3")
    assert "<Play" not in twiml.queue(settings, Line.INFO_SOCIAL, (), Language.FRENCH, mute=True)


@pytest.mark.parametrize("path", ["fr/dnager.mp3", "en/handoff.nothing.wav"])
def test_a_file_that_no_text_bears_is_refused_and_named(folder: Path, path: str) -> None:
    record(folder, path)
    with pytest.raises(TextFileError, match=path):
        recordings.load_recordings()


async def test_a_sound_is_given_without_a_signature_and_kept(door: Door, folder: Path) -> None:
    record(folder, "fr/danger.mp3")
    given = await door.http.get("/ivr/audio/fr/danger.mp3")
    assert (given.status_code, given.content, given.headers["content-type"]) == (200, b"sound", "audio/mpeg")
    assert "max-age=" in given.headers["cache-control"]


@pytest.mark.parametrize("path", ["fr/nothing.mp3", "../menu_fr.yml", "%2e%2e/menu_fr.yml", "partner_codes.yml", ""])
async def test_nothing_but_a_sound_of_the_folder_is_given(door: Door, folder: Path, path: str) -> None:
    (folder / "secret.txt").write_text("x", encoding="utf-8")
    assert (await door.http.get(f"/ivr/audio/{path}")).status_code in (404, 405)
    assert (await door.http.get("/ivr/audio/secret.txt")).status_code == 404
