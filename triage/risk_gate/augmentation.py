"""Seeded variants of a training sentence: what cheap phones, haste and speech recognisers do to it.

Never applied to calibration or held-out sentences.
"""

from __future__ import annotations

import random
import re
import unicodedata

_TEXTING = [
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"\bje suis\b", "chu"), (r"\bj'ai\b", "jai"), (r"\bje veux\b", "jveux"), (r"\bje ne\b", "je"),
        (r"\bje (?=[bcdfglmpqrstv])", "j"), (r"\bc'est\b", "c"), (r"\bplus\b", "pu"), (r"\bque\b", "ke"),
        (r"\bquelqu'un\b", "qqun"), (r"\bbeaucoup\b", "bcp"), (r"\btoujours\b", "tjrs"), (r"\bn'", ""),
        (r"\bpuis\b", "pis"), (r"\bquand\b", "kan"), (r"\bparce que\b", "pck"), (r"\bil y a\b", "ya"),
    )
]  # fmt: skip
_PUNCTUATION = re.compile(r"[^\w\s'-]|_")


def without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")


def as_dictated(text: str) -> str:
    """Lower case, no punctuation, "ne" lost."""
    plain = _PUNCTUATION.sub(" ", text.lower())
    return " ".join(re.sub(r"\bne |\bn'", "", plain).split())


def as_texted(text: str, chance: random.Random) -> str:
    """Without accents, with some of the usual short forms and at times a lost letter."""
    short = text.lower()
    for pattern, replacement in _TEXTING:
        if chance.random() < 0.7:
            short = pattern.sub(replacement, short)
    short = without_accents(short)
    words = short.split()
    if len(words) > 3 and chance.random() < 0.5:
        place = chance.randrange(len(words))
        if len(words[place]) > 4:
            lost = chance.randrange(1, len(words[place]) - 1)
            words[place] = words[place][:lost] + words[place][lost + 1 :]
    return " ".join(words)


def variants(text: str, chance: random.Random) -> list[str]:
    """The sentence itself, then dictated or texted by the draw; without doubles."""
    other = as_texted(text, chance) if chance.random() < 0.6 else without_accents(as_dictated(text))
    return list(dict.fromkeys([text, other]))
