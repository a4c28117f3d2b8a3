"""A phone number said in French words, read back as digits.

A wrong word here sends somebody in distress to a stranger: the words of a file are compared with its digits.
"""

from __future__ import annotations

_UNITS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")
_BELOW_SEVENTEEN = (*_UNITS, "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize")
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
_LINKING = frozenset({"puis", "le", "option"})
_HUNDREDS = frozenset({"cent", "cents"})


def _below_hundred() -> dict[str, str]:
    """Every number from 0 to 99 as it is written, hyphens throughout ("vingt-et-un", "quatre-vingt-dix")."""
    words = {name: str(number) for number, name in enumerate(_BELOW_SEVENTEEN)}
    words |= {f"dix-{_UNITS[unit]}": str(10 + unit) for unit in (7, 8, 9)}
    small = {int(digits): name for name, digits in words.items()}
    for ten, name in _TENS.items():
        words[name] = str(ten)
        for extra in range(1, 20 if ten in (60, 80) else 10):
            link = "-et-" if extra in (1, 11) and ten != 80 else "-"
            words[f"{name}{link}{small[extra]}"] = str(ten + extra)
    words["quatre-vingts"] = "80"
    return words


_NUMBERS = _below_hundred()


def digits_of(spoken: str) -> str:
    """The digits of a number said in words: "un, huit cents, zéro huit" gives "180008".

    Raises ValueError, without the words, for one that is not the name of a number.
    """
    digits = ""
    for word in spoken.lower().replace(" et ", "-et-").replace(",", " ").split():
        if word in _LINKING:
            continue
        if word in _HUNDREDS:
            digits += "00"
        elif word in _NUMBERS:
            digits += _NUMBERS[word]
        else:
            raise ValueError("not the name of a number")
    return digits
