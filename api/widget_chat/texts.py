"""The web door's own words and numbers, read from `texts_fr.yml` at start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.widget_chat.schemas import OutsideNumber
from triage.interventions.texts import TextFileError, read_yaml
from triage.interventions.types import Line
from triage.signals import RiskKind

TEXTS_FILE = Path(__file__).with_name("texts_fr.yml")
REFUSALS = frozenset({"empty", "too_large", "rate_limited", "no_session", "unavailable", "unknown_request"})
DEFAULT_KIND = "default"


@dataclass(frozen=True, slots=True)
class ChatTexts:
    """Every text of the door. `page` are the words of the widget, sent to it as they are."""

    statut: str
    demo: str
    person_button_turn: str
    return_turn: str
    page: dict[str, str]
    refusals: dict[str, str]
    numbers: dict[str, OutsideNumber]
    outside: tuple[str, ...]
    of_kind: dict[str, tuple[str, ...]]
    not_on_line: dict[Line, frozenset[str]]
    demo_links: list[dict[str, str]]

    @classmethod
    def load(cls, path: Path = TEXTS_FILE) -> ChatTexts:
        """Raises TextFileError when a text or a number is missing."""
        content = read_yaml(path)
        try:
            texts = cls(
                statut=str(content["statut"]),
                demo=_text(content, "demo"),
                person_button_turn=_text(content, "person_button_turn"),
                return_turn=_text(content, "return_turn"),
                page={key: _text(content["page"], key) for key in content["page"]},
                refusals={key: _text(content["refusals"], key) for key in REFUSALS},
                numbers={key: OutsideNumber(**value) for key, value in content["numbers"].items()},
                outside=tuple(content["outside"]),
                of_kind={key: tuple(ids) for key, ids in content["numbers_of_kind"].items()},
                not_on_line={Line(key): frozenset(ids) for key, ids in content["not_on_line"].items()},
                demo_links=[{key: _text(link, key) for key in ("label", "href")} for link in content["demo_links"]],
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TextFileError(f"{path.name} : texte ou numéro manquant ({error}).") from error
        texts._check(path)
        return texts

    def _check(self, path: Path) -> None:
        kinds = {DEFAULT_KIND, *(kind.value for kind in RiskKind)}
        for kind, ids in [("outside", self.outside), *self.of_kind.items()]:
            if kind != "outside" and kind not in kinds:
                raise TextFileError(f"{path.name} : genre inconnu « {kind} ».")
            for missing in set(ids) - set(self.numbers):
                raise TextFileError(f"{path.name} : le numéro « {missing} » n'est pas décrit.")
        if DEFAULT_KIND not in self.of_kind or "urgence" not in self.outside:
            raise TextFileError(f"{path.name} : « default » et « urgence » sont attendus.")

    def outside_numbers(self, line: Line | None) -> list[OutsideNumber]:
        """The numbers to call when this door cannot help, never those of the line itself."""
        return self._on_line(self.outside, line)

    def numbers_of(self, kinds: Sequence[RiskKind], line: Line) -> list[OutsideNumber]:
        """The numbers shown to a person at risk: those of every kind that was read, 911 first."""
        default = self.of_kind[DEFAULT_KIND]
        named = [ids for kind in kinds if (ids := self.of_kind.get(kind.value)) is not None] or [default]
        return self._on_line(dict.fromkeys(number for ids in named for number in ids), line)

    def _on_line(self, ids: Iterable[str], line: Line | None) -> list[OutsideNumber]:
        own = self.not_on_line.get(line, frozenset()) if line else frozenset[str]()
        return [self.numbers[number] for number in ids if number not in own]


def _text(content: dict[str, Any], key: str) -> str:
    value = content[key]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(key)
    return value.strip()


TEXTS = ChatTexts.load()
