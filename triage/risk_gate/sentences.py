"""Read the labelled sentences that the risk head is trained, calibrated and measured on.

Source of the labels: the project's labelling guide. `nlu_data/README.md` describes a line.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from triage.interventions.types import Channel, InterventionType
from triage.signals import RiskKind, RiskLevel

# The encoder is tuned in Python 3.11, which reads this module too.
Closed = TypeVar("Closed", bound=StrEnum)

SUBTOPICS = Path(__file__).resolve().parents[2] / "nlu_data" / "subtopics.yml"

KEYS = (
    "text", "risk", "level", "kind", "type", "subtopic", "about", "wording", "author", "voice", "situation", "register",
    "channel", "sample", "split",
)  # fmt: skip
# The other kinds of RiskKind come from the way in (a key, a line), never from what a sentence says.
DANGERS = frozenset(
    {
        RiskKind.SUICIDE, RiskKind.SELF_HARM, RiskKind.VIOLENCE_VICTIM, RiskKind.VIOLENCE_TOWARD_OTHERS,
        RiskKind.VULNERABLE_IN_DANGER, RiskKind.MEDICAL, RiskKind.MENTAL_STATE, RiskKind.PHYSICAL_DANGER,
    }
)  # fmt: skip
GROUPS_OF_RISKS = frozenset({"crise", "securite_civile"})
CONVERSATION = "conversation"


class Split(StrEnum):
    TRAIN = "train"
    CALIBRATION = "calibration"
    HELD_OUT = "held_out"


class HarmlessKind(StrEnum):
    """What a sentence without danger is; all but the first hold charged words or strong emotion."""

    ORDINARY = "ordinary"
    IDIOM = "idiom"
    DENIAL = "denial"
    PAST = "past"
    GRIEF = "grief"
    SCHOOL = "school"
    PROFESSIONAL = "professional"
    FICTION = "fiction"
    PET = "pet"
    WORK_WORDS = "work_words"
    DISTRESS = "distress"


class About(StrEnum):
    """Who is in question: the person, somebody they know, or somebody whom a worker serves."""

    SELF = "self"
    RELATIVE = "relative"
    PROFESSIONAL = "professional"


class Wording(StrEnum):
    """A danger said outright, or to be understood from hints."""

    PLAIN = "plain"
    VEILED = "veiled"


class Register(StrEnum):
    SOUTENU = "soutenu"
    STANDARD = "standard"
    FAMILIER = "familier"
    JOUAL = "joual"
    TEXTO = "texto"
    TRANSCRIPTION = "transcription"
    NOUVEL_ARRIVANT = "nouvel_arrivant"
    ANGLAIS_MELE = "anglais_mele"
    ANGLAIS = "anglais"


class Sample(StrEnum):
    """How the author wrote: risks and harmless sentences in pairs of the same words, first messages in their
    everyday proportions, or utterances of ordinary talk, none of them a risk.
    """

    PAIRED = "paired"
    EVERYDAY = "everyday"
    TALK = "talk"


class SentencesWrong(ValueError):
    """A line is not a labelled sentence; the message says what is wrong, and in a folder the file and the line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line. `kind` is a RiskKind value when `risk`, else a HarmlessKind value.

    The short messages have no `type`, `subtopic`, `about`, `wording`, `channel` nor `sample`. `wording` is
    None without danger.
    """

    text: str
    risk: bool
    level: RiskLevel
    kind: str
    split: Split
    author: str
    register: str
    type: InterventionType | None = None
    subtopic: str | None = None
    about: About | None = None
    wording: Wording | None = None
    channel: Channel | None = None
    sample: Sample | None = None

    @property
    def hard(self) -> bool:
        """Charged words or strong emotion, without danger."""
        return not self.risk and self.kind != HarmlessKind.ORDINARY


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sentence file, not read yet; `number` starts at 1."""

    file: str
    number: int
    content: str


def read_sentences(folder: Path, subtopics: Path = SUBTOPICS) -> list[Sentence]:
    """Every line of every *.jsonl, in file order. Raises SentencesWrong at the first wrong line."""
    known = read_subtopics(subtopics)
    sentences = []
    for line in lines(folder):
        try:
            sentences.append(read_sentence(line.content, known))
        except SentencesWrong as error:
            raise SentencesWrong(f"{line.file}, ligne {line.number} : {error}") from error
    if not sentences:
        raise SentencesWrong(f"aucune phrase dans {folder}")
    return sentences


