"""The documents given to Twilio. Every address is absolute and carries no personal data.

Every document ends with a person, or with another document to ask for: the line hangs up only on `goodbye`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from twilio.twiml.voice_response import Conference, Dial, Gather, VoiceResponse

from foundation.settings import Settings
from ivr.menu_state import Destination, Listen
from ivr.menu_texts import menu_texts
from ivr.recordings import recording_of
from ivr.speech import SPEECH
from triage.interventions.types import Language, Line

RING_SECONDS = 25
SPEECH_TIMEOUT_SECONDS = 3
SCREEN_SECONDS = 8
CONFERENCE_EVENTS = "start end join leave"
# Between two resources that are read aloud.
REST_SECONDS = 1
# In the addresses, so that a document made without a database stays silent too.
CODED = "m"
AFTER_FIVE = "f"


def queue_name(line: Line) -> str:
    return f"relais_{line.value}"


def address(settings: Settings, path: str, **query: str | int) -> str:
    return f"{settings.public_url}/ivr/{path}" + (f"?{urlencode(query)}" if query else "")


def call_address(settings: Settings, path: str, *, mute: bool, **query: str | int) -> str:
    """An address of the caller's own call: after the silent code, each one says so."""
    return address(settings, path, **query, **({CODED: 1} if mute else {}))


def nothing_to_do() -> str:
    """For a request whose answer Twilio does not execute: the call is already elsewhere."""
    return str(VoiceResponse())


def say(
    settings: Settings,
    response: VoiceResponse | Gather,
    sentences: Sequence[str],
    language: Language = Language.FRENCH,
) -> None:
    """Each sentence by its recording, else by the voice; the lines of one sentence with a rest between them."""
    speech = SPEECH[language]
    for sentence in sentences:
        if recording := recording_of(sentence, language):
            response.play(address(settings, f"audio/{recording}"))
            continue
        for position, line in enumerate(filter(None, sentence.split("\n"))):
            if position:
                response.pause(length=REST_SECONDS)
            response.say(line, voice=speech.voice, language=speech.voice_language)


def listening(
    settings: Settings,
    document: Listen,
    turn: int,
    language: Language,
    *,
    demo: bool,
    after_five: bool = False,
) -> str:
    """Say, then listen to a key or to words; silence comes back to the same address."""
    response = VoiceResponse()
    action = address(settings, "turn", n=turn, **({AFTER_FIVE: 1} if after_five else {}))
    gather = ear(action, language, document.timeout_seconds, most_digits=document.most_digits)
    texts = menu_texts(language)
    if demo:
        say(settings, gather, [texts.say("demo")], language)
    say(settings, gather, document.replies, language)
    for key in document.keys:
        if key == "other_language":
            other = Language.ENGLISH if language is Language.FRENCH else Language.FRENCH
            say(settings, gather, [menu_texts(other).say("invitation")], other)
        else:
            say(settings, gather, [texts.say(key)], language)
    response.append(gather)
    response.redirect(action, method="POST")
    return str(response)


def ear(
    action: str, language: Language, timeout_seconds: int, *, empty_too: bool = True, most_digits: int = 1
) -> Gather:
    """Listens to one key or to words; what is said in it can be interrupted. Several keys are ended by #."""
    return Gather(
        input="dtmf speech",
        language=SPEECH[language].heard_language,
        num_digits=most_digits,
        finish_on_key="#" if most_digits > 1 else "",
        timeout=timeout_seconds,
        speech_timeout=SPEECH_TIMEOUT_SECONDS,
        profanity_filter=False,
        action_on_empty_result=empty_too,
        action=action,
        method="POST",
    )


def goodbye(settings: Settings, line: Line, language: Language) -> str:
    """The last words, with the outside numbers: the caller said twice that nothing more is needed."""
    texts, response = menu_texts(language), VoiceResponse()
    say(settings, response, [texts.say("goodbye"), texts.outside_numbers(line)], language)
    response.hangup()
    return str(response)


def transfer(settings: Settings, destination: Destination, turn: int, language: Language) -> str:
    response = VoiceResponse()
    say(settings, response, [menu_texts(language).say(f"to_{destination.value}")], language)
    action = address(settings, "turn", n=turn)
    dial = Dial(action=action, method="POST", timeout=RING_SECONDS)
    dial.number(transfer_number(settings, destination))
    response.append(dial)
    response.redirect(action, method="POST")
    return str(response)


def transfer_number(settings: Settings, destination: Destination) -> str:
    return settings.info_sante_number if destination is Destination.INFO_SANTE else settings.gap_number


