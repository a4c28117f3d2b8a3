"""The documents of one simulated call: asked for as Twilio does, read by the linter, replaced when they fail."""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from ivr.simulated.twiml_addresses import bears
from ivr.simulated.twiml_allowed import MUTE_MARK, DocumentPlace
from ivr.simulated.twiml_linter import DocumentProblem, problems_of
from ivr.simulated.webhooks import DocumentFailed, SignedRequests, parsed

log = logging.getLogger(__name__)

NOT_TWIML = 12100
ANY_LINE = "info_social"
# Only a caller is given these.
CALLERS_MARKS = ("<Enqueue", "/ivr/after-conversation", "/ivr/key")
AS_CALLER = {DocumentPlace.LEG: DocumentPlace.CALL, DocumentPlace.LEG_MOVED: DocumentPlace.MOVED}


class CallDocuments:
    """What the linter finds is kept in `problems`, once each, and told to `warn`; it never stops the call.

    `silent`: an address of this call bore the mark of the silent code.
    """

    def __init__(
        self,
        requests: SignedRequests,
        warn: Callable[[DocumentProblem], None],
        line_name: str = "",
        kept_fallback: str | None = None,
    ) -> None:
        """`kept_fallback` is a document kept at Twilio, used instead of the service's own fallback address."""
        self.requests = requests
        self.warn = warn
        self.line_name = line_name
        self.kept_fallback = kept_fallback
        self.problems: list[DocumentProblem] = []
        self.silent = False
        self._fallback_used = False

    async def ask(self, method: str, url: str, fields: Mapping[str, str], place: DocumentPlace) -> ElementTree.Element:
        """The document at an address. Raises DocumentFailed."""
        self.silent = self.silent or bears(url, MUTE_MARK)
        content = await self.requests.content(method, url, fields)
        try:
            return self.given(content, place, asked=url)
        except ElementTree.ParseError as error:
            raise DocumentFailed(url, NOT_TWIML) from error

    async def ask_or_fallback(
        self, method: str, url: str, fields: Mapping[str, str], place: DocumentPlace
    ) -> ElementTree.Element:
        """The same; when it fails, the number's fallback address, once in a row. Raises DocumentFailed."""
        try:
            document = await self.ask(method, url, fields, place)
        except DocumentFailed as failed:
            return await self._fallback(failed)
        self._fallback_used = False
        return document

    def given(self, document: bytes | str, place: DocumentPlace, *, asked: str = "") -> ElementTree.Element:
        """A document that is already there, read. Raises ParseError for what is not TwiML."""
        for reason in problems_of(document, place, public_url=self.requests.public_url, asked=asked):
            problem = DocumentProblem(place, reason)
            if problem not in self.problems:
                self.problems.append(problem)
                log.warning("simulated phone: a document to correct (%s)", problem)
                self.warn(problem)
        return parsed(document)

    async def _fallback(self, failed: DocumentFailed) -> ElementTree.Element:
        if self._fallback_used:
            raise failed
        self._fallback_used = True
        if self.kept_fallback is not None:
            return self.given(self.kept_fallback, DocumentPlace.CALL)
        about = {"ErrorCode": str(failed.code), "ErrorUrl": failed.url}
        url = f"{self.requests.public_url}/ivr/fallback.xml?{urlencode({'line': self.line_name or ANY_LINE})}"
        return await self.ask("GET", url, about, DocumentPlace.CALL)


class CalledBackDocuments(CallDocuments):
    """Of a person called back: a leg like another until it is led to a caller's document, and a caller from there."""

    is_caller = False

    def given(self, document: bytes | str, place: DocumentPlace, *, asked: str = "") -> ElementTree.Element:
        text = document.decode("utf-8", "replace") if isinstance(document, bytes) else document
        self.is_caller = self.is_caller or any(mark in text for mark in CALLERS_MARKS)
        return super().given(document, AS_CALLER.get(place, place) if self.is_caller else place, asked=asked)
