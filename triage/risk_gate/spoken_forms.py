"""Joual, texting and speech-recogniser forms to the written words that the frames use.

"chu tanné" is read "je suis tanné", "jveux pu" "je veux plus", "m'étuver" "me tuer". The lists are
in `words_fr.yml`; two rules are general: French has no word in j + consonant, and none in m or d
followed by most consonants ("mtuer" is "me tuer", "dmourir" is "de mourir").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from triage.risk_gate.words import Word

_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")
_AFTER_M = frozenset("bcdfgjklpqrstvz")
_AFTER_D = frozenset("bcdfgklmnpqstv")
_SHORTEST_GLUED = 3


class SpokenForms:
    """`forms`: one word to its words; `phrases`: several words to theirs; `fillers`: words left out."""

    def __init__(
        self, forms: Mapping[str, tuple[str, ...]], phrases: Mapping[tuple[str, ...], tuple[str, ...]],
        fillers: frozenset[str],
    ) -> None:  # fmt: skip
        self._forms = forms
        self._fillers = fillers
        self._phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
        for source, target in sorted(phrases.items(), key=lambda item: -len(item[0])):
            self._phrases.setdefault(source[0], []).append((source, target))

    def expand(self, words: Sequence[Word]) -> list[Word]:
        """The same words in written form; a word that became several keeps its place for each."""
        kept = [word for word in words if word.text not in self._fillers]
        return self._replace_phrases([made for word in kept for made in self._one(word)])

    def _one(self, word: Word) -> list[Word]:
        known = self._forms.get(word.text)
        if known is None:
            known = self._unglue(word.text)
        return [Word(text, word.start, word.end) for text in known]

    def _unglue(self, text: str) -> tuple[str, ...]:
        first, second = text[:1], text[1:2]
        if len(text) < _SHORTEST_GLUED or not text.isalpha():
            return (text,)
        if first == "j" and second in _CONSONANTS:
            rest = text[1:]
            return ("je", *self._forms.get(rest, (rest,)))
        if len(text) == _SHORTEST_GLUED:
            return (text,)
        if first == "m" and second in _AFTER_M:
            return ("me", text[1:])
        if first == "d" and second in _AFTER_D:
            return ("de", text[1:])
        return (text,)

    def _replace_phrases(self, words: list[Word]) -> list[Word]:
        result: list[Word] = []
        at = 0
        while at < len(words):
            for source, target in self._phrases.get(words[at].text, ()):
                found = words[at : at + len(source)]
                if tuple(word.text for word in found) == source:
                    result.extend(Word(text, found[0].start, found[-1].end) for text in target)
                    at += len(source)
                    break
            else:
                result.append(words[at])
                at += 1
        return result
