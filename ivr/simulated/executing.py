"""A telephone that executes TwiML over real signed HTTP, as Twilio does: one leg of a call.

The caller's phone, a phone that is dialled and a softphone are the same engine; each says where it begins. Time is
that of whoever holds the phone: where it listens, it waits for a key, words or an explicit silence.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

from ivr.simulated.documents import CallDocuments
from ivr.simulated.gathering import Gathering, prompt_heard
from ivr.simulated.handset import CallMoved, CallOver, Handset
from ivr.simulated.heard import ConversationLink, HeardKind, Moved
from ivr.simulated.network import CallStatus, NetworkCall, SimulatedNetwork
from ivr.simulated.queueing import LeftQueue, QueueWait
from ivr.simulated.talking import Talk
from ivr.simulated.twiml_allowed import DocumentPlace
from ivr.simulated.twiml_linter import DocumentProblem
from ivr.simulated.webhooks import DocumentFailed, SignedRequests

DOCUMENTS_AT_MOST = 500
CONSOLE = "client:console"
ACCOUNT = "AC" + "0" * 32


class ExecutingPhone(Handset):
    """`place` is what the linter makes of its documents, `moved_place` of those that the REST side gives."""

    place = DocumentPlace.CALL
    moved_place = DocumentPlace.MOVED

    def __init__(
        self,
        network: SimulatedNetwork,
        requests: SignedRequests,
        documents: CallDocuments | None = None,
        *,
        pace: float | None = None,
        link: ConversationLink | None = None,
        time_passes: Callable[[float], object] = lambda seconds: None,
    ) -> None:
        super().__init__(pace)
        self.network = network
        self.requests = requests
        self.documents = documents or CallDocuments(requests, self.warn)
        self.link = link
        self.time_passes = time_passes
        self.sid = network.new_sid()
        self.ended_by_line: bool | None = None
        self.queue: str | None = None
        self.conference: str | None = None
        self.held = False
        self.more_fields: dict[str, str] = {}

    @property
    def problems(self) -> list[DocumentProblem]:
        return self.documents.problems

    @property
    def status(self) -> CallStatus:
        return self.network.call(self.sid).status

    def warn(self, problem: DocumentProblem) -> None:
        self.hear(HeardKind.WARNING, str(problem))

    async def live(self) -> None:
        """From its first document to its end; each kind of phone has its own."""
        raise NotImplementedError

    def begin(self, call: NetworkCall) -> None:
        """On the network, and alive."""
        call.phone = self
        self.network.add(call)
        self.come_alive(self.live())

    def hears_from(self, speaker: str, text: str) -> None:
        """What another participant of the conference says."""
        self.hear(HeardKind.INTERVENANT if speaker.startswith("client:") else HeardKind.OTHER, text)

    def company_changes(self) -> None:
        self.notices()

    def hears_the_console(self, text: str) -> None:
        """What the intervenant writes is their voice in the demonstration: all who are not held hear it."""
        live = self.network.conferences.live(self.conference or "")
        for participant in list(live.participants.values()) if live else []:
            if participant.ear is not None and not participant.held:
                participant.ear.hears_from(CONSOLE, text)

    def gathers(self, verb: ElementTree.Element) -> None:
        """Keys or words are asked for from now on."""

    def seconds_of_gather(self, seconds: float) -> float | None:
        """After how long a silence counts by itself: in the queue only, elsewhere it is an act of whoever calls."""
        return seconds if self.queue is not None else None

    async def run(self, document: ElementTree.Element | None) -> None:
        """Execute this document, and those that follow it or replace it, to the end. Raises CallOver."""
        for _ in range(DOCUMENTS_AT_MOST):
            if document is None:
                return
            try:
                document = await self.execute(document)
            except CallMoved as moved:
                document = await self.moved_to(moved.moved)
        raise AssertionError("the line sends this phone round for ever")

    async def moved_to(self, moved: Moved) -> ElementTree.Element:
        if moved.url:
            return await self.document(moved.method, moved.url)
        return self.documents.given(moved.document, self.moved_place)

    def fields(self, **more: str) -> dict[str, str]:
        """What Twilio says of this leg with each request."""
        call = self.network.call(self.sid)
        common = {
            "CallSid": self.sid,
            "AccountSid": ACCOUNT,
            "From": call.caller_number,
            "To": call.called_number,
            "CallStatus": call.status.value,
            "Direction": call.direction,
            "ApiVersion": "2010-04-01",
        }
        parent = {"ParentCallSid": call.parent} if call.parent else {}
        return common | parent | self.more_fields | more

    async def document(self, method: str, url: str, **more: str) -> ElementTree.Element:
        """The document at an address. Without a document, the call ends.

        In the queue a document that fails ends the wait: DocumentFailed is raised.
        """
        if self.queue is not None:
            return await self.documents.ask(method, url, self.fields(**more), DocumentPlace.QUEUE)
        try:
            return await self.outside_the_queue(method, url, self.fields(**more))
        except DocumentFailed:
            self.hear(HeardKind.ERROR)
            raise CallOver(by_line=True) from None

    async def outside_the_queue(self, method: str, url: str, fields: dict[str, str]) -> ElementTree.Element:
        """Raises DocumentFailed."""
        return await self.documents.ask(method, url, fields, self.place)

    async def execute(self, document: ElementTree.Element) -> ElementTree.Element | None:
        """Run the verbs in order: the document that replaces this one, or None at its end."""
        for verb in document:
            following: ElementTree.Element | None = None
            match verb.tag:
                case "Say" | "Play" | "Pause":
                    # A key pressed here is lost: nothing gathers it.
                    prompt_heard(self, verb)
                case "Gather":
                    following = await Gathering(self, verb).document()
                case "Redirect":
                    return await self.document(verb.get("method", "POST"), (verb.text or "").strip())
                case "Enqueue":
                    following = await QueueWait(self, verb).document()
                case "Dial":
                    following = await self._dial(verb)
                case "Leave" if self.queue is not None:
                    raise LeftQueue
                case "Leave":
                    # Outside a queue it changes nothing.
                    continue
                case "Hangup" | "Reject":
                    raise CallOver(by_line=True)
                case _:
                    raise AssertionError(f"a verb that Twilio does not know here: {verb.tag}")
            if following is not None:
                return following
        return None

    async def _dial(self, verb: ElementTree.Element) -> ElementTree.Element | None:
        conference = verb.find("Conference")
        if conference is not None:
            await Talk(self, conference).to_its_end()
            result = {"DialCallStatus": "completed"}
        else:
            numbers = [number for number in verb if number.tag == "Number"]
            result = await self.network.dials().ring(
                self, numbers, float(verb.get("timeout", "30")), verb.get("callerId", "")
            )
        action = verb.get("action")
        return await self.document(verb.get("method", "POST"), action, **result) if action else None
