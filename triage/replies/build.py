"""Step 3a: the answer to a subtopic, with up to three resources, word for word: nothing is generated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from triage.interventions.texts import TextFileError, Wording, read_yaml, wording
from triage.interventions.types import Channel

REPLIES_FOLDER = Path(__file__).parent
MOST_RESOURCES = 3
# An answer that is heard: whoever listens cannot skip to the resources.
MOST_WORDS_HEARD = 45
ONE_NUMBER = "Voici un numéro à noter."
SEVERAL_NUMBERS = "Voici des numéros à noter."

_WORD = re.compile(r"[\w'’-]+")
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")


class ResourceLine(Protocol):
    """What a reply needs to know of a resource, whoever keeps it."""

    @property
    def name(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def phone(self) -> str | None: ...

    @property
    def phone_words(self) -> str | None: ...

    @property
    def sms(self) -> str | None: ...

    @property
    def web(self) -> str | None: ...

    @property
    def hours(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in its two wordings, the resources it may name, its source and when that source held."""

    text: Wording
    resources: tuple[str, ...]
    source: str
    date: str


class Replies:
    """Every answer of the file, by subtopic (`information/heures`)."""

    def __init__(self, statut: str, answers: Mapping[str, Answer]) -> None:
        self.statut = statut
        self._answers = dict(answers)

    @classmethod
    def load(cls, folder: Path = REPLIES_FOLDER, subtopics: Iterable[str] = ()) -> Replies:
        """Read the `answers_fr.yml` there; each of `subtopics` must have its answer. Raises TextFileError."""
        path = folder / "answers_fr.yml"
        content = read_yaml(path)
        entries = content.get("answers")
        if not isinstance(entries, Mapping) or not entries:
            raise TextFileError(f"{path.name} : une section « answers » est attendue.")
        answers = {str(subtopic): _answer(path, str(subtopic), entry) for subtopic, entry in entries.items()}
        missing = sorted(set(subtopics) - set(answers))
        if missing:
            raise TextFileError(f"{path.name} : sans réponse : {', '.join(missing)}.")
        return cls(str(content["statut"]), answers)

    def has(self, subtopic: str) -> bool:
        return subtopic in self._answers

    def resource_ids(self, subtopic: str) -> tuple[str, ...]:
        """The resources to look up, the most useful first. Raises KeyError for an unknown subtopic."""
        return self._answers[subtopic].resources

    def build(self, subtopic: str, resources: Sequence[ResourceLine], channel: Channel) -> str:
        """The answer and its resources, as read or as heard. Raises KeyError for an unknown subtopic.

        Heard, a new line is a rest of the voice: before the resources, and between them.
        """
        text = self._answers[subtopic].text.for_channel(channel)
        chosen = resources[:MOST_RESOURCES]
        if channel is Channel.CHAT:
            return "\n".join([text, *map(_read_line, chosen)])
        return "\n".join([text, *_heard_lines(chosen)])


def _read_line(resource: ResourceLine) -> str:
    """`• LigneParents : 1 800 361-5085. Écoute pour les parents, jour et nuit.`"""
    texting = f"texto {resource.sms}" if resource.sms else None
    ways = ", ".join(way for way in (resource.phone, texting, resource.web) if way)
    return f"• {resource.name} : {ways}. {_what_it_is(resource)}"


def _heard_lines(resources: Sequence[ResourceLine]) -> list[str]:
    """Only what can be dialled, each number twice: nobody has a pen ready the first time."""
    numbers = [(resource, resource.phone_words) for resource in resources if resource.phone_words]
    if not numbers:
        return []
    lines = [
        f"{resource.name}. {_what_it_is(resource)} Le numéro : {words}. Je répète : {words}."
        for resource, words in numbers
    ]
    return [ONE_NUMBER if len(lines) == 1 else SEVERAL_NUMBERS, *lines]


def _what_it_is(resource: ResourceLine) -> str:
    return f"{resource.about}, {resource.hours}." if resource.hours else f"{resource.about}."


def _answer(path: Path, subtopic: str, entry: object) -> Answer:
    """One entry of the file, checked. Raises TextFileError."""
    text = wording(path, subtopic, entry)
    if not isinstance(entry, Mapping):
        raise TextFileError(f"{path.name} : « {subtopic} » n'a pas de « source ».")
    if any(character.isdigit() for character in text.phone):
        raise TextFileError(f"{path.name} : « {subtopic} », « phone » : les chiffres s'écrivent en mots.")
    if len(_WORD.findall(text.phone)) > MOST_WORDS_HEARD:
        raise TextFileError(f"{path.name} : « {subtopic} », « phone » : pas plus de {MOST_WORDS_HEARD} mots.")
    resources = entry.get("resources", [])
    if not isinstance(resources, list) or not all(isinstance(one, str) and one for one in resources):
        raise TextFileError(f"{path.name} : « {subtopic} », « resources » est une liste d'identifiants.")
    if len(resources) > MOST_RESOURCES:
        raise TextFileError(f"{path.name} : « {subtopic} » a plus de {MOST_RESOURCES} ressources.")
    source, date = entry.get("source"), entry.get("date")
    if not isinstance(source, str) or not source.strip():
        raise TextFileError(f"{path.name} : « {subtopic} » n'a pas de « source ».")
    if not isinstance(date, str) or not _DATE.fullmatch(date):
        raise TextFileError(f'{path.name} : « {subtopic} », « date » s\'écrit "2026" ou "2026-11".')
    return Answer(text, tuple(resources), source.strip(), date)
