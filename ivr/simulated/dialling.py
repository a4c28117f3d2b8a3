"""The network at work for one service: it dials, rings, keeps the softphones, and tells what happens to each leg."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from ivr.simulated.callbacks import StatusCallbacks
from ivr.simulated.executing import ExecutingPhone
from ivr.simulated.heard import EndedByRest, HeardKind, LegOutcome, OutsideEnds, Speech
from ivr.simulated.network import CallStatus, NetworkCall, OutsidePhone, SimulatedNetwork
from ivr.simulated.outside import CallOrder, CreatedPhone, DialledPhone
from ivr.simulated.softphone import CLIENT, SimulatedSoftphone
from ivr.simulated.webhooks import SignedRequests

SETTLE_SECONDS = 30.0
GLANCE_SECONDS = 0.002
BY_HAND = frozenset({OutsidePhone.RINGS, OutsidePhone.ANSWERS})


def serve(network: SimulatedNetwork, requests: SignedRequests, pace: float | None = None) -> Dialling:
    """From now on the network works for the service that these requests reach. In the loop of the phones."""
    network.dialling = Dialling(network, requests, pace)
    return network.dialling


class Dialling:
    def __init__(self, network: SimulatedNetwork, requests: SignedRequests, pace: float | None) -> None:
        self.network = network
        self.requests = requests
        self.pace = pace
        self.callbacks = StatusCallbacks(requests)
        self.softphones: dict[str, SimulatedSoftphone] = {}
        self.created: list[CreatedPhone] = []
        self._loop = asyncio.get_running_loop()

    def softphone(self, identity: str) -> SimulatedSoftphone:
        found = self.softphones.get(identity)
        if found is None:
            found = SimulatedSoftphone(self.network, self.requests, identity, self.pace)
            self.softphones[identity] = found
            self.network.outside.setdefault(CLIENT + identity, OutsidePhone.PRESSES_ONE)
        return found

    def place_call(self, order: CallOrder) -> NetworkCall:
        """From any thread: the call is queued, and is dialled in the loop of the phones."""
        sid = self.network.new_sid()
        call = NetworkCall(sid, order.caller_number, order.to, status=CallStatus.QUEUED, direction="outbound-api")
        self.network.add(call)
        self._loop.call_soon_threadsafe(self._dial, call, order)
        return call

    def _dial(self, call: NetworkCall, order: CallOrder) -> None:
        phone = CreatedPhone(self.network, self.requests, order, call.sid, self.pace, self.network.time_passes)
        self.created.append(phone)
        phone.begin(call)

    async def ring(
        self, phone: ExecutingPhone, numbers: Sequence[ElementTree.Element], timeout_seconds: float, shown: str = ""
    ) -> dict[str, str]:
        """One number after the other, for a caller: what Twilio says of the dial. Raises CallOver, CallMoved.

        `shown` is the number that the phones display; the caller's own when the document gives none.
        """
        status = CallStatus.NO_ANSWER.value
        for number in numbers:
            phone.hear(HeardKind.RINGING)
            called, caller = (number.text or "").strip(), shown or self.network.call(phone.sid).caller_number
            leg = DialledPhone(phone, called, number.get("url", ""), timeout_seconds)
            leg.begin(NetworkCall(leg.sid, caller, called, parent=phone.sid, direction="outbound-dial"))
            try:
                status = await self._put_through(phone, leg)
                if status == CallStatus.COMPLETED.value:
                    return {"DialCallStatus": status, "DialBridged": "true"}
            finally:
                await self._drop(leg)
                self._forget_before(leg)
        return {"DialCallStatus": status, "DialBridged": "false"}

    async def _put_through(self, phone: ExecutingPhone, leg: DialledPhone) -> str:
        """Keys and words are lost while it rings, as on a real line. Raises CallOver, CallMoved."""
        while True:
            happening = await phone.next_happening(listens=leg.behaviour in BY_HAND)
            if isinstance(happening, LegOutcome):
                if happening.status != CallStatus.IN_PROGRESS.value:
                    return happening.status
                break
        phone.hear(HeardKind.OUTSIDE)
        while not isinstance(happening, OutsideEnds):
            happening = await phone.next_happening()
            if isinstance(happening, Speech):
                leg.hear(HeardKind.OTHER, happening.text)
        return CallStatus.COMPLETED.value

    async def _drop(self, leg: DialledPhone) -> None:
        if not leg.over:
            leg.arrives(EndedByRest())
            await leg.settle()

    def _forget_before(self, leg: DialledPhone) -> None:
        """Of the legs dialled at one number for callers, only the last is remembered."""
        for call in self.network.calls(to=self.network.call(leg.sid).called_number):
            if call.is_over and call.direction == "outbound-dial" and call.sid != leg.sid:
                self.network.forget(call.sid)

    async def settled(self) -> None:
        """Raises TimeoutError when something is still under way after half a minute."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await self._is_settled():  # noqa: ASYNC110
                # Phones, callbacks and requests end in their own time: no single event says it of all.
                await asyncio.sleep(GLANCE_SECONDS)

    async def _is_settled(self) -> bool:
        # Two turns of the loop: what was asked for from another thread has begun.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        phones = [call.phone for call in self.network.calls() if call.phone is not None]
        begun = all(call.status is not CallStatus.QUEUED for call in self.network.calls())
        return begun and self.callbacks.idle and all(phone.at_rest for phone in phones)

    @property
    def legs(self) -> list[ExecutingPhone]:
        """Every call that the REST side made, and every one of a softphone."""
        return [*self.created, *(call for softphone in self.softphones.values() for call in softphone.calls)]

    async def close(self) -> None:
        """Every phone of this side goes silent."""
        for leg in self.legs:
            await leg.close()
        await self.callbacks.close()
