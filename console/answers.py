"""The short answers of an act: a sentence in the page's live region, and what to fetch again."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from fastapi.responses import HTMLResponse

from console.pages import WORDS, html
from triage.handoff.service import AlreadyTaken, ChangedMeanwhile, NotYours, UnknownHandoff
from triage.record.service import UnknownContact
from triage.voice_port import NotOnLine, RefusedNumber, VoiceUnavailable

ATTEMPTS = 3
CHANGED_EVENT = "relais:changed"
SAID_EVENT = "relais:said"

REFUSALS: dict[type[Exception], tuple[int, str]] = {
    AlreadyTaken: (409, "taken"),
    ChangedMeanwhile: (409, "changed"),
    NotYours: (403, "not_yours"),
    UnknownContact: (404, "unknown"),
    UnknownHandoff: (404, "unknown"),
    VoiceUnavailable: (503, "voice_unavailable"),
    NotOnLine: (409, "not_on_line"),
    RefusedNumber: (422, "refused_number"),
}
REFUSED = tuple(REFUSALS)
# These two say themselves what is wrong, in a sentence for the intervenant.
SAY_WHY = (NotOnLine, RefusedNumber)
LIVE_REGION = "#annonce"


async def again_if_changed[Result](act: Callable[[], Awaitable[Result]]) -> Result:
    """Do it again when another writer came between. Raises ChangedMeanwhile after ATTEMPTS."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await act()
        except ChangedMeanwhile:
            continue
    return await act()


def refusal_of(error: Exception, *, place: str | None = None) -> HTMLResponse:
    """The answer to one of REFUSED."""
    status, key = REFUSALS[type(error)]
    sentence = str(error) if isinstance(error, SAY_WHY) and str(error) else WORDS.say("said", key)
    return _refused(status, sentence, place)


def refusal(status: int, key: str, *, section: str = "said", place: str | None = None) -> HTMLResponse:
    """A sentence for the live region, or for `place`; the queue and the tabs are fetched again."""
    return _refused(status, WORDS.say(section, key), place)


def _refused(status: int, sentence: str, place: str | None) -> HTMLResponse:
    content = html("said.html", sentence=sentence)
    trigger = json.dumps({CHANGED_EVENT: ""})
    headers = {"HX-Retarget": place or LIVE_REGION, "HX-Reswap": "innerHTML", "HX-Trigger": trigger}
    return HTMLResponse(content, status_code=status, headers=headers)


def done(
    content: str, key: str, *, section: str = "said", url: str | None = None, place: str | None = None
) -> HTMLResponse:
    """The new content of the place that asked (or of `place`), and a sentence."""
    trigger = {CHANGED_EVENT: "", SAID_EVENT: WORDS.say(section, key)}
    headers = {"HX-Trigger": json.dumps(trigger)}
    if url is not None:
        headers["HX-Push-Url"] = url
    if place is not None:
        headers |= {"HX-Retarget": place, "HX-Reswap": "innerHTML"}
    return HTMLResponse(content, headers=headers)


def gone(error: Exception) -> HTMLResponse:
    """A contact that may no longer be read leaves the screen."""
    status, key = REFUSALS[type(error)]
    trigger = {CHANGED_EVENT: "", SAID_EVENT: WORDS.say("said", key)}
    headers = {"HX-Retarget": "#contact", "HX-Reswap": "innerHTML", "HX-Trigger": json.dumps(trigger)}
    return HTMLResponse(html("no_contact.html"), status_code=status, headers=headers)
