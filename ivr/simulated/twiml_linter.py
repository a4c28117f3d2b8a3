"""The TwiML linter: what is wrong with a document, before a caller hears it.

Twilio's library checks nothing, and Twilio tells nobody who is still on the line: it skips what it does not know, or
ends the call. Each reason names a verb and an attribute at most: a text, a value or an address may be about a person.
Sources: `twiml_allowed.py` for what each verb may hold; docs/decisions/0005-phone-door.md for the order of the verbs.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from ivr.simulated.twiml_addresses import bears, path_of, problems_of_address, problems_of_played
from ivr.simulated.twiml_allowed import (
    LONGEST_REST,
    MOST_BYTES,
    MOST_BYTES_SAID,
    MOST_CHARACTERS_MOVED,
    MOST_CHARACTERS_SAID,
    MUTE_MARK,
    NEEDED_TO_HEAR,
    NOT_THE_CALLERS,
    REDIRECTS,
    VERBS,
    VOICES,
    Address,
    DocumentPlace,
    OneOf,
    Seconds,
    Written,
)
from ivr.simulated.twiml_order import problems_of_order

PROLOG = re.compile(rb"<\?xml version=([\"'])1\.0\1( encoding=([\"'])UTF-8\3)?\s*\?>", re.IGNORECASE)
# A comment, a declaration or an instruction; a zero byte belongs to an encoding that could hide one.
DECLARED = re.compile(rb"<!|<\?(?!xml)|\x00")
GATHERED_AT = {
    DocumentPlace.CALL: "turn",
    DocumentPlace.MOVED: "turn",
    DocumentPlace.QUEUE: "wait",
    DocumentPlace.SCREEN: "screen",
    DocumentPlace.LEG: "leg",
    DocumentPlace.LEG_MOVED: "leg",
}
KEY = "key"
TURN = "turn"
LEG_OVER = "leg-over"
NOT_THE_CALLER = frozenset({DocumentPlace.SCREEN, DocumentPlace.LEG, DocumentPlace.LEG_MOVED})
MOVED = frozenset({DocumentPlace.MOVED, DocumentPlace.LEG_MOVED})


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """What is wrong, and who would have executed the document."""

    place: DocumentPlace
    reason: str

    def __str__(self) -> str:
        return f"{self.place.value}: {self.reason}"


def problems_of(
    document: bytes | str, place: DocumentPlace = DocumentPlace.CALL, *, public_url: str = "", asked: str = ""
) -> list[str]:
    """What is wrong with a document, a sentence each. With `public_url`, an address elsewhere is refused too.

    `asked` is the address that answered: the caller's last words are said only in answer to what they said.
    """
    content = document.encode() if isinstance(document, str) else document
    problems = _problems_of_bytes(content, place)
    if DECLARED.search(content):
        return [*problems, "a comment or a declaration"]
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 (nothing is declared in it)
    except (ElementTree.ParseError, ValueError, LookupError):
        return [*problems, "not XML"]
    if root.tag != "Response" or root.attrib:
        return [*problems, "not a TwiML document"]
    problems += _problems_of_text(root) + _problems_in(root, public_url)
    problems += [] if place in NOT_THE_CALLER else _problems_of_silence(root)
    problems += [problem for gather in root.iter("Gather") for problem in _problems_of_gather(gather, place)]
    problems += [problem for dial in root.iter("Dial") for problem in _problems_of_who_stays(dial, place)]
    problems += [problem for pause in root.iter("Pause") for problem in _problems_of_rest(pause, place)]
    problems += problems_of_order(list(root), place)
    if place is DocumentPlace.CALL and asked and path_of(asked) != TURN and root.find("Hangup") is not None:
        problems.append("the line hangs up on somebody who said nothing")
    return list(dict.fromkeys(problems))


def _problems_of_bytes(content: bytes, place: DocumentPlace) -> list[str]:
    problems = []
    if not content.startswith(b"<?xml"):
        problems.append("something before the XML prolog, or no prolog")
    elif not PROLOG.match(content):
        problems.append("the XML prolog is not version 1.0 in UTF-8")
    if len(content) > MOST_BYTES:
        problems.append("more than 64 kB")
    if place in MOVED and len(content.decode("utf-8", "replace")) > MOST_CHARACTERS_MOVED:
        problems.append("more than 4000 characters given through the REST side")
    return problems


def _problems_in(parent: ElementTree.Element, public_url: str) -> list[str]:
    problems = []
    for verb in parent:
        if (verb.tail or "").strip():
            problems.append(f"{parent.tag}: a text between two verbs")
        if verb.tag not in VERBS:
            problems.append(f"{verb.tag}: not a verb used here")
        elif verb.tag not in VERBS[parent.tag].nested:
            problems.append(f"{verb.tag} in {parent.tag}")
        else:
            problems += _problems_of_attributes(verb, public_url) + _problems_of_text(verb)
            problems += _problems_of_verb(verb, public_url) + _problems_in(verb, public_url)
    return problems


def _problems_of_attributes(verb: ElementTree.Element, public_url: str) -> list[str]:
    rule = VERBS[verb.tag]
    problems = [f"{verb.tag} without {name}" for name in sorted(rule.needed - set(verb.attrib))]
    for name, value in verb.attrib.items():
        match rule.attributes.get(name):
            case None:
                problems.append(f"{verb.tag} {name}: not an attribute used here")
            case OneOf(values) if value not in values:
                problems.append(f"{verb.tag} {name}: not a value used here")
            case Seconds(least, most) if not (re.fullmatch("[0-9]{1,3}", value) and least <= int(value) <= most):
                problems.append(f"{verb.tag} {name}: not a whole number of seconds from {least} to {most}")
            case Written(form) if not form.fullmatch(value):
                problems.append(f"{verb.tag} {name}: not what is written there")
            case Address(paths):
                problems += [f"{verb.tag} {name}: {reason}" for reason in problems_of_address(value, paths, public_url)]
    return problems


def _problems_of_text(verb: ElementTree.Element) -> list[str]:
    text, rule = verb.text or "", VERBS[verb.tag]
    if rule.text is None:
        return [f"{verb.tag}: a text that does not belong there"] if text.strip() else []
    return [] if rule.text.fullmatch(text) else [f"{verb.tag}: its text is empty, or not what is written there"]


def _problems_of_verb(verb: ElementTree.Element, public_url: str) -> list[str]:
    """What one verb must be besides its attributes and its text."""
    match verb.tag:
        case "Say":
            return _problems_of_say(verb)
        case "Redirect":
            reasons = problems_of_address(verb.text or "", REDIRECTS.paths, public_url)
            return [f"Redirect: {reason}" for reason in reasons]
        case "Play":
            return [f"Play: {reason}" for reason in problems_of_played((verb.text or "").strip(), public_url)]
        case "Dial":
            return _problems_of_dial(verb)
        case _:
            return []


def _problems_of_say(say: ElementTree.Element) -> list[str]:
    text, problems = say.text or "", []
    voice, language = say.get("voice", ""), say.get("language", "")
    if voice in VOICES and VOICES[voice] != language:
        problems.append("Say: the voice does not go with the language")
    if any(character.isnumeric() for character in text):
        problems.append("Say: a number in digits; numbers are said in words")
    if len(text.encode()) > MOST_BYTES_SAID or len(quote(text)) > MOST_CHARACTERS_SAID:
        problems.append("Say: longer than what the voice says")
    return problems


def _problems_of_dial(dial: ElementTree.Element) -> list[str]:
    """One number at a time, as whoever answers must press 1; a number rings for a while that is said."""
    if len(dial) != 1:
        return ["Dial: not one number or one conference"]
    if dial[0].tag == "Number" and "timeout" not in dial.attrib:
        return ["Dial without timeout"]
    if dial[0].tag == "Conference" and "action" not in dial.attrib:
        return ["Dial: nothing is asked when the conference ends"]
    return []


def _problems_of_who_stays(dial: ElementTree.Element, place: DocumentPlace) -> list[str]:
    """The caller's conversation ends with them, and comes back to their own address; another leg's to its own."""
    others, problems = place in NOT_THE_CALLER, []
    if others is not (path_of(dial.get("action", "")) == LEG_OVER) and "action" in dial.attrib:
        problems.append(f"Dial: its action is not the {place.value}'s own")
    conference = dial.find("Conference")
    if conference is not None and not others and conference.get("endConferenceOnExit") != "true":
        problems.append("Conference endConferenceOnExit: the caller's conversation outlives them")
    if conference is not None and ("statusCallback" in conference.attrib) is not (
        "statusCallbackEvent" in conference.attrib
    ):
        problems.append("Conference: a callback without its events, or events that nobody is told of")
    return problems


def _problems_of_rest(pause: ElementTree.Element, place: DocumentPlace) -> list[str]:
    length = pause.get("length", "")
    if place is DocumentPlace.HOLD or not length.isdecimal() or int(length) <= LONGEST_REST:
        return []
    return ["Pause: a long silence while somebody may speak"]


def _problems_of_gather(gather: ElementTree.Element, place: DocumentPlace) -> list[str]:
    problems, hears = [], "speech" in gather.get("input", "")
    path = path_of(gather.get("action", ""))
    if place is DocumentPlace.MOVED and path == KEY:
        return _problems_of_key_asked(gather)
    if path != GATHERED_AT.get(place):
        problems.append(f"Gather: its action is not the {place.value}'s own")
    if place in NOT_THE_CALLER:
        return [*problems, "Gather: the words of an outside phone are not listened to"] if hears else problems
    if (gather.get("finishOnKey") == "#") is (gather.get("numDigits") == "1"):
        problems.append("Gather finishOnKey: not a value used here")
    if not hears:
        return [*problems, "Gather: the caller's words are not listened to"]
    problems += [f"Gather without {name}" for name in sorted(NEEDED_TO_HEAR - set(gather.attrib))]
    if place is not DocumentPlace.QUEUE and gather.get("actionOnEmptyResult") == "false":
        problems.append("Gather: silence is not told")
    return problems


def _problems_of_key_asked(gather: ElementTree.Element) -> list[str]:
    """A person who cannot speak is asked for one key, in silence, by somebody who is there."""
    if "speech" in gather.get("input", "") or gather.get("actionOnEmptyResult") != "true":
        return ["Gather: a key is asked for, and its silence is told"]
    return ["Gather: something is heard while a key is asked for"] if len(gather) else []


def _addresses(root: ElementTree.Element) -> Iterator[str]:
    """The addresses at which Twilio asks for the caller."""
    for verb in root.iter():
        found = [verb.get(name, "") for name in ("action", "waitUrl", "url")]
        found += [verb.text or ""] if verb.tag == "Redirect" else []
        yield from (url for url in found if url and path_of(url) not in NOT_THE_CALLERS)


def _problems_of_silence(root: ElementTree.Element) -> list[str]:
    """After the silent code, every address of the call bears its mark and nothing is said."""
    marked = [bears(url, MUTE_MARK) for url in _addresses(root)]
    if not any(marked):
        return []
    problems = [] if all(marked) else ["an address forgets the silent code"]
    if root.find(".//Say") is not None or root.find(".//Play") is not None:
        problems.append("something is said after the silent code")
    return problems
