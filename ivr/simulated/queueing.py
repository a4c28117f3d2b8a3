"""`<Enqueue>`: the waiting document again and again, until the caller leaves the queue, with its QueueResult.

Source: https://www.twilio.com/docs/voice/twiml/enqueue
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

from ivr.simulated.gathering import GATHER_SECONDS
from ivr.simulated.handset import CallMoved, CallOver, TakenOut
from ivr.simulated.heard import HeardKind, OutsideEnds
from ivr.simulated.network import CallStatus
from ivr.simulated.played import seconds_played
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.webhooks import DocumentFailed

if TYPE_CHECKING:
    from ivr.simulated.executing import ExecutingPhone

LOOPS_AT_MOST = 500
# The address is told, and what it answers is not executed: the call is already elsewhere, or over.
ONLY_TOLD = frozenset({"hangup", "redirected", "redirected-from-bridged"})


class LeftQueue(Exception):
    """`<Leave/>` in the queue's waiting document."""


class QueueWait:
    """One stay in a queue."""

    def __init__(self, phone: ExecutingPhone, verb: ElementTree.Element) -> None:
        self.phone = phone
        self.name = (verb.text or "").strip()
        self.action = verb.get("action")
        self.wait_url = verb.get("waitUrl", "")
        self.wait_method = verb.get("waitUrlMethod", "POST")
        self.seconds = 0.0
        self.bridged = False

    async def document(self) -> ElementTree.Element | None:
        """The document that follows the queue, None when the next verb follows. Raises CallOver, CallMoved."""
        if refused := self.phone.network.queue_failures.get(self.name):
            return await self._left(refused)
        self.phone.queue = self.name
        self.phone.network.enter_queue(self.name, self.phone.sid)
        self.phone.hear(HeardKind.QUEUE)
        try:
            result = await self._result()
        except CallOver as over:
            self.phone.network.set_status(self.phone.sid, CallStatus.COMPLETED)
            if not over.by_line:
                await self._left("hangup")
            raise
        except CallMoved:
            await self._left("redirected-from-bridged" if self.bridged else "redirected")
            raise
        finally:
            self.phone.network.leave_queue(self.name, self.phone.sid)
            self.phone.queue = None
        return await self._left(result)

    async def _left(self, result: str) -> ElementTree.Element | None:
        self.phone.network.leave_queue(self.name, self.phone.sid)
        self.phone.queue = None
        if not self.action:
            return None
        about = {"QueueResult": result, "QueueTime": str(int(self.seconds))}
        if result in ONLY_TOLD:
            await self.phone.requests.tell(self.action, self.phone.fields(**about))
            return None
        return await self.phone.document("POST", self.action, **about)

    async def _result(self) -> str:
        """Wait until something takes the caller out."""
        for _ in range(LOOPS_AT_MOST):
            try:
                await self._hear_once()
            except LeftQueue:
                return "leave"
            except DocumentFailed:
                return "error"
            except TakenOut:
                await self._talk_with_who_dialled()
                return "bridged"
        raise AssertionError("nobody waits that long in a test")

    async def _hear_once(self) -> None:
        phone, members = self.phone, self.phone.network.queue_members(self.name)
        fields = phone.fields(
            QueuePosition=str(members.index(phone.sid) + 1),
            CurrentQueueSize=str(len(members)),
            QueueTime=str(int(self.seconds)),
        )
        asked = await phone.documents.ask(self.wait_method, self.wait_url, fields, DocumentPlace.QUEUE)
        document: ElementTree.Element | None = asked
        while document is not None:
            for gather in document.iter("Gather"):
                self.seconds += float(gather.get("timeout", GATHER_SECONDS)) + seconds_played(gather)
            document = await phone.execute(document)

    async def _talk_with_who_dialled(self) -> None:
        self.bridged = True
        self.phone.network.leave_queue(self.name, self.phone.sid)
        self.phone.queue = None
        self.phone.hear(HeardKind.OUTSIDE)
        while not isinstance(await self.phone.next_happening(), OutsideEnds):
            continue
