"""The voices and the ears of the line, in one place.

A voice that does not go with its language can make a sentence fail. Sources: Twilio's list of voices
(npm twilio 6.2.0) for fr-CA; Polly's Joanna is an en-US voice, while Canadian English is what is listened for.
"""

from __future__ import annotations

from dataclasses import dataclass

from triage.interventions.types import Language


@dataclass(frozen=True, slots=True)
class Speech:
    """`voice` and `voice_language` go together in Say; `heard_language` is what Gather listens for."""

    voice: str
    voice_language: str
    heard_language: str


SPEECH = {
    Language.FRENCH: Speech("Polly.Gabrielle-Neural", "fr-CA", "fr-CA"),
    Language.ENGLISH: Speech("Polly.Joanna-Neural", "en-US", "en-CA"),
}
