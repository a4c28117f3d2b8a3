"""The leg of an outside phone that is dialled: it rings, and whoever answers hears the screening document."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping

from ivr.simulated.documents import CallDocuments
from ivr.simulated.network import CallStatus, NetworkCall, OutsidePhone, SimulatedNetwork
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.webhooks import DocumentFailed


class OutsideLeg:
    def __init__(self, network: SimulatedNetwork, documents: CallDocuments, parent: Mapping[str, str]) -> None:
        self.network = network
        self.documents = documents
        self.sid = network.new_sid()
        self._parent_sid = parent["CallSid"]
        self._fields = dict(parent) | {"CallSid": self.sid, "Direction": "outbound-dial"}

    async def answers(self, number: str, screen_url: str | None) -> bool:
        """True when somebody answers and is put through to the caller."""
        leg = NetworkCall(self.sid, "", number, lambda document: None, lambda: None, parent=self._parent_sid)
        self.network.add(leg)
        behaviour = self.network.dial(number)
        if behaviour is OutsidePhone.NO_ANSWER:
            return False
        self.network.set_status(self.sid, CallStatus.IN_PROGRESS)
        if screen_url is None:
            return True
        try:
            return await self._is_put_through(screen_url, behaviour is OutsidePhone.PRESSES_ONE)
        except DocumentFailed:
            return False

    def ends(self) -> None:
        self.network.forget(self.sid)

    async def _is_put_through(self, url: str, presses: bool) -> bool:
        document = await self.documents.ask("POST", url, self._fields, DocumentPlace.SCREEN)
        for verb in document:
            if verb.tag == "Gather" and presses:
                pressed = self._fields | {"Digits": "1"}
                action = verb.get("action", "")
                return _lets_through(await self.documents.ask("POST", action, pressed, DocumentPlace.SCREEN))
        return _lets_through(document)


def _lets_through(document: ElementTree.Element) -> bool:
    return document.find("Hangup") is None
