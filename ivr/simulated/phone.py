"""A telephone that executes TwiML over real signed HTTP, as Twilio does: one caller, one call.

Time is the caller's: where the phone listens, it waits for a key, words or an explicit silence.
"""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

from ivr.simulated.documents import CallDocuments
from ivr.simulated.handset import CallMoved, CallOver, Handset
from ivr.simulated.heard import (
    ConversationLink,
    EndedByRest,
    Happening,
    HeardKind,
    Key,
    Moved,
    OutsideEnds,
    Silence,
    Speech,
)
from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork
from ivr.simulated.outside import OutsideLeg
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.twiml_linter import DocumentProblem
from ivr.simulated.webhooks import DocumentFailed, SignedRequests

GATHER_SECONDS = 5.0
DOCUMENTS_AT_MOST = 500


class LeftQueue(Exception):
    """`<Leave/>` in the queue's waiting document."""


class SimulatedPhone(Handset):
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
        super().__init__(pace)
        self.network = network
        self.requests = requests
        self.called_number = called_number
        self.caller_number = caller_number
        self.link = link
        self.time_passes = time_passes
        self.documents = CallDocuments(requests, self._warn, line_name, kept_fallback)
        self.sid = network.new_sid()
        self.ended_by_line: bool | None = None
        self.queue: str | None = None
        self.conference: str | None = None
        self._queued_seconds = 0.0

    @property
    def problems(self) -> list[DocumentProblem]:
        return self.documents.problems

    def _warn(self, problem: DocumentProblem) -> None:
        self.hear(HeardKind.WARNING, str(problem))

    async def dial(self) -> None:
        """Call, and return when the phone listens for the first time."""
        self.start()
        await self.settle()

    def start(self) -> None:
        loop = asyncio.get_running_loop()

        def soon(happening: Happening) -> None:
            loop.call_soon_threadsafe(self.arrives, happening)

        self.network.add(
            NetworkCall(
                self.sid,
                self.caller_number,
                self.called_number,
                moved=lambda document: soon(Moved(document)),
                ended=lambda: soon(EndedByRest()),
            )
        )
        self._task = asyncio.create_task(self._live())

    async def _live(self) -> None:
        by_line = True
        try:
            await self._run("POST", f"{self.requests.public_url}/ivr/voice")
            self.network.set_status(self.sid, CallStatus.IN_PROGRESS)
        except CallOver as over:
            by_line = over.by_line
        self.ended_by_line = by_line
        self.network.set_status(self.sid, CallStatus.COMPLETED)
        await self.requests.tell(f"{self.requests.public_url}/ivr/status", self._fields())
        self.hear(HeardKind.END)

    async def _run(self, method: str, url: str) -> None:
        document: ElementTree.Element | None = await self._document(method, url)
        self.network.set_status(self.sid, CallStatus.IN_PROGRESS)
        for _ in range(DOCUMENTS_AT_MOST):
            if document is None:
                return
            try:
                document = await self._execute(document)
            except CallMoved as moved:
                document = self.documents.given(moved.document, DocumentPlace.MOVED)
        raise AssertionError("the line sends this caller round for ever")

    def _fields(self, **more: str) -> dict[str, str]:
        status = self.network.call(self.sid).status.value
        common = {
            "CallSid": self.sid,
            "AccountSid": "AC" + "0" * 32,
            "From": self.caller_number,
            "To": self.called_number,
            "CallStatus": status,
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        return common | more

    async def _document(self, method: str, url: str, **more: str) -> ElementTree.Element:
        """The document at an address, or at the number's fallback address. Without either, the call ends.

        In the queue a document that fails ends the wait: DocumentFailed is raised.
        """
        if self.queue is not None:
            return await self.documents.ask(method, url, self._fields(**more), DocumentPlace.QUEUE)
        try:
            return await self.documents.ask_or_fallback(method, url, self._fields(**more), DocumentPlace.CALL)
        except DocumentFailed:
            self.hear(HeardKind.ERROR)
            raise CallOver(by_line=True) from None

    async def _execute(self, document: ElementTree.Element) -> ElementTree.Element | None:
        """Run the verbs in order: the document that replaces this one, or None at its end."""
        for verb in document:
            following: ElementTree.Element | None = None
            match verb.tag:
                case "Say":
                    self.hear(HeardKind.VOICE, (verb.text or "").strip())
                case "Play" | "Pause":
                    self.hear(HeardKind.SILENCE)
                case "Gather":
                    following = await self._gather(verb)
                case "Redirect":
                    return await self._document(verb.get("method", "POST"), (verb.text or "").strip())
                case "Enqueue":
                    following = await self._enqueue(verb)
                case "Dial":
                    following = await self._dial(verb)
                case "Leave":
                    raise LeftQueue
                case "Hangup" | "Reject":
                    raise CallOver(by_line=True)
                case _:
                    raise AssertionError(f"a verb that Twilio does not know here: {verb.tag}")
            if following is not None:
                return following
        return None

    async def _gather(self, verb: ElementTree.Element) -> ElementTree.Element | None:
        for nested in verb:
            if nested.tag == "Say":
                self.hear(HeardKind.VOICE, (nested.text or "").strip())
        timeout = float(verb.get("timeout", GATHER_SECONDS))
        answers = await self._answers_to(verb, timeout if self.queue is not None else None)
        if answers is None:
            self.time_passes(timeout)
            if verb.get("actionOnEmptyResult") != "true":
                return None
            answers = {"SpeechResult": "", "Digits": ""}
        return await self._document(verb.get("method", "POST"), verb.get("action", ""), **answers)

    async def _answers_to(self, verb: ElementTree.Element, seconds: float | None) -> dict[str, str] | None:
        """What is gathered, or None for a silence; a gather for keys alone does not hear words."""
        accepts = verb.get("input", "dtmf").split()
        while True:
            happening = await self._next(seconds)
            match happening:
                case Key() if "dtmf" in accepts:
                    return {"Digits": happening.key}
                case Speech() if "speech" in accepts:
                    return {"SpeechResult": happening.text, "Confidence": "0.9"} if happening.text.strip() else None
                case Silence():
                    return None

    async def _enqueue(self, verb: ElementTree.Element) -> ElementTree.Element | None:
        name, action = (verb.text or "").strip(), verb.get("action")
        self.queue, self._queued_seconds = name, 0.0
        self.network.enter_queue(name, self.sid)
        self.hear(HeardKind.QUEUE)
        try:
            result = await self._wait_in_queue(name, verb)
        except CallOver as over:
            self.network.set_status(self.sid, CallStatus.COMPLETED)
            if not over.by_line:
                await self._leave_queue(name, action, "hangup")
            raise
        except CallMoved:
            await self._leave_queue(name, action, "redirected")
            raise
        return await self._leave_queue(name, action, result)

    async def _leave_queue(self, name: str, action: str | None, result: str) -> ElementTree.Element | None:
        self.network.leave_queue(name, self.sid)
        self.queue = None
        if not action:
            return None
        seconds = str(int(self._queued_seconds))
        if result in ("hangup", "redirected"):
            await self.requests.tell(action, self._fields(QueueResult=result, QueueTime=seconds))
            return None
        return await self._document("POST", action, QueueResult=result, QueueTime=seconds)

    async def _wait_in_queue(self, name: str, verb: ElementTree.Element) -> str:
        """Loop over the waiting document until the caller leaves the queue: the QueueResult."""
        wait_url = verb.get("waitUrl", "")
        for _ in range(DOCUMENTS_AT_MOST):
            position = self.network.queue_members(name).index(self.sid) + 1
            fields = self._fields(QueuePosition=str(position), QueueTime=str(int(self._queued_seconds)))
            try:
                asked = await self.documents.ask("POST", wait_url, fields, DocumentPlace.QUEUE)
                document: ElementTree.Element | None = asked
                while document is not None:
                    waits = [float(gather.get("timeout", GATHER_SECONDS)) for gather in document.iter("Gather")]
                    self._queued_seconds += sum(waits)
                    document = await self._execute(document)
            except LeftQueue:
                return "leave"
            except DocumentFailed:
                return "error"
        raise AssertionError("nobody waits that long in a test")

    async def _dial(self, verb: ElementTree.Element) -> ElementTree.Element | None:
        conference = verb.find("Conference")
        if conference is not None:
            await self._talk((conference.text or "").strip())
            result = {"DialCallStatus": "completed"}
        else:
            result = await self._ring([number for number in verb if number.tag == "Number"])
        action = verb.get("action")
        return await self._document(verb.get("method", "POST"), action, **result) if action else None

    async def _ring(self, numbers: list[ElementTree.Element]) -> dict[str, str]:
        for number in numbers:
            self.hear(HeardKind.RINGING)
            await asyncio.sleep(0)
            leg = OutsideLeg(self.network, self.documents, self._fields(ParentCallSid=self.sid))
            try:
                if await leg.answers((number.text or "").strip(), number.get("url")):
                    self.hear(HeardKind.OUTSIDE)
                    while not isinstance(await self._next(), OutsideEnds):
                        continue
                    return {"DialCallStatus": "completed", "DialBridged": "true"}
            finally:
                leg.ends()
            self._raise_if_gone()
        return {"DialCallStatus": "no-answer", "DialBridged": "false"}

    async def _talk(self, name: str) -> None:
        """In conversation: what is said goes to the other end by text, until one of the two leaves."""
        self.conference = name
        self.network.enter_conference(name, self.sid)
        self.hear(HeardKind.CONVERSATION)
        if self.link is not None:
            await self.link.caller_joined(name, self)
        try:
            while True:
                happening = await self._next()
                if isinstance(happening, OutsideEnds):
                    return
                if isinstance(happening, Speech) and self.link is not None:
                    await self.link.caller_said(name, happening.text)
        finally:
            self.conference = None
            self.network.leave_conference(name, self.sid)
            if self.link is not None:
                await self.link.caller_left(name)