def read_subtopics(path: Path = SUBTOPICS) -> frozenset[str]:
    """The closed list, as `group/name`. Raises SentencesWrong."""
    try:
        groups = yaml.safe_load(path.read_text(encoding="utf-8"))
        return frozenset(f"{group}/{name}" for group, names in groups.items() for name in names)
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise SentencesWrong(f"{path.name} : liste illisible ({type(error).__name__})") from error


def lines(folder: Path) -> Iterator[Line]:
    """The lines that are not blank, of every *.jsonl of the folder, in file order."""
    for path in sorted(folder.glob("*.jsonl")):
        # Not splitlines(): a text may hold U+2028 or U+0085, which end no JSON line.
        for number, content in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if content.strip():
                yield Line(path.name, number, content)


def read_sentence(content: str, subtopics: Collection[str]) -> Sentence:
    """One line of JSON. Raises SentencesWrong, with what is wrong and not the text."""
    data = _fields(content)
    risk = data["risk"]
    if not isinstance(risk, bool):
        raise SentencesWrong("« risk » est vrai ou faux (true, false)")
    sentence = Sentence(
        text=_text(data, "text"),
        risk=risk,
        level=_choice(data, "level", RiskLevel),
        kind=_choice(data, "kind", RiskKind if risk else HarmlessKind),
        split=_choice(data, "split", Split),
        author=_text(data, "author"),
        register=_choice(data, "register", Register),
        type=_choice(data, "type", InterventionType),
        subtopic=_text(data, "subtopic"),
        about=_choice(data, "about", About),
        wording=_choice(data, "wording", Wording) if data["wording"] is not None else None,
        channel=_choice(data, "channel", Channel),
        sample=_choice(data, "sample", Sample),
    )
    _check_labels(sentence)
    _check_subtopic(sentence, subtopics)
    return sentence


def _fields(content: str) -> Mapping[str, Any]:
    try:
        data = json.loads(content)
    except ValueError as error:
        raise SentencesWrong("ce n'est pas du JSON") from error
    if not isinstance(data, dict):
        raise SentencesWrong("ce n'est pas un objet JSON")
    unknown = set(data) - set(KEYS)
    if unknown:
        raise SentencesWrong(f"champ inconnu : {', '.join(sorted(unknown))}")
    missing = [key for key in KEYS if key not in data]
    if missing:
        raise SentencesWrong(f"champ absent : {', '.join(missing)}")
    if not all(isinstance(data[key], str) for key in ("voice", "situation")):
        raise SentencesWrong("« voice » et « situation » sont des textes")
    return data


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not value.strip():
        raise SentencesWrong(f"« {key} » est un texte, non vide")
    return value


def _choice(data: Mapping[str, Any], key: str, closed: type[Closed]) -> Closed:  # noqa: UP047
    try:
        return closed(data[key])
    except ValueError as error:
        raise SentencesWrong(f"« {key} » : « {data[key]} » n'est pas de la liste") from error


def _check_labels(sentence: Sentence) -> None:
    if sentence.risk != (sentence.level is not RiskLevel.NONE):
        raise SentencesWrong("« risk » et « level » se contredisent")
    if sentence.risk and sentence.kind not in DANGERS:
        raise SentencesWrong(f"« kind » : « {sentence.kind} » n'est pas un danger qu'une phrase dit")
    if not sentence.risk and sentence.wording is not None:
        raise SentencesWrong("« wording » : une phrase sans danger n'en a pas")
    if sentence.risk and sentence.wording is None:
        raise SentencesWrong("« wording » : un danger est plain ou veiled")


def _check_subtopic(sentence: Sentence, subtopics: Collection[str]) -> None:
    subtopic = str(sentence.subtopic)
    group = subtopic.partition("/")[0]
    if subtopic not in subtopics:
        raise SentencesWrong(f"« subtopic » : « {subtopic} » n'est pas dans subtopics.yml")
    if sentence.type != (InterventionType.INFORMATION if group == CONVERSATION else group):
        raise SentencesWrong(f"« type » et « subtopic » se contredisent : {sentence.type}, {subtopic}")
    if sentence.risk and group not in GROUPS_OF_RISKS:
        raise SentencesWrong(f"un danger n'a pas le sous-thème {subtopic}")
