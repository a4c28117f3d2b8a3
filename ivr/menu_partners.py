"""The partners' line: what they are by a key, a code or none, then a person. No bot answers there. Pure."""

from __future__ import annotations

from dataclasses import replace

from ivr.menu_moves import entered, repeated, show, to_person
from ivr.menu_state import Listen, MenuState, PartnerKind, Place, Pressed, Step
from ivr.way_in import signals_of_key
from triage.turn import Said

KINDS = {
    "2": PartnerKind.POLICE,
    "3": PartnerKind.HOPITAL,
    "4": PartnerKind.CLINIQUE,
    "5": PartnerKind.COMMUNAUTAIRE,
    "6": PartnerKind.AUTRE,
}
# A partner's code has at most as many digits; a silence as long, or #, ends it.
CODE_DIGITS = 6
CODE_SECONDS = 4
PARTNER_PLACES = (Place.PARTENAIRES, Place.PARTNER_CODE)
WELCOME = Listen(("other_language", "partner"))
ASK_CODE = Listen(("partner_code",), timeout_seconds=CODE_SECONDS, most_digits=CODE_DIGITS)


def partner_pressed(state: MenuState, event: Pressed) -> Step:
    """Danger first, from both documents; then the kind, then the code. Any other key is a person."""
    if signals := signals_of_key(state, event):
        return entered(state, event.text, signals)
    if event.text:
        return to_person(state, Said.ASKED_PERSON, event.text)
    if event.key == "*":
        return repeated(state, WELCOME if state.place is Place.PARTENAIRES else ASK_CODE)
    if state.place is Place.PARTNER_CODE:
        return to_person(state, Said.ASKED_PERSON, code=event.digits)
    if event.key in KINDS:
        return ask_code(replace(state, partner=KINDS[event.key]))
    return to_person(state, Said.ASKED_PERSON)


def ask_code(state: MenuState) -> Step:
    return show(replace(state, place=Place.PARTNER_CODE), ASK_CODE)


def partner_silent(state: MenuState, *, after_five: bool) -> Step:
    """Key 5 is a kind too, once it is sure that it does not begin the silent code. No code is an answer."""
    if after_five and state.place is Place.PARTENAIRES:
        return ask_code(state)
    said = Said.ASKED_PERSON if state.place is Place.PARTNER_CODE else Said.SILENCE
    return to_person(state, said)
