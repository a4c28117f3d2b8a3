"""How long a sound lasts: on a real line, the time of a `<Play>` passes before the silence after it is counted."""

from __future__ import annotations

import wave
import xml.etree.ElementTree as ElementTree
from functools import cache
from pathlib import Path

AUDIO = Path(__file__).parents[1] / "audio"
AUDIO_ADDRESS = "/ivr/audio/"


def seconds_played(verb: ElementTree.Element) -> float:
    """The seconds of the sounds within a verb; what is not a WAV file of ours counts for nothing."""
    return sum(_seconds((play.text or "").strip().rpartition(AUDIO_ADDRESS)[2]) for play in verb.iter("Play"))


@cache
def _seconds(path: str) -> float:
    try:
        with wave.open(str(AUDIO / path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, wave.Error, EOFError):
        return 0.0
