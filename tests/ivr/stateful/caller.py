"""One caller of a walk, and what the line owes them so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ivr.simulated.heard import HeardKind
from ivr.simulated.phone import SimulatedPhone
from triage.interventions.types import Line

# What only the staff's side may hear or read: levels, classes, signals, detectors.
FOR_STAFF = re.compile(
    r"\b(imminente?s?|niveaux?|risques?|risk|signal|signaux|signals?|détecteur|frame|learnt|handoff|classe|level)\b",
    re.IGNORECASE,
)
REQUESTS_WITH_BOT = 20
FAILURES_WITHOUT_PERSON = 2


@dataclass(slots=True)
class Caller:
    """`behind`: a request moved the call while its phone still listens to an earlier document.

    `broken_at_end`: the service could not answer when the call ended, or before; `ended`: the end was looked at.
    `unheard`: words that call for a person were said where only keys are listened to.
    """

    phone: SimulatedPhone
    line: Line
    needs_person: bool = False
    unheard: bool = False
    at_risk: bool = False
    behind: bool = False
    with_bot: int = 0
    failures: int = 0
    goodbyes: int = 0
    outside_dialled: bool = False
    broken_at_end: bool = False
    ended: bool = False
    ended_by_staff: bool = False
    said: set[str] = field(default_factory=set)

    @property
    def live(self) -> bool:
        return not self.phone.over

    @property
    def with_outside(self) -> bool:
        """An outside person is talking with them."""
        kinds = [heard.kind for heard in self.phone.heard if heard.kind not in (HeardKind.SELF, HeardKind.WARNING)]
        return self.live and self.phone.queue is None and kinds[-1:] == [HeardKind.OUTSIDE]

    @property
    def accounted_for(self) -> bool:
        """In the queue, with an intervenant, or with somebody outside."""
        return self.phone.queue is not None or self.phone.conference is not None or self.with_outside

    @property
    def situation(self) -> str:
        """Where they are, in one word for the tally."""
        if not self.live:
            return "raccroché"
        if self.phone.queue is not None:
            return "file"
        if self.phone.conference is not None:
            return "conversation"
        return "dehors" if self.with_outside else "menu"

    def hears_nothing_of_the_staff(self) -> None:
        """No level, no signal, and never their own words said back."""
        for sentence in self.phone.words():
            assert not FOR_STAFF.search(sentence), f"on the caller's leg: {sentence}"
            assert not any(text in sentence for text in self.said), "their own words are said back"
