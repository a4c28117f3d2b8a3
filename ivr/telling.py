"""Give the heart what a caller said, in the shape it asks for, and read what came of it."""

from __future__ import annotations

from ivr.calls import Call
from ivr.menu_state import Answered, Finished, HandedOver, MenuState, Tell
from ivr.menu_texts import CODE, CODE_UNKNOWN, menu_texts
from ivr.partner_codes import partner_codes
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
    # The words come first: the quotes of a signal are counted from their beginning.
    text = " ".join(filter(None, (told.text, *keyed(told))))
    turn = IncomingTurn(call.contact_id, client_id, text, said, signals=signals)
    return await services.conversation.handle_turn(turn)


def keyed(told: Tell) -> tuple[str, ...]:
    """The keys as the intervenant reads them: what they stood for, and the organization of a partner's code."""
    noted = menu_texts(Language.FRENCH).noted
    keys = tuple(noted[key.value] for key in told.noted)
    if not told.code:
        return keys
    organization = partner_codes().get(told.code)
    code = f"{noted[CODE]} {organization} ({told.code})" if organization else f"{noted[CODE_UNKNOWN]} {told.code}"
    return (*keys, code)


def event_of(
    services: Services, call: Call, state: MenuState, told: Tell, outcome: Outcome
) -> Answered | HandedOver | Finished:
    """What the outcome means for the menu. Raises PersonNotReached."""
    if outcome.handoff is not None:
        return HandedOver(_sentences(services, call, state, outcome))
    if told.said is Said.FINISHED:
        return Finished()
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
