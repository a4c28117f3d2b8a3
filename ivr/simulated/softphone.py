"""The softphone of a member of staff: it calls the service, hears the whisper, and is in the conference.

Source: https://www.twilio.com/docs/voice/sdks/javascript (`device.connect({params})`): the application's address is
asked for with `From=client:<identity>` and the parameters as fields.
"""

from __future__ import annotations

from collections.abc import Mapping

from ivr.simulated.executing import ExecutingPhone
from ivr.simulated.handset import CallOver
from ivr.simulated.heard import HeardKind
from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.webhooks import SignedRequests

PATH = "/ivr/softphone"
CLIENT = "client:"


class SoftphoneCall(ExecutingPhone):
    """One call of a softphone."""

    place = DocumentPlace.LEG
    moved_place = DocumentPlace.LEG_MOVED

    async def live(self) -> None:
        try:
            await self.run(await self.document("POST", self.requests.public_url + PATH))
            self.ended_by_line = True
        except CallOver as over:
            self.ended_by_line = over.by_line
        self.network.set_status(self.sid, CallStatus.COMPLETED)
        self.hear(HeardKind.END)

    def start(self, identity: str, params: Mapping[str, str]) -> None:
        self.more_fields = dict(params)
        self.begin(NetworkCall(self.sid, CLIENT + identity, ""))
        self.network.set_status(self.sid, CallStatus.IN_PROGRESS)


class SimulatedSoftphone:
    """Registered on the network under one identity; `calls` are all that it made, the last one last."""

    def __init__(self, network: SimulatedNetwork, requests: SignedRequests, identity: str, pace: float | None) -> None:
        self.network = network
        self.requests = requests
        self.identity = identity
        self.pace = pace
        self.calls: list[SoftphoneCall] = []

    async def connect(self, params: Mapping[str, str]) -> SoftphoneCall:
        """Call the service, and return when it listens or is over."""
        call = SoftphoneCall(self.network, self.requests, pace=self.pace)
        self.calls.append(call)
        call.start(self.identity, params)
        await call.settle()
        return call
