"""Seeded variants of a training sentence: what cheap phones, haste, joual, speech recognisers and hiding do to it.

Never applied to calibration or held-out sentences. No variant changes a label: negations and charged words stay,
and hiding only disguises them. The forms are in `augmentation_fr.yml`, checked when this module is imported, before
any training begins.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise

from triage.risk_gate.augmentation_data import AugmentationData, Replacements
from triage.risk_gate.folding import fold_word

DATA = AugmentationData.load()

TEXTED_SHARE = 0.7
JOUAL_SHARE = 0.8
MISHEARD_SHARE = 0.2
LOST_SHARE = 0.15
SHORTEST_MISTYPED = 5
SHORTEST_SPLIT = 6
SHORTEST_STARRED = 5
SHORTEST_SPACED = 4
SHORTEST_LEET = 3

_PUNCTUATION = re.compile(r"[^\w\s'-]|_")
_WORD = re.compile(r"[^\W_]+")
_LAST_WORD = re.compile(r"[^\W_]+\Z")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_GLUED_JE = re.compile(r"\bje (?=([bcdfglmpqrstv][\w'’]*))", re.IGNORECASE)
# What "ne" negates follows it closely; another "ne" ("avant qu'il ne parte") stays.
_NEGATED = rf"(?=\w+(?:['’\s-]+\w+){{0,4}}?['’\s]+(?:{'|'.join(DATA.meaning.negations)})\b)"
_JE_NE = re.compile(rf"\b([jc])e n['’]{_NEGATED}", re.IGNORECASE)
_NE = re.compile(rf"\b(?:ne\s+|n['’]){_NEGATED}", re.IGNORECASE)
_SYLLABLE = re.compile("[aeiouy]|[b-df-hj-np-tv-xz][lraeiouyh]")
# A masked, spelled or leet word was typed: no recogniser heard it, and loss of a letter would unmake it.
_DISGUISED = re.compile(r"\w[*#@$€]+\w|(?:\b\w[\s.*-]+){3,}\w\b|[a-z][013457]+[a-z]", re.IGNORECASE)


def without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if unicodedata.category(sign) != "Mn")


def as_texted(text: str, chance: random.Random) -> str:
    """Lower case, short forms, at times without accents, apostrophes or punctuation, and a mistyped word."""
    short = _replace(text, DATA.texting, TEXTED_SHARE, chance).lower()
    if chance.random() < 0.6:
        short = _glue_je(_without_ne(short), chance)
    if chance.random() < 0.5:
        short = _without_apostrophes(short)
    if chance.random() < 0.5:
        short = _without_punctuation(short)
    if chance.random() < 0.8:
        short = without_accents(short)
    return _mistype(short, chance) if chance.random() < 0.5 else short


def as_joual(text: str, chance: random.Random) -> str:
    """As it is spoken here, and "ne" lost; case and punctuation are kept."""
    return _without_ne(_replace(text, DATA.joual, JOUAL_SHARE, chance))


def as_dictated(text: str, chance: random.Random) -> str:
    """What a recogniser writes: lower case, no punctuation, homophones, small words lost, words split or joined.

    A text that was disguised on a keyboard is returned as it is.
    """
    if _DISGUISED.search(text):
        return text
    heard = _replace(_without_punctuation(_without_ne(text.lower())), DATA.homophones, MISHEARD_SHARE, chance)
    words = _lose(heard.split(), chance)
    if chance.random() < 0.3:
        words = _split(words, chance)
    if chance.random() < 0.3:
        words = _join(words, chance)
    return " ".join(words)


def as_hidden(text: str, chance: random.Random) -> str:
    """One charged word in leet, spaced, dotted or starred; the text itself when it has none."""
    found = [
        word
        for word in _WORD.finditer(text)
        if fold_word(word.group()) in DATA.meaning.charged and len(word.group()) >= SHORTEST_LEET
    ]
    if not found or _DISGUISED.search(text):
        return text
    word = chance.choice(found)
    ways = [in_leet] if len(word.group()) < SHORTEST_SPACED else [in_leet, spaced]
    if len(word.group()) >= SHORTEST_STARRED:
        ways.append(starred)
    hidden = chance.choice(ways)(word.group(), chance)
    return text[: word.start()] + hidden + text[word.end() :]


def in_leet(word: str, chance: random.Random) -> str:
    """One letter or more, never all, replaced by a digit or a sign; the word when none can be."""
    letters = list(without_accents(word))
    places = [at for at, letter in enumerate(letters) if letter.lower() in DATA.letters]
    # A word all in digits could be a number.
    most = min(len(places), len(letters) - 1)
    for at in chance.sample(places, chance.randint(1, most)) if places else []:
        letters[at] = chance.choice(DATA.letters[letters[at].lower()])
    return "".join(letters)


def spaced(word: str, chance: random.Random) -> str:
    """Every letter apart."""
    return chance.choice([" ", ".", "-"]).join(word)


def starred(word: str, chance: random.Random) -> str:
    """At most a third of the letters hidden, never the first nor the last."""
    letters = list(word)
    for at in chance.sample(range(1, len(letters) - 1), chance.randint(1, max(len(letters) // 3, 1))):
        letters[at] = "*"
    return "".join(letters)


_WAYS: tuple[tuple[float, Callable[[str, random.Random], str]], ...] = (
    (0.40, as_texted),
    (0.20, as_dictated),
    (0.10, lambda text, chance: as_dictated(as_joual(text, chance), chance)),
    (0.15, as_joual),
    (0.10, as_hidden),
    (0.05, lambda text, chance: without_accents(text)),
)


def variants(text: str, chance: random.Random) -> list[str]:
    """The sentence itself, then one other, made in a way drawn; alone when no way changes it."""
    for change in _drawn(chance):
        other = change(text, chance)
        if other.strip() and other != text:
            return [text, other]
    return [text]


def _drawn(chance: random.Random) -> Iterator[Callable[[str, random.Random], str]]:
    """Every way once, the likelier ones sooner."""
    left = list(_WAYS)
    while left:
        (drawn,) = chance.choices(left, weights=[weight for weight, _ in left])
        left.remove(drawn)
        yield drawn[1]


def _replace(text: str, replacements: Replacements, share: float, chance: random.Random) -> str:
    def form(found: re.Match[str]) -> str:
        if chance.random() >= share:
            return found.group()
        chosen = chance.choice(replacements.forms_of(found.group()))
        return chosen[0].upper() + chosen[1:] if found.group()[0].isupper() else chosen

    return replacements.pattern.sub(form, text)


def _without_ne(text: str) -> str:
    return _NE.sub("", _JE_NE.sub(r"\1'", text))


def _glue_je(text: str, chance: random.Random) -> str:
    def glued(found: re.Match[str]) -> str:
        keep = DATA.meaning.holds(found.group(1)) or chance.random() < 0.3
        return found.group() if keep else found.group()[0]

    return _GLUED_JE.sub(glued, text)


def _without_apostrophes(text: str) -> str:
    """Not beside a charged word or a negation: "d'mourir" would become one unknown word."""

    def removed(found: re.Match[str]) -> str:
        before, after = _LAST_WORD.search(text, 0, found.start()), _WORD.match(text, found.end())
        one, other = before.group() if before else "", after.group() if after else ""
        return found.group() if DATA.meaning.holds(f"{one} {other} {one}{other}") else ""

    return _APOSTROPHE.sub(removed, text)


def _without_punctuation(text: str) -> str:
    if _DISGUISED.search(text):
        return text
    return " ".join(_PUNCTUATION.sub(" ", text.replace("’", "'")).split())


def _mistype(text: str, chance: random.Random) -> str:
    """One word with a letter lost, doubled, or two in the wrong order."""
    words = [
        word
        for word in _WORD.finditer(text)
        if len(word.group()) >= SHORTEST_MISTYPED and word.group().isalpha() and not DATA.meaning.holds(word.group())
    ]
    if not words:
        return text
    word = chance.choice(words)
    letters, at = word.group(), chance.randrange(1, len(word.group()) - 2)
    typed = chance.choice(
        [
            letters[:at] + letters[at + 1 :],
            letters[: at + 1] + letters[at:],
            letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :],
        ]
    )
    return text if DATA.meaning.holds(typed) else text[: word.start()] + typed + text[word.end() :]


def _lose(words: list[str], chance: random.Random) -> list[str]:
    """Without some small words; one beside a negation or a charged word may be part of what it says."""
    holding = [DATA.meaning.holds(word) for word in words]
    kept = [
        word
        for at, word in enumerate(words)
        if word not in DATA.lost or any(holding[max(at - 1, 0) : at + 2]) or chance.random() >= LOST_SHARE
    ]
    return kept or words


def _split(words: list[str], chance: random.Random) -> list[str]:
    """One longer word in two, after letters that are a small word: "ensemble" is heard as "en semble"."""
    cuts = [
        (at, cut)
        for at, word in enumerate(words)
        if len(word) >= SHORTEST_SPLIT and word.isalpha() and not DATA.meaning.holds(word)
        for cut in (2, 3)
        if word[:cut] in DATA.glued and _SYLLABLE.match(fold_word(word[cut:])) and not DATA.meaning.holds(word[cut:])
    ]
    if not cuts:
        return words
    at, cut = chance.choice(cuts)
    return [*words[:at], words[at][:cut], words[at][cut:], *words[at + 1 :]]


def _join(words: list[str], chance: random.Random) -> list[str]:
    """A small word and the next as one."""
    places = [
        at
        for at, (first, second) in enumerate(pairwise(words))
        if first in DATA.glued and second.isalpha() and not DATA.meaning.holds(f"{second} {first}{second}")
    ]
    if not places:
        return words
    at = chance.choice(places)
    return [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]
