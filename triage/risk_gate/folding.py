"""Fold a text to plain lower-case letters, keeping where each letter came from.

NFKC, lower case, no combining marks, no invisible characters, look-alike letters replaced, a letter
written three times or more kept once.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

REPLACEMENT = "\ufffd"

_INVISIBLE_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_APOSTROPHES = frozenset("'’‘ʼ`´′＇ʹ‛")

_LOOK_ALIKES = {
    **dict(zip("абвгеёзикмнорстухһіјѕԁԛԝ", "abbreeznkmhopctyxhijsdqw", strict=True)),
    **dict(zip("αβεηικνορτυχ", "abenikvoptux", strict=True)),
    **dict(zip("ıȷɑɡɩʀѵɪɴʟʏᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ", "ijagirvinlyacdejkmoptuvwz", strict=True)),
    "ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ß": "ss", "œ": "oe", "æ": "ae",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One folded character and the code points [start, end) of the original that it stands for."""

    sign: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def fold_character(character: str) -> str:
    """What one code point folds to: nothing, one letter, or several (œ, ligatures)."""
    if character in _APOSTROPHES:
        return "'"
    if character in _INVISIBLE_LETTERS:
        return ""
    pieces: list[str] = []
    for part in unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character).lower()):
        category = unicodedata.category(part)
        if category in ("Mn", "Me", "Cf") or (category == "Cc" and not part.isspace()):
            continue
        pieces.append(" " if part.isspace() else _LOOK_ALIKES.get(part, part))
    return "".join(pieces)


def fold_word(text: str) -> str:
    """Fold without places: for the words of the data files."""
    return "".join(letter.sign for letter in fold(text))


def fold(text: str) -> list[Letter]:
    """Every folded character of the text, in order, with its place."""
    letters: list[Letter] = []
    for place, character in enumerate(text):
        for sign in fold_character(character):
            letters.append(Letter(sign, place, place + 1))
    return _shorten_repeats(letters)


def _shorten_repeats(letters: list[Letter]) -> list[Letter]:
    kept: list[Letter] = []
    at = 0
    while at < len(letters):
        stop = at + 1
        while stop < len(letters) and letters[stop].sign == letters[at].sign:
            stop += 1
        if stop - at >= 3 and letters[at].sign.isalpha():
            kept.append(Letter(letters[at].sign, letters[at].start, letters[stop - 1].end))
        else:
            kept.extend(letters[at:stop])
        at = stop
    return kept


def is_readable(text: str) -> bool:
    """False when nothing can be read: no letter, digit or pictogram, or mostly U+FFFD."""
    useful = damaged = 0
    for character in text:
        if character == REPLACEMENT:
            damaged += 1
        elif unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "So":
            useful += 1
    return useful > 0 and damaged <= useful
