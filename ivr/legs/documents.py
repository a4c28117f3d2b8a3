"""The documents of the other legs, and those that the caller hears during a conversation.

An address names a leg by its id, drawn at random: it says nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Sequence

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from foundation.settings import Settings
from ivr.answering_texts import answering_texts
from ivr.twiml import address, call_address, conference, say
from ivr.twiml_waiting import MUSIC
from triage.interventions.types import Language
from triage.voice_port import LegKind

RING_SENTENCES = {
    LegKind.INTERVENANT: ("staff_ring", "staff_ring_again"),
    LegKind.COLLEAGUE: ("colleague_ring", "colleague_ring_again"),
    LegKind.GUEST: ("guest_ring", "guest_ring_again"),
}
PRESS_SECONDS = 6
KEY_SECONDS = 12
QUIET_SECONDS = 30
LEG = "l"


def ring(settings: Settings, kind: LegKind, leg_id: str) -> str:
    """Heard by whoever picks up. A mailbox presses nothing, hears nothing of the person, and is let go."""
    texts, response = answering_texts(), VoiceResponse()
    for sentence in RING_SENTENCES[kind]:
        gather = Gather(
            input="dtmf",
            num_digits=1,
            finish_on_key="",
            timeout=PRESS_SECONDS,
            action=address(settings, "leg", **{LEG: leg_id}),
            method="POST",
        )
        say(settings, gather, [texts.say(sentence)])
        response.append(gather)
    response.hangup()
    return str(response)


def into_conference(
    settings: Settings, contact_id: str, leg_id: str, sentences: Sequence[str] = (), *, ends: bool
) -> str:
    """Into the conversation. `ends`: when this leg leaves, the conversation is over for all."""
    response = VoiceResponse()
    say(settings, response, sentences)
    dial = Dial(action=address(settings, "leg-over", **{LEG: leg_id}), method="POST")
    dial.append(conference(settings, contact_id, ends=ends))
    response.append(dial)
    response.hangup()
    return str(response)


def last_words(settings: Settings, *keys: str) -> str:
    """A sentence for one of ours or for somebody called back, and the leg ends: never on a caller's own leg."""
    response = VoiceResponse()
    say(settings, response, [answering_texts().say(key) for key in keys])
    response.hangup()
    return str(response)


def over() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


def held(settings: Settings, language: Language, *, mute: bool, music: bool) -> str:
    """What the person hears on hold; Twilio asks again when it ends. After the silent code, nothing."""
    response = VoiceResponse()
    if not mute:
        say(settings, response, [answering_texts(language).say("hold")], language)
    if music and not mute:
        response.play(address(settings, MUSIC))
    else:
        response.pause(length=QUIET_SECONDS)
    return str(response)


def key_asked(settings: Settings, *, mute: bool) -> str:
    """Twelve seconds of silence in which a key counts."""
    response = VoiceResponse()
    action = call_address(settings, "key", mute=mute)
    gather = Gather(
        input="dtmf",
        num_digits=1,
        finish_on_key="",
        timeout=KEY_SECONDS,
        action_on_empty_result=True,
        action=action,
        method="POST",
    )
    response.append(gather)
    response.redirect(action, method="POST")
    return str(response)
