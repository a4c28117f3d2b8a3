"""Recorded sentences: `ivr/audio/<fr|en>/<key>.mp3` or `.wav`. Where there is one, it is played instead of the voice.

`<key>` is a key of `said` in the menu's texts (`danger`), or `numbers.<kind>`, `outside.<line>`, `places.<n>`,
`waiting.<key>`, `handoff.<key>`. None is shipped. A recording stands for its text: change one, change both.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from ivr.menu_texts import menu_texts
from ivr.waiting_texts import waiting_texts
from triage.interventions.texts import TextFileError, Texts
from triage.interventions.types import Language

FOLDER = Path(__file__).parent / "audio"
MEDIA_TYPES = {".mp3": "audio/mpeg", ".wav": "audio/wav"}
# Twilio keeps what it has fetched, so that a call does not wait for a sentence.
KEPT_BY_TWILIO = {"Cache-Control": "public, max-age=604800"}

router = APIRouter(prefix="/ivr/audio", tags=["téléphone"])


@router.get("/{path:path}")
async def audio(path: str) -> FileResponse:
    """A file of the folder, public: it is said to every caller, and asked for without a signature."""
    found = files(FOLDER).get(path)
    if found is None:
        raise HTTPException(404)
    return FileResponse(found, media_type=MEDIA_TYPES[found.suffix], headers=KEPT_BY_TWILIO)


def recording_of(sentence: str, language: Language) -> str | None:
    """The path of the recording of a sentence under the folder, or None."""
    return recordings(FOLDER, language).get(sentence)


def load_recordings() -> None:
    """Every language, so that a file that no sentence bears stops the start. Raises TextFileError."""
    for language in Language:
        recordings(FOLDER, language)


@cache
def recordings(folder: Path, language: Language) -> dict[str, str]:
    """The recorded sentences of a language and their paths. Raises TextFileError for a file without a sentence."""
    sentences, found = sentences_by_key(language), {}
    for path, file in files(folder).items():
        if file.parent != folder / language.value:
            continue
        if file.stem not in sentences:
            raise TextFileError(f"ivr/audio/{path} : aucun texte ne porte la clé « {file.stem} ».")
        found[sentences[file.stem]] = path
    return found


@cache
def files(folder: Path) -> Mapping[str, Path]:
    """Every sound of the folder, by its path there."""
    sounds = sorted(file for file in folder.rglob("*") if file.suffix in MEDIA_TYPES)
    return {file.relative_to(folder).as_posix(): file for file in sounds}


def sentences_by_key(language: Language) -> dict[str, str]:
    """All that may be recorded: what the menu says, and, in French, what announces a person."""
    texts = menu_texts(language)
    by_key = dict(texts.said)
    by_key |= {f"numbers.{key}": sentence for key, sentence in texts.numbers.items()}
    by_key |= {f"outside.{key}": sentence for key, sentence in texts.outside.items()}
    by_key |= {
        f"waiting.{key}": sentence for key, sentence in waiting_texts(language).said.items() if "{" not in sentence
    }
    by_key |= {f"places.{before}": sentence for before, sentence in enumerate((*texts.places, texts.places_more))}
    if language is Language.FRENCH:
        by_key |= {f"handoff.{key}": sentence for key, sentence in Texts.load(language).heard_at_handoff().items()}
    return by_key
