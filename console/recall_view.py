"""Whether a person can be called back, whether it is safe, and the script of the first words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from console.staff_sessions import Staff
from triage.handoff import service
from triage.handoff.callback_script import CallbackScript, callback_script
from triage.handoff.service import NotYours
from triage.handoff.tables import Handoff
from triage.services import Services


class RecallSafety(StrEnum):
    """Each is a sentence of `recall` in the words of the telephone."""

    SAFE = "safe"
    ASKED = "asked"
    POSSIBLE = "possible"
    UNSAFE = "unsafe"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class RecallView:
    safety: RecallSafety
    script: CallbackScript

    @property
    def may_dial(self) -> bool:
        return self.safety is not RecallSafety.IMPOSSIBLE

    @property
    def needs_confirm(self) -> bool:
        return self.safety is RecallSafety.UNSAFE


async def recall_view(services: Services, staff: Staff, contact_id: str) -> RecallView:
    """The words are in the person's language: they are said to them. Raises NotYours."""
    async with services.sessions.read() as session:
        handoff = await service.open_of_contact(session, contact_id)
        if handoff is None or handoff.owner_id != staff.id:
            raise NotYours(contact_id)
        contact = await services.record.contact(session, contact_id)
        return RecallView(safety_of(handoff), callback_script(contact.language))


def safety_of(handoff: Handoff) -> RecallSafety:
    """Unsafe speaks first, then impossible; a callback that was asked for is still not known to be safe."""
    if handoff.recall_safe is False:
        return RecallSafety.UNSAFE
    if not handoff.recall_possible:
        return RecallSafety.IMPOSSIBLE
    if handoff.recall_safe:
        return RecallSafety.SAFE
    return RecallSafety.ASKED if handoff.callback_due_at is not None else RecallSafety.POSSIBLE
