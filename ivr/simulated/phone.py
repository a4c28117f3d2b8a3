"""The telephone of somebody who calls one of the lines."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

from ivr.simulated.dialling import serve
from ivr.simulated.documents import CallDocuments
from ivr.simulated.executing import ExecutingPhone
from ivr.simulated.handset import CallOver
from ivr.simulated.heard import ConversationLink, HeardKind
from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork
from ivr.simulated.webhooks import SignedRequests


class SimulatedPhone(ExecutingPhone):
    """Pick up with `dial`; the rest is the handset's. `problems`: what the linter says of the documents received."""

    def __init__(
        self,
        network: SimulatedNetwork,
        requests: SignedRequests,
        called_number: str,
        caller_number: str = "+18195550150",
        *,
        line_name: str = "",
        pace: float | None = None,
        link: ConversationLink | None = None,
        time_passes: Callable[[float], object] = lambda seconds: None,
        kept_fallback: str | None = None,
    ) -> None:
        documents = CallDocuments(requests, self.warn, line_name, kept_fallback)
        super().__init__(network, requests, documents, pace=pace, link=link, time_passes=time_passes)
        self.called_number = called_number
        self.caller_number = caller_number

    async def dial(self) -> None:
        """Call, and return when the phone listens for the first time."""
        self.start()
        await self.settle()

    def start(self) -> None:
        if self.network.dialling is None:
            serve(self.network, self.requests, self.pace)
        self.begin(NetworkCall(self.sid, self.caller_number, self.called_number))

    async def live(self) -> None:
        by_line = True
        try:
            document = await self.document("POST", f"{self.requests.public_url}/ivr/voice")
            self.network.set_status(self.sid, CallStatus.IN_PROGRESS)
            await self.run(document)
        except CallOver as over:
            by_line = over.by_line
        self.ended_by_line = by_line
        self.network.set_status(self.sid, CallStatus.COMPLETED)
        await self.requests.tell(f"{self.requests.public_url}/ivr/status", self.fields())
        self.hear(HeardKind.END)

    async def outside_the_queue(self, method: str, url: str, fields: dict[str, str]) -> ElementTree.Element:
        """The number's fallback address is asked for when a document fails. Raises DocumentFailed."""
        return await self.documents.ask_or_fallback(method, url, fields, self.place)
