"""What a document of ours may contain: Twilio checks little before a caller hears it, so this does."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qs, urlsplit

MOST_BYTES = 64 * 1024
VOICES = {("Polly.Gabrielle-Neural", "fr-CA"), ("Polly.Joanna-Neural", "en-US")}
ALLOWED: dict[str, dict[str, set[str] | None]] = {
    "Say": {"voice": None, "language": None},
    "Gather": {
        "input": {"dtmf speech", "dtmf"},
        "language": {"fr-CA", "en-CA"},
        "numDigits": {"1"},
        "finishOnKey": {""},
        "timeout": None,
        "speechTimeout": {"3"},
        "profanityFilter": {"false"},
        "actionOnEmptyResult": {"true", "false"},
        "action": None,
        "method": {"POST"},
    },
    "Redirect": {"method": {"POST", "GET"}},
    "Enqueue": {"waitUrl": None, "waitUrlMethod": {"POST"}, "action": None, "method": {"POST"}},
    "Dial": {"action": None, "method": {"POST"}, "timeout": None},
    "Number": {"url": None, "method": {"POST"}},
    "Conference": {"startConferenceOnEnter": {"true"}, "endConferenceOnExit": {"true"}, "beep": {"false"}},
    "Leave": {},
    "Hangup": {},
}
NESTED = {"Gather": {"Say"}, "Dial": {"Number", "Conference"}, "Response": set(ALLOWED) - {"Number", "Conference"}}
QUERY_NAMES = {"n", "i", "m", "f", "line"}
IN_QUEUE = {"Say", "Gather", "Leave", "Redirect"}


def problems_of(document: bytes | str, *, place: str = "call") -> list[str]:
    """What is wrong with a document, a sentence each. `place`: call, queue (a waitUrl) or screen (an outside leg)."""
    content = document.encode() if isinstance(document, str) else document
    problems = [] if len(content) <= MOST_BYTES else ["more than 64 kB"]
    try:
        root = ElementTree.fromstring(content)  # noqa: S314
    except ElementTree.ParseError:
        return ["not XML"]
    if root.tag != "Response" or not content.startswith(b"<?xml"):
        problems.append("not a TwiML document")
    problems += _problems_in(root)
    tags = [verb.tag for verb in root]
    if place == "queue":
        problems += [f"{tag} is not allowed in a waitUrl" for tag in tags if tag not in IN_QUEUE]
    elif place == "call":
        problems += _problems_at_end(tags)
    return problems


def _problems_in(element: ElementTree.Element) -> list[str]:
    problems = []
    for child in element:
        if child.tag not in NESTED.get(element.tag, set()):
            problems.append(f"{child.tag} in {element.tag}")
            continue
        problems += _problems_of_attributes(child) + _problems_in(child)
    return problems


def _problems_of_attributes(verb: ElementTree.Element) -> list[str]:
    allowed, problems = ALLOWED[verb.tag], []
    for name, value in verb.attrib.items():
        if name not in allowed:
            problems.append(f"{verb.tag} {name}")
        elif allowed[name] is not None and value not in (allowed[name] or set()):
            problems.append(f"{verb.tag} {name}={value}")
    if verb.tag == "Say":
        if (verb.get("voice"), verb.get("language")) not in VOICES:
            problems.append("voice and language do not go together")
        if not (verb.text or "").strip() or any(character.isdigit() for character in verb.text or ""):
            problems.append("a sentence is empty or has digits")
    if verb.tag == "Number" and not (verb.text or "").startswith("+"):
        problems.append("an empty number")
    urls = [verb.get(name, "") for name in ("action", "waitUrl", "url") if name in verb.attrib]
    urls += [verb.text or ""] if verb.tag == "Redirect" else []
    return problems + [f"address: {url}" for url in urls if not _is_good_address(url)]


def _is_good_address(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.scheme and parts.netloc) and set(parse_qs(parts.query, keep_blank_values=True)) <= QUERY_NAMES


def _problems_at_end(tags: list[str]) -> list[str]:
    if "Hangup" in tags:
        return ["the line hangs up"]
    if not tags or tags[-1] not in ("Redirect", "Dial", "Enqueue"):
        return ["the document ends with nobody"]
    return []
