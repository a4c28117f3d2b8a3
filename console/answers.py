"""The short answers of an act: a sentence in the page's live region, and what to fetch again."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from fastapi.responses import HTMLResponse

from console.pages import WORDS, html
from triage.handoff.service import AlreadyTaken, ChangedMeanwhile, NotYours, UnknownHandoff
from triage.record.service import UnknownContact
from triage.staff_desk import VoiceUnavailable

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
}
REFUSED = tuple(REFUSALS)


async def again_if_changed[Result](act: Callable[[], Awaitable[Result]]) -> Result:
    """Do it again when another writer came between. Raises ChangedMeanwhile after ATTEMPTS."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await act()
        except ChangedMeanwhile:
            continue
    return await act()


def refusal_of(error: Exception) -> HTMLResponse:
    """The answer to one of REFUSED."""
    status, key = REFUSALS[type(error)]
    return refusal(status, key)


def refusal(status: int, key: str) -> HTMLResponse:
    """A sentence for the live region; the queue and the tabs are fetched again."""
    content = html("said.html", sentence=WORDS.say("said", key))
    headers = {"HX-Retarget": "#annonce", "HX-Reswap": "innerHTML", "HX-Trigger": json.dumps({CHANGED_EVENT: ""})}
    return HTMLResponse(content, status_code=status, headers=headers)


def done(content: str, key: str, *, url: str | None = None) -> HTMLResponse:
    """The new content of the contact's place, and a sentence."""
    trigger = {CHANGED_EVENT: "", SAID_EVENT: WORDS.say("said", key)}
    headers = {"HX-Trigger": json.dumps(trigger)}
    if url is not None:
        headers["HX-Push-Url"] = url
    return HTMLResponse(content, headers=headers)


def gone(error: Exception) -> HTMLResponse:
    """A contact that may no longer be read leaves the screen."""
    status, key = REFUSALS[type(error)]
    trigger = {CHANGED_EVENT: "", SAID_EVENT: WORDS.say("said", key)}
    headers = {"HX-Retarget": "#contact", "HX-Reswap": "innerHTML", "HX-Trigger": json.dumps(trigger)}
    return HTMLResponse(html("no_contact.html"), status_code=status, headers=headers)
