"""The documents of the queue: a moment of the wait, the question of the callback, its promise.

Twilio asks for the next one when a document ends: the caller stays in the queue, except after the promise.
"""

from __future__ import annotations

from collections.abc import Sequence

from twilio.twiml.voice_response import VoiceResponse

from foundation.settings import Settings
from ivr.menu_texts import menu_texts
from ivr.twiml import address, call_address, ear, say
from triage.interventions.types import Language

WAIT_SECONDS = 15
# The music lasts as long as its file; with the silence after it, a moment of the wait lasts as long as without.
MUSIC = "audio/wait.wav"
MUSIC_SECONDS = 12
AFTER_MUSIC_SECONDS = WAIT_SECONDS - MUSIC_SECONDS
QUESTION_SECONDS = 8
# In the address of the answer: this key answers the question of the callback.
CALLBACK_ASKED = "c"


def waiting(
    settings: Settings,
    sentences: Sequence[str],
    language: Language,
    *,
    mute: bool = False,
    music: bool = False,
    invited: Language | None = None,
) -> str:
    """A moment of the queue: what is said, then an ear open, during the music too. `invited`: the other language."""
    response = VoiceResponse()
    seconds = AFTER_MUSIC_SECONDS if music else WAIT_SECONDS
    gather = ear(call_address(settings, "wait", mute=mute), language, seconds, empty_too=False)
    if invited is not None:
        say(settings, gather, [menu_texts(invited).say("invitation")], invited)
    say(settings, gather, sentences, language)
    if music:
        gather.play(address(settings, MUSIC))
    response.append(gather)
    return str(response)


def callback_question(settings: Settings, sentences: Sequence[str], language: Language) -> str:
    """The number is said again: only 1 confirms. A silence changes nothing, and words are read as always."""
    response = VoiceResponse()
    answer_address = address(settings, "wait", **{CALLBACK_ASKED: 1})
    gather = ear(answer_address, language, QUESTION_SECONDS, empty_too=False)
    say(settings, gather, sentences, language)
    response.append(gather)
    return str(response)


def callback_promised(settings: Settings, sentences: Sequence[str], language: Language) -> str:
    """The place is kept and a call is promised: only here does the line end a call of the queue."""
    response = VoiceResponse()
    say(settings, response, sentences, language)
    response.hangup()
    return str(response)


def leave_queue() -> str:
    response = VoiceResponse()
    response.leave()
    return str(response)