def queue(settings: Settings, line: Line, sentences: Sequence[str], language: Language, *, mute: bool) -> str:
    """Into the queue. What follows serves only if the queue fails: the outside numbers are dialled, then said."""
    response = VoiceResponse()
    say(settings, response, sentences, language)
    after = call_address(settings, "after-queue", mute=mute)
    response.enqueue(
        queue_name(line),
        wait_url=call_address(settings, "wait", mute=mute),
        wait_url_method="POST",
        action=after,
        method="POST",
    )
    for number in settings.fallback_numbers.get(line.value, []):
        response.append(_outside_dial(settings, line, number))
    if not mute:
        say(settings, response, [menu_texts(language).outside_numbers(line)], language)
    response.redirect(after, method="POST")
    return str(response)


def overflow(
    settings: Settings,
    line: Line,
    number: str,
    following: int,
    sentences: Sequence[str],
    language: Language,
    *,
    mute: bool = False,
) -> str:
    """Dial one outside number; whoever answers presses 1 before being put through."""
    response = VoiceResponse()
    say(settings, response, sentences, language)
    action = call_address(settings, "overflow", mute=mute, i=following)
    screen_url = call_address(settings, "screen", mute=mute)
    response.append(_outside_dial(settings, line, number, screen_url, action=action, method="POST"))
    response.redirect(action, method="POST")
    return str(response)


def screen(settings: Settings, *, mute: bool = False) -> str:
    """Heard by whoever answers outside, never by the caller. A mailbox presses nothing and is let go.

    After the silent code, whoever answers is told that the caller cannot speak, before their voice is heard there.
    """
    texts, response = menu_texts(Language.FRENCH), VoiceResponse()
    for sentence in ("screen_mute" if mute else "screen", "screen_again"):
        gather = Gather(
            input="dtmf",
            num_digits=1,
            finish_on_key="",
            timeout=SCREEN_SECONDS,
            action=call_address(settings, "screen", mute=mute),
            method="POST",
        )
        say(settings, gather, [texts.say(sentence)])
        response.append(gather)
    response.hangup()
    return str(response)


def conversation(settings: Settings, contact_id: str, *, mute: bool = False) -> str:
    """The caller's side of the conversation: a conference named by the contact."""
    response = VoiceResponse()
    action = call_address(settings, "after-conversation", mute=mute)
    dial = Dial(action=action, method="POST")
    dial.append(conference(settings, contact_id, ends=True))
    response.append(dial)
    response.redirect(action, method="POST")
    return str(response)


def conference(settings: Settings, contact_id: str, *, ends: bool) -> Conference:
    """The conference named by the contact: no beep, and silence for whoever is alone in it.

    `ends`: when this leg leaves, the conversation is over for all.
    """
    return Conference(
        contact_id,
        start_conference_on_enter=True,
        end_conference_on_exit=ends,
        beep="false",
        wait_url="",
        status_callback=address(settings, "conference"),
        status_callback_event=CONFERENCE_EVENTS,
        status_callback_method="POST",
    )


def static_dial(settings: Settings, line: Line, *, screened: bool, mute: bool = False) -> str:
    """Needs no database: the line's outside numbers one after the other, then the numbers said twice.

    `screened` asks this service to screen who answers; false for a document kept elsewhere, which must
    work while the service is down. `mute`, after the silent code: dialled, and nothing said aloud.
    At its end it asks for the queue: when the service answers again, the caller waits there.
    """
    texts, response = menu_texts(Language.FRENCH), VoiceResponse()
    before = [texts.say("demo")] if settings.demo else []
    say(settings, response, [] if mute else [*before, texts.say("danger"), texts.say("trouble")])
    for number in settings.fallback_numbers.get(line.value, []):
        screen_url = call_address(settings, "screen", mute=mute) if screened else None
        response.append(_outside_dial(settings, line, number, screen_url))
    say(settings, response, [] if mute else [texts.outside_numbers(line)] * 2)
    response.redirect(call_address(settings, "again", mute=mute), method="POST")
    return str(response)


def _outside_dial(settings: Settings, line: Line, number: str, screen_url: str | None = None, **more: str) -> Dial:
    """Shows the line's own number: a hidden or malformed one may be refused, and the caller's is not to be spread.

    Source: Twilio's error 13214, an invalid caller id.
    """
    shown = line_number(settings, line)
    dial = Dial(timeout=RING_SECONDS, **({"caller_id": shown} if shown else {}), **more)
    if screen_url:
        dial.number(number, url=screen_url, method="POST")
    else:
        dial.number(number)
    return dial


def line_number(settings: Settings, line: Line) -> str:
    """The number that people dial for this line; another of ours when it has none, empty without any."""
    numbers = {name: number for number, name in reversed(settings.lines.items())}
    return numbers.get(line.value) or next(iter(settings.lines), "")
