"""The texts that the public reads and hears, from files that a clinician can edit.

A text has one wording a channel: on the phone, numbers are written as words. Every file says its
`statut`; outside demo mode an unsigned one is refused at start.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from triage.interventions.types import Channel, Language, Line
from triage.signals import RiskKind, Signal

LEARNT = "learnt"
NOT_VALIDATED = "non validé"
TEXTS_FOLDER = Path(__file__).parent


class TextFileError(ValueError):
    """A file of texts is not usable; the sentence names the file and the place."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in its two wordings."""

    chat: str
    phone: str

    def for_channel(self, channel: Channel) -> str:
        return self.chat if channel is Channel.CHAT else self.phone


def read_yaml(path: Path) -> dict[str, Any]:
    """A mapping with a `statut`. Raises TextFileError."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise TextFileError(f"{path.name} : illisible ({type(error).__name__}).") from error
    if not isinstance(content, dict) or not content.get("statut"):
        raise TextFileError(f"{path.name} : un champ « statut » est attendu en tête.")
    return content


def wording(path: Path, place: str, value: object) -> Wording:
    """`{chat: ..., phone: ...}`, or one string for both. Raises TextFileError."""
    if isinstance(value, str) and value.strip():
        return Wording(value.strip(), value.strip())
    if isinstance(value, Mapping):
        chat, phone = value.get("chat"), value.get("phone")
        if isinstance(chat, str) and isinstance(phone, str) and chat.strip() and phone.strip():
            return Wording(chat.strip(), phone.strip())
    raise TextFileError(f"{path.name} : « {place} » doit avoir un texte, ou « chat » et « phone ».")


@dataclass(frozen=True, slots=True)
class ShortAnswers:
    """Closed lists of `plain` words: a yes alone, a person asked for alone, or within a sentence."""

    yes: frozenset[str]
    person: frozenset[str]
    person_within: tuple[str, ...]


class Texts:
    """The sentences of the flow itself: at handoff, at misunderstanding, at the door."""

    def __init__(
        self,
        statut: str,
        handoff: dict[str, Wording],
        said: dict[str, Wording],
        order: list[RiskKind],
        short_answers: ShortAnswers,
    ) -> None:
        self.statut = statut
        self._handoff = handoff
        self._said = said
        self._order = order
        self._short_answers = short_answers

    @classmethod
    def load(cls, language: Language = Language.FRENCH, folder: Path = TEXTS_FOLDER) -> Texts:
        """Read `texts_fr.yml` or `texts_en.yml`; every kind of risk must have its sentence. Raises TextFileError."""
        path = folder / f"texts_{language.value}.yml"
        content = read_yaml(path)
        handoff = {key: wording(path, f"handoff.{key}", value) for key, value in dict(content["handoff"]).items()}
        said = {key: wording(path, f"said.{key}", value) for key, value in dict(content["said"]).items()}
        try:
            order = [RiskKind(kind) for kind in content["kinds_in_order"]]
        except (KeyError, ValueError) as error:
            raise TextFileError(f"{path.name} : « kinds_in_order » nomme un genre inconnu.") from error
        for missing in (set(RiskKind) - set(order)) | {k for k in RiskKind if k.value not in handoff}:
            raise TextFileError(f"{path.name} : le genre « {missing.value} » n'a pas sa phrase ou pas son rang.")
        short_answers = ShortAnswers(
            yes=frozenset(map(plain, content["yes"])),
            person=frozenset(map(plain, content["person"])),
            person_within=tuple(map(plain, content["person_within"])),
        )
        return cls(str(content["statut"]), handoff, said, order, short_answers)

    def at_handoff(self, signals: Sequence[Signal], reason: str, line: Line, channel: Channel) -> str:
        """The one sentence said when a person at risk, or who asked, enters the queue.

        On the suicide prevention line, nobody is sent back to that line.
        """
        kind = self.first_kind(signals)
        key = kind.value if kind else reason
        on_line = f"{key}@{line.value}"
        found = self._handoff.get(on_line) or self._handoff.get(key) or self._handoff["asked"]
        return found.for_channel(channel)

    def heard_at_handoff(self) -> dict[str, str]:
        """Each of these sentences as the phone says it, by its key."""
        return {key: found.phone for key, found in self._handoff.items()}

    def first_kind(self, signals: Sequence[Signal]) -> RiskKind | None:
        """The kind whose numbers are said when there are several: the file gives the order.

        A learnt hit is surer of the danger than of its kind: what a frame, a key or a line says comes first.
        """
        named = [signal for signal in signals if signal.detector != LEARNT] or signals
        return next(iter(self.named_kinds(named)), None)

    def named_kinds(self, signals: Sequence[Signal]) -> list[RiskKind]:
        """Every kind that was read, in the order of the file: no number once shown goes away."""
        kinds = {signal.kind for signal in signals}
        return [kind for kind in self._order if kind in kinds]

    def say(self, key: str, channel: Channel) -> str:
        """A sentence of the flow by its key. Raises KeyError for an unknown key."""
        return self._said[key].for_channel(channel)

    def is_yes(self, text: str) -> bool:
        """A plain yes, and nothing else, to the offer of a person."""
        return plain(text) in self._short_answers.yes

    def is_known_request(self, text: str) -> bool:
        """Just the words that we ask people to say for a person: of them alone there is nothing to read."""
        return plain(text) in self._short_answers.person | self._short_answers.yes

    def asks_for_person(self, text: str) -> bool:
        """Words that ask for a person, whatever the language engine makes of them."""
        words = plain(text)
        if words in self._short_answers.person:
            return True
        return any(f" {asked} " in f" {words} " for asked in self._short_answers.person_within)


def plain(text: str) -> str:
    """Lower case, without accents, punctuation or doubled spaces: for comparing short answers."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    kept = (c if c.isalnum() or c == "'" else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())
