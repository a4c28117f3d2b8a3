"""`<Gather>`: keys, words or a silence, as Twilio gives them to the address that is asked for.

Source: https://www.twilio.com/docs/voice/twiml/gather
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

from ivr.simulated.heard import HeardKind, Key, Silence, Speech
from ivr.simulated.page_texts import page_texts
from ivr.simulated.played import seconds_played

if TYPE_CHECKING:
    from ivr.simulated.executing import ExecutingPhone

GATHER_SECONDS = 5.0


def prompt_heard(phone: ExecutingPhone, verb: ElementTree.Element) -> str | None:
    """What this verb says or plays is heard: the key that is pressed meanwhile, or None."""
    text = (verb.text or "").strip()
    match verb.tag:
        case "Say":
            key = phone.key_pressed_during(text)
            phone.hear(HeardKind.VOICE, text, cut=key is not None)
            return key
        case "Play":
            key = phone.key_pressed_during(text)
            phone.hear(HeardKind.RECORDING, text, cut=key is not None)
            return key
        case _:
            phone.hear(HeardKind.SILENCE)
            return None


class Gathering:
    """One `<Gather>`. Its seconds pass by themselves in the queue, when the phone has a pace."""

    def __init__(self, phone: ExecutingPhone, verb: ElementTree.Element) -> None:
        self.phone = phone
        self.accepts = verb.get("input", "dtmf").split()
        self.seconds = float(verb.get("timeout", GATHER_SECONDS)) + seconds_played(verb)
        self.end_key = verb.get("finishOnKey", "#")
        self.most_keys = int(verb.get("numDigits", "0"))
        self.masks = verb.get("profanityFilter", "true") != "false"
        self.verb = verb

    async def document(self) -> ElementTree.Element | None:
        """The document that answers what was gathered; None when the next verb follows."""
        answers = await self._answers(self._first_key())
        if answers is None:
            self.phone.time_passes(self.seconds)
            if self.verb.get("actionOnEmptyResult") != "true":
                return None
            answers = {"SpeechResult": "", "Digits": ""}
        return await self.phone.document(self.verb.get("method", "POST"), self.verb.get("action", ""), **answers)

    def _first_key(self) -> str:
        """Its prompts are heard; a key stops them."""
        for nested in self.verb:
            key = prompt_heard(self.phone, nested)
            if key is not None and "dtmf" in self.accepts:
                return key
        return ""

    async def _answers(self, keys: str) -> dict[str, str] | None:
        """What is gathered, or None for a silence; a gather for keys alone does not hear words."""
        self.phone.gathers(self.verb)
        while not self._is_whole(keys):
            happening = await self.phone.next_happening(self.phone.seconds_of_gather(self.seconds))
            match happening:
                case Key() if "dtmf" in self.accepts:
                    keys += happening.key
                case Speech() if "speech" in self.accepts and not keys:
                    return self._answers_of_speech(happening)
                case Silence():
                    return {"Digits": keys} if keys else None
        digits = keys.removesuffix(self.end_key) if self.end_key else keys
        return {"Digits": digits} if digits else None

    def _is_whole(self, keys: str) -> bool:
        return bool(keys) and (keys[-1] in self.end_key or len(keys) == self.most_keys)

    def _answers_of_speech(self, speech: Speech) -> dict[str, str] | None:
        if not speech.text.strip():
            return None
        confidence = {} if speech.confidence is None else {"Confidence": str(speech.confidence)}
        return {"SpeechResult": masked(speech.text) if self.masks else speech.text} | confidence


def masked(text: str) -> str:
    """The words that Twilio hides unless it is told not to: their first letter is kept."""
    for word in page_texts()["mots_masques"]:
        text = re.sub(rf"\b{re.escape(word)}\b", word[0] + "*" * (len(word) - 1), text, flags=re.IGNORECASE)
    return text
