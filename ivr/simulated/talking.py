"""`<Dial><Conference>`: what is said goes to the others by text, until this phone or the conference goes away."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

from ivr.simulated.conferences import Conference, ConferenceStatus, Participant
from ivr.simulated.gathering import prompt_heard
from ivr.simulated.handset import CallMoved
from ivr.simulated.heard import ConferenceEnds, HeardKind, HoldChanges, OutsideEnds, Silence, Speech
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.webhooks import DocumentFailed

if TYPE_CHECKING:
    from ivr.simulated.executing import ExecutingPhone

SENTENCE_SECONDS = 4.0
MUSIC_SECONDS = 30.0
REDIRECTIONS_AT_MOST = 10


class Talk:
    """One stay in a conference. Held, the phone hears the document of the hold's address, again and again."""

    def __init__(self, phone: ExecutingPhone, verb: ElementTree.Element) -> None:
        self.phone = phone
        self.verb = verb
        self.name = (verb.text or "").strip()
        self.hold = HoldChanges(held=False)

    async def to_its_end(self) -> None:
        """Raises CallOver, CallMoved."""
        phone, conferences = self.phone, self.phone.network.conferences
        conference = conferences.enter(
            self.name,
            self._participant(),
            self.verb.get("statusCallback", ""),
            frozenset(self.verb.get("statusCallbackEvent", "").split()),
        )
        phone.conference = self.name
        phone.hear(HeardKind.CONVERSATION)
        reason = "participant_hung_up"
        try:
            if phone.link is not None:
                await phone.link.caller_joined(self.name, phone)
            if conference.status is ConferenceStatus.INIT:
                await self._hear_while_alone()
            await self._talk(conference)
        except CallMoved:
            reason = "participant_updated_via_api"
            raise
        finally:
            phone.conference, phone.held = None, False
            conferences.leave(conference.sid, phone.sid, reason)
            if phone.link is not None:
                await phone.link.caller_left(self.name)

    def _participant(self) -> Participant:
        return Participant(
            self.phone.sid,
            self.phone,
            start_on_enter=self.verb.get("startConferenceOnEnter", "true") == "true",
            end_on_exit=self.verb.get("endConferenceOnExit", "false") == "true",
            muted=self.verb.get("muted", "false") == "true",
        )

    async def _talk(self, conference: Conference) -> None:
        phone, seconds = self.phone, None
        while True:
            happening = await phone.next_happening(seconds)
            match happening:
                case ConferenceEnds() | OutsideEnds():
                    return
                case Speech():
                    await self._say(conference, happening.text)
                case HoldChanges(held=True):
                    self.hold, phone.held = happening, True
                    phone.hear(HeardKind.HOLD)
                    seconds = await self._hear_on_hold()
                case HoldChanges():
                    self.hold, phone.held, seconds = happening, False, None
                    phone.hear(HeardKind.CONVERSATION)
                case Silence() if self.hold.held:
                    seconds = await self._hear_on_hold()

    async def _say(self, conference: Conference, text: str) -> None:
        phone = self.phone
        speaker = phone.network.call(phone.sid).other_end
        heard = phone.network.conferences.say(conference.sid, phone.sid, speaker, text)
        if heard and phone.link is not None:
            await phone.link.caller_said(self.name, text)

    async def _hear_while_alone(self) -> None:
        """Twilio's own music, unless the document gives an address, or an empty one for silence."""
        wait_url = self.verb.get("waitUrl")
        if wait_url is None:
            self.phone.hear(HeardKind.MUSIC)
        elif wait_url:
            await self._hear_document(self.verb.get("waitMethod", "POST"), wait_url)

    async def _hear_on_hold(self) -> float:
        """Once through what is heard on hold: about how many seconds it lasts."""
        if self.hold.url:
            return await self._hear_document(self.hold.method, self.hold.url)
        self.phone.hear(HeardKind.MUSIC)
        return MUSIC_SECONDS

    async def _hear_document(self, method: str, url: str) -> float:
        """Say, Play, Pause and Redirect, no more. A document that fails is a silence."""
        phone, seconds = self.phone, 0.0
        for _ in range(REDIRECTIONS_AT_MOST):
            try:
                document = await phone.documents.ask(method, url, phone.fields(), DocumentPlace.HOLD)
            except DocumentFailed:
                phone.hear(HeardKind.SILENCE)
                return MUSIC_SECONDS
            for verb in document:
                if verb.tag in ("Say", "Play", "Pause"):
                    prompt_heard(phone, verb)
                    seconds += float(verb.get("length", "1")) if verb.tag == "Pause" else SENTENCE_SECONDS
            redirect = document.find("Redirect")
            if redirect is None:
                break
            method, url = redirect.get("method", "POST"), (redirect.text or "").strip()
        return max(seconds, SENTENCE_SECONDS)
