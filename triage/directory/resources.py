"""The public lines and programmes that an answer may name, from a file that a clinician can edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.directory.spoken_numbers import digits_of
from triage.directory.territories import serves
from triage.interventions.texts import TextFileError, read_yaml

PUBLIC_LINES = Path(__file__).parent / "public_lines_fr.yml"
EVERYWHERE = "quebec"
MOST_OFFERED = 3
UNDATED = "sans date"

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_PHONE = re.compile(r"\d{3}(, option \d)?|1 \d{3} \d{3}-\d{4}")
_SMS = re.compile(r"\d{6}|\d{3} \d{3}-\d{4}")
_WEB = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9/-]*)?")
_DATE = re.compile(r"\d{4}(-\d{2}){0,2}")
_REQUIRED = ("id", "name", "about", "territory", "source", "date")
_OPTIONAL = ("phone", "phone_words", "sms", "web", "hours")
_SHAPES = {"id": _IDENTIFIER, "phone": _PHONE, "sms": _SMS, "web": _WEB}


@dataclass(frozen=True, slots=True)
class Resource:
    """One line or programme.

    `phone` is written as it is read ("1 866 277-3553", "811, option 1"), `phone_words` as it is heard.
    `territory` is "quebec" for all of Québec, a region ("estrie") or the id of a territory ("05/le-granit").
    `date` says when the source held ("2025", "2025-06"), so that somebody can check again. What is not `offered`
    is known to staff but never named to the public.
    """

    id: str
    name: str
    about: str
    territory: str
    source: str
    date: str
    phone: str | None = None
    phone_words: str | None = None
    sms: str | None = None
    web: str | None = None
    hours: str | None = None
    offered: bool = True


class Directory:
    """Every resource of the file, by id."""

    def __init__(self, statut: str, resources: Iterable[Resource]) -> None:
        self.statut = statut
        self._by_id = {resource.id: resource for resource in resources}

    @classmethod
    def load(cls, path: Path = PUBLIC_LINES) -> Directory:
        """Read and check the file. Raises TextFileError, which names the resource and what is wrong."""
        content = read_yaml(path)
        entries = content.get("resources")
        if not isinstance(entries, list) or not entries:
            raise TextFileError(f"{path.name} : une liste « resources » est attendue.")
        resources: list[Resource] = []
        for position, entry in enumerate(entries, start=1):
            resource = _resource(path, position, entry)
            if any(known.id == resource.id for known in resources):
                raise TextFileError(f"{path.name} : « {resource.id} » est là deux fois.")
            resources.append(resource)
        return cls(str(content["statut"]), resources)

    def get(self, identifier: str) -> Resource:
        """Raises KeyError for an unknown id."""
        return self._by_id[identifier]

    def offered(self, ids: Iterable[str], territory: str | None = None) -> list[Resource]:
        """At most three of these, in their order, offered to the public and serving this territory.

        What serves all of Québec serves every territory; with no territory known, only that is given.
        An unknown id is passed over, so that the answer is still given.
        """
        found = (self._by_id[identifier] for identifier in ids if identifier in self._by_id)
        serving = [
            one for one in found if one.offered and (one.territory == EVERYWHERE or serves(one.territory, territory))
        ]
        return serving[:MOST_OFFERED]


def _resource(path: Path, position: int, entry: object) -> Resource:
    """One entry of the file, checked. Raises TextFileError."""
    if not isinstance(entry, Mapping):
        raise TextFileError(f"{path.name} : la ressource no {position} n'est pas une fiche.")
    label = entry.get("id") if isinstance(entry.get("id"), str) else f"no {position}"
    place = f"{path.name} : la ressource « {label} »"
    unknown = set(entry) - {*_REQUIRED, *_OPTIONAL, "offered"}
    if unknown:
        raise TextFileError(f"{place} a un champ inconnu : {', '.join(sorted(map(str, unknown)))}.")
    fields = {key: _text(place, key, entry.get(key)) for key in (*_REQUIRED, *_OPTIONAL)}
    for key in _REQUIRED:
        if fields[key] is None:
            raise TextFileError(f"{place} n'a pas de « {key} ».")
    offered = entry.get("offered", True)
    if not isinstance(offered, bool):
        raise TextFileError(f"{place} : « offered » est vrai ou faux (true, false).")
    _check(place, fields, offered)
    made: dict[str, Any] = {**fields, "offered": offered}
    return Resource(**made)


def _text(place: str, key: str, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise TextFileError(f"{place} : « {key} » doit être un texte entre guillemets.")
    return value.strip()


def _check(place: str, fields: Mapping[str, str | None], offered: bool) -> None:
    """The shapes, and the agreement of the number read with the number heard. Raises TextFileError."""
    for key, shape in _SHAPES.items():
        value = fields[key]
        if value is not None and not shape.fullmatch(value):
            raise TextFileError(f"{place} : « {key} » n'a pas la forme attendue.")
    date = fields["date"] or ""
    if not _DATE.fullmatch(date) and (offered or date != UNDATED):
        raise TextFileError(f"{place} : « date » s'écrit 2025, 2025-06 ou 2025-06-30.")
    for key in ("name", "about", "hours"):
        if any(character.isdigit() for character in fields[key] or ""):
            raise TextFileError(f"{place} : « {key} » s'entend au téléphone, les chiffres y sont en mots.")
    if offered and not (fields["phone"] or fields["sms"] or fields["web"]):
        raise TextFileError(f"{place} est offerte sans téléphone, texto ni site.")
    _check_spoken(place, fields["phone"], fields["phone_words"])


def _check_spoken(place: str, phone: str | None, words: str | None) -> None:
    if (phone is None) != (words is None):
        raise TextFileError(f"{place} : « phone » et « phone_words » vont ensemble.")
    if phone is None or words is None:
        return
    try:
        heard = digits_of(words)
    except ValueError as error:
        raise TextFileError(f"{place} : « phone_words » a un mot qui n'est pas un nombre.") from error
    if heard != "".join(character for character in phone if character.isdigit()):
        raise TextFileError(f"{place} : « phone_words » ne dit pas le même numéro que « phone ».")
