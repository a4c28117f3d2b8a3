"""The few words that the line itself knows: a person asked for, a relay operator, nothing more needed. Pure.

Both languages are listened for at once: a caller in French may well say « operator ».
"""

from __future__ import annotations

from ivr.menu_state import Meaning
from ivr.menu_texts import load_menu_texts
from triage.interventions.texts import plain


def meaning_of(text: str) -> Meaning:
    """A relay operator is recognised anywhere in the words; the rest is said alone or is not it."""
    words = plain(text)
    known = [texts.words for texts in load_menu_texts()]
    if any(f" {said} " in f" {words} " for lists in known for said in lists[Meaning.RELAY]):
        return Meaning.RELAY
    alone = (meaning for lists in known for meaning in (Meaning.PERSON, Meaning.FINISHED) if words in lists[meaning])
    return next(alone, Meaning.OTHER)
