"""Load and check the data files of the frames: every mistake is told with the file and the entry.

A pattern is written in natural French (or English). `{name}` is one of the lists of `mots`; ` ~3 ` is
up to three words that are neither a negation nor a sentence end; ` ~~3 ` is up to three words of any
kind. The rest is a regular expression on the words of a view. Gaps are bounded by construction:
`.*`, `.+` and open repetitions are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.risk_gate.views import normalise_pattern
from triage.signals import RiskKind, RiskLevel

_NEGATIONS = "pas|plus|jamais|aucun|aucune|rien|sans|not|never|no"
_MACRO = re.compile(r"\{([a-z_]+)\}")
_GAP = re.compile(r" (~~?)(\d) ")
_OPEN_REPETITION = re.compile(r"\.[*+]|[)\]\w][*+]|\{\d+,\}")
_LONGEST_GAP = 9


class LexiconError(ValueError):
    """A data file of the gate is wrong; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: if its pattern is found, somebody could be in danger. Silenced by `yields_to` contexts.

    One `to_confirm` (`a_confirmer: true`) has words that ordinary talk uses too: alone, it counts only when the learnt
    detector does not find the whole text plainly harmless.
    """

    identifier: str
    kind: RiskKind
    level: RiskLevel
    pattern: re.Pattern[str]
    yields_to: frozenset[str]
    to_confirm: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """Clues that together are a risk: all of `together`, or two different ones of `any_two`."""

    identifier: str
    kind: RiskKind
    level: RiskLevel
    together: tuple[str, ...]
    any_two: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that one data file says."""

    status: str
    frames: tuple[Frame, ...]
    combinations: tuple[Combination, ...]
    clues: Mapping[str, re.Pattern[str]]
    idioms: re.Pattern[str] | None
    denials: re.Pattern[str] | None
    reservations: re.Pattern[str] | None
    contexts: Mapping[str, re.Pattern[str]]
    words: frozenset[str]


def load_lexicon(path: Path) -> Lexicon:
    """Read one frames file. Raises LexiconError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise LexiconError(f"{path.name}: cannot be read ({type(error).__name__})") from error
    if not isinstance(data, dict) or "statut" not in data:
        raise LexiconError(f"{path.name}: the first key must be `statut`")
    return _Reader(path.name, data).lexicon()


class _Reader:
    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self.file = file
        self.data = data
        self.lists = {name: [str(word) for word in words] for name, words in data.get("mots", {}).items()}

    def lexicon(self) -> Lexicon:
        clues, contexts = self.named("indices"), self.named("contextes")
        frames = tuple(self.frame(entry, contexts) for entry in self.data.get("cadres", []))
        self.refuse_doubles([frame.identifier for frame in frames])
        return Lexicon(
            status=str(self.data["statut"]),
            frames=frames,
            combinations=tuple(self.combination(entry, clues) for entry in self.data.get("combinaisons", [])),
            clues=clues,
            idioms=self.optional("idiomes"),
            denials=self.optional("dementis"),
            reservations=self.optional("reserves"),
            contexts=contexts,
            words=self.plain_words(),
        )

    def named(self, group: str) -> dict[str, re.Pattern[str]]:
        found = self.data.get(group, {})
        return {str(name): self.compiled(f"{group}.{name}", phrases) for name, phrases in found.items()}

    def wrong(self, entry: str, reason: str) -> LexiconError:
        return LexiconError(f"{self.file}, {entry}: {reason}")

    def optional(self, name: str) -> re.Pattern[str] | None:
        found = self.data.get(name)
        return self.compiled(name, found) if found else None

    def frame(self, entry: dict[str, Any], contexts: Mapping[str, Any]) -> Frame:
        name = str(entry.get("id", "?"))
        kind, level = self.kind_and_level(name, entry)
        yields_to = frozenset(map(str, entry.get("cede_a", [])))
        if not yields_to <= contexts.keys():
            raise self.wrong(name, f"`cede_a` names an unknown context: {sorted(yields_to - contexts.keys())}")
        to_confirm = entry.get("a_confirmer", False)
        if not isinstance(to_confirm, bool):
            raise self.wrong(name, "`a_confirmer` is `true` or is left out")
        return Frame(name, kind, level, self.compiled(name, entry.get("phrases")), yields_to, to_confirm)

    def combination(self, entry: dict[str, Any], clues: Mapping[str, Any]) -> Combination:
        name = str(entry.get("id", "?"))
        kind, level = self.kind_and_level(name, entry)
        together, any_two = tuple(entry.get("ensemble", [])), tuple(entry.get("deux_de", []))
        if bool(together) == bool(any_two) or len(together or any_two) < 2:
            raise self.wrong(name, "one of `ensemble` and `deux_de` is needed, with two clues at least")
        unknown = [clue for clue in together + any_two if clue not in clues]
        if unknown:
            raise self.wrong(name, f"unknown clue: {unknown}")
        return Combination(name, kind, level, together, any_two)

    def kind_and_level(self, name: str, entry: dict[str, Any]) -> tuple[RiskKind, RiskLevel]:
        try:
            return RiskKind(entry["kind"]), RiskLevel(entry["level"])
        except (KeyError, ValueError) as error:
            raise self.wrong(name, "`kind` and `level` must be words of the labelling guide") from error

    def refuse_doubles(self, names: list[str]) -> None:
        doubles = {name for name in names if names.count(name) > 1}
        if doubles:
            raise self.wrong(", ".join(sorted(doubles)), "this id is used twice")

    def compiled(self, name: str, patterns: object) -> re.Pattern[str]:
        if not isinstance(patterns, list) or not patterns or not all(isinstance(p, str) for p in patterns):
            raise self.wrong(name, "a list of phrases is needed")
        try:
            return re.compile("(?<= )(?:" + "|".join(self.expanded(name, p) for p in patterns) + ")(?= )")
        except re.error as error:
            raise self.wrong(name, f"not a pattern ({error})") from error

    def expanded(self, name: str, pattern: str, depth: int = 0) -> str:
        if depth > 4:
            raise self.wrong(name, "the lists of `mots` turn in a circle")
        if depth == 0:
            self.check(name, pattern)

        def word_list(found: re.Match[str]) -> str:
            words = self.lists.get(found.group(1))
            if words is None:
                raise self.wrong(name, f"unknown list {{{found.group(1)}}}")
            return "(?:" + "|".join(self.expanded(name, word, depth + 1) for word in words) + ")"

        opened = _MACRO.sub(word_list, normalise_pattern(pattern))
        return _GAP.sub(_gap, opened)

    def check(self, name: str, pattern: str) -> None:
        if _OPEN_REPETITION.search(pattern):
            raise self.wrong(name, "open repetitions (`.*`, `+`) are refused: use ` ~3 `")
        if any(int(size) > _LONGEST_GAP for _, size in _GAP.findall(pattern)):
            raise self.wrong(name, f"a gap is at most {_LONGEST_GAP} words")

    def plain_words(self) -> frozenset[str]:
        phrases = [phrase for entry in self.data.get("cadres", []) for phrase in entry.get("phrases", [])]
        listed = [word for words in self.lists.values() for word in words]
        source = " ".join(normalise_pattern(pattern) for pattern in listed + phrases)
        return frozenset(re.findall(r"[a-z]{2,}", re.sub(r"\{[a-z_]+\}", " ", source)))


def _gap(found: re.Match[str]) -> str:
    size = found.group(2)
    barred = "" if found.group(1) == "~~" else rf"(?!(?:{_NEGATIONS}) )"
    return f"(?: {barred}[^ .?]{{1,30}}){{0,{size}}} "
