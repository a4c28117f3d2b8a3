"""The order of the verbs in a document, for each of those who execute it: what leaves somebody with nobody.

Sources: docs/decisions/0005-phone-door.md; https://www.twilio.com/docs/voice/twiml
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from ivr.simulated.twiml_allowed import SAID_OR_PLAYED, DocumentPlace

IN_QUEUE = frozenset({"Say", "Gather", "Leave", "Hangup"})
ON_SCREEN = frozenset({"Say", "Play", "Gather", "Hangup"})
ON_LEG = SAID_OR_PLAYED | {"Gather", "Dial", "Hangup"}
ON_HOLD = SAID_OR_PLAYED


def problems_of_order(verbs: Sequence[ElementTree.Element], place: DocumentPlace) -> list[str]:
    """A sentence for each thing that leaves somebody with nobody, or puts through whom it should not."""
    tags = [verb.tag for verb in verbs]
    match place:
        case DocumentPlace.QUEUE:
            return _problems_in_queue(tags)
        case DocumentPlace.SCREEN:
            return _problems_on_screen(tags)
        case DocumentPlace.LEG | DocumentPlace.LEG_MOVED:
            return _problems_on_leg(verbs)
        case DocumentPlace.HOLD:
            return _problems_on_hold(tags)
        case DocumentPlace.MOVED:
            return _problems_in_call(verbs)
        case DocumentPlace.CALL:
            return [] if _are_last_words(tags) else _problems_in_call(verbs)


def _are_last_words(tags: Sequence[str]) -> bool:
    """To somebody who said twice that they need nothing more: said, and then the line hangs up."""
    return len(tags) > 1 and tags[-1] == "Hangup" and SAID_OR_PLAYED.issuperset(tags[:-1])


def _problems_in_queue(tags: Sequence[str]) -> list[str]:
    problems = [f"{tag} is not for the queue" for tag in tags if tag not in IN_QUEUE]
    if "Hangup" in tags:
        # The promise of a callback: said first, and nothing else is asked in that document.
        promised = tags[0] in ("Say", "Play") and tags[-1] == "Hangup" and not {"Gather", "Leave"} & set(tags)
        return problems if promised else [*problems, "Hangup is not for the queue"]
    if not tags or tags[-1] not in ("Gather", "Leave"):
        # The queue asks again as soon as its document ends: nothing would be heard, and without a rest.
        problems.append("nobody listens in the queue")
    return problems + _problems_of_what_follows("Leave", tags)


def _problems_on_screen(tags: Sequence[str]) -> list[str]:
    """Empty, it puts through; else it asks for a key, and a mailbox, which presses nothing, is let go."""
    if not tags:
        return []
    problems = [f"{tag} is not for an outside phone" for tag in tags if tag not in ON_SCREEN]
    if tags[-1] != "Hangup":
        problems.append("a mailbox would be put through")
    if "Gather" not in tags:
        problems.append("nobody can accept the call")
    return problems + _problems_of_what_follows("Hangup", tags)


def _problems_in_call(verbs: Sequence[ElementTree.Element]) -> list[str]:
    tags = [verb.tag for verb in verbs]
    problems = ["the line hangs up"] if "Hangup" in tags else []
    problems += ["Leave outside the queue"] if "Leave" in tags else []
    if not tags or tags[-1] != "Redirect":
        problems.append("the document ends with nobody")
    problems += _problems_of_what_follows("Redirect", tags)
    for position, verb in enumerate(verbs):
        following = verbs[position + 1 :]
        if verb.tag == "Gather":
            problems += _problems_after_gather(verb, following)
        elif verb.tag == "Enqueue":
            problems += _problems_after_enqueue(following)
    return problems


def _problems_on_leg(verbs: Sequence[ElementTree.Element]) -> list[str]:
    """An intervenant's, a colleague's or a guest's phone: a key first, or into the conversation, and then its end."""
    tags = [verb.tag for verb in verbs]
    problems = [f"{tag} is not for a leg" for tag in tags if tag not in ON_LEG]
    if not tags or tags[-1] != "Hangup":
        problems.append("a leg that does not end")
    if "Gather" in tags and "Dial" in tags:
        problems.append("put through without a key")
    if any(verb.find("Number") is not None for verb in verbs if verb.tag == "Dial"):
        problems.append("a leg that dials a number")
    return problems + _problems_of_what_follows("Hangup", tags)


def _problems_on_hold(tags: Sequence[str]) -> list[str]:
    problems = [f"{tag} is not for who is on hold" for tag in tags if tag not in ON_HOLD]
    if not tags:
        # Twilio asks again as soon as the document ends.
        problems.append("a hold without a rest")
    return problems


def _problems_of_what_follows(last: str, tags: Sequence[str]) -> list[str]:
    return [f"a verb after {last} is never reached"] if last in tags[:-1] else []


def _problems_after_gather(gather: ElementTree.Element, following: Sequence[ElementTree.Element]) -> list[str]:
    """Twilio goes on to the next verb at a silence that it does not tell, and ends the call when there is none."""
    if not following:
        return ["no verb after Gather: a silence would end the call"]
    if following[0].tag == "Redirect" and (following[0].text or "").strip() != gather.get("action"):
        return ["a silence is not told where an answer is"]
    return []


def _problems_after_enqueue(following: Sequence[ElementTree.Element]) -> list[str]:
    """The numbers after a queue that failed must ring while this service is down: nothing is asked of it."""
    if not any(verb.tag in ("Dial", "Redirect") for verb in following):
        return ["nobody after Enqueue: no outside number, no Redirect"]
    dials = [verb for verb in following if verb.tag == "Dial"]
    if any("action" in dial.attrib or "url" in number.attrib for dial in dials for number in dial):
        return ["the numbers after Enqueue ask this service first"]
    return ["a second queue after Enqueue"] if any(verb.tag == "Enqueue" for verb in following) else []
