"""The keys of somebody who waits: the language, the numbers again, a person already called, the callback.

The silent code and the answers that follow it are the menu's (`step_in_queue`), and come before these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ivr import callback_offer
from ivr.calls import Call
from ivr.menu_state import MenuState
from ivr.tables import PhoneCall
from ivr.waiting_texts import waiting_texts
from ivr.way_in import SILENT_CODE_WINDOW
from triage.handoff.tables import Handoff
from triage.interventions.types import Language
from triage.services import Services

OTHER_LANGUAGE = "9"
CONFIRM = "1"


@dataclass(frozen=True, slots=True)
class KeyHeard:
    """What a key changes: sentences said first, everything said again, or a question asked and a promise made."""

    sentences: tuple[str, ...] = ()
    again: bool = False
    question: str | None = None
    promised: bool = False


NOTHING = KeyHeard()


async def key_heard(services: Services, call: Call, handoff: Handoff, key: str, *, asked: bool) -> KeyHeard:
    """What this key means now; `asked`: it answers the question of the callback. Without a meaning, nothing."""
    texts = waiting_texts(call.state.language)
    match key:
        case "0":
            return KeyHeard((texts.say("already_called"),))
        case "*":
            return KeyHeard(again=True)
        case "1" if asked:
            promised = await callback_offer.promise(services, call)
            return KeyHeard(promised=True) if promised else KeyHeard((texts.say("already_called"),))
        case "1" if callback_offer.may_offer(call, handoff):
            return KeyHeard(question=await callback_offer.question(services, call))
        case "2" if asked:
            return KeyHeard((texts.say("callback_kept"),))
        case _:
            return NOTHING


async def change_language(services: Services, call: Call) -> Call:
    """The other language, for the menu's state and for the contact: the person goes on being called."""
    async with services.sessions.write() as session:
        contact = await services.record.contact(session, call.contact_id, lock=True)
        row = await session.get_one(PhoneCall, call.sid, populate_existing=True, with_for_update=True)
        state = MenuState.from_json(row.state)
        state = replace(state, language=other_language(state.language))
        contact.language, row.state = state.language, state.to_json()
    return replace(call, state=state)


def other_language(language: Language) -> Language:
    return Language.ENGLISH if language is Language.FRENCH else Language.FRENCH


def awaits_second_five(state: MenuState, now: datetime) -> bool:
    """A first 5 was just pressed: nothing is said or played until the code can no longer follow."""
    return state.first_five_at is not None and now - state.first_five_at <= SILENT_CODE_WINDOW
