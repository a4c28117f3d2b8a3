"""Give the heart what a caller said, in the shape it asks for, and read what came of it."""

from __future__ import annotations

from ivr.calls import Call
from ivr.menu_state import Answered, HandedOver, MenuState, Tell
from ivr.menu_texts import menu_texts
from triage.interventions.types import Channel, Language
from triage.services import Services
from triage.signals import RiskLevel
from triage.turn import IncomingTurn, Outcome, Said


class PersonNotReached(Exception):
    """A turn that must reach a person reached nobody: the door's guard takes over."""


async def tell(services: Services, call: Call, told: Tell, client_id: str, *, unreadable: bool = False) -> Outcome:
    """One turn for `handle_turn`. Words that are not for the bot are read by the gate before a person is called."""
    said, signals = told.said, told.signals
    if told.text and unreadable:
        said = Said.UNREADABLE
    elif told.read_first and told.text:
        signals += (await services.gate.read_within(told.text)).signals
    turn = IncomingTurn(call.contact_id, client_id, told.text, said, signals=signals)
    return await services.conversation.handle_turn(turn)


def event_of(services: Services, call: Call, state: MenuState, told: Tell, outcome: Outcome) -> Answered | HandedOver:
    """What the outcome means for the menu. Raises PersonNotReached."""
    if outcome.handoff is not None:
        return HandedOver(_sentences(services, call, state, outcome))
    if told.said is not Said.TEXT:
        raise PersonNotReached
    not_understood = services.texts.say("not_understood", Channel.PHONE)
    return Answered(outcome.replies, understood=outcome.replies != (not_understood,))


def _sentences(services: Services, call: Call, state: MenuState, outcome: Outcome) -> tuple[str, ...]:
    """The stored sentence; in English, its counterpart, with the numbers of the kind when there is a risk."""
    if state.language is Language.FRENCH or not outcome.replies:
        return outcome.replies
    texts = menu_texts(state.language)
    handed_over = texts.say("handed_over")
    if outcome.handoff is None or not outcome.handoff.level.at_least(RiskLevel.RISK):
        return handed_over, texts.say("danger")
    return handed_over, texts.numbers_of(services.texts.first_kind(outcome.reading.signals), call.line)
