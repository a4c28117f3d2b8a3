"""Québec's territories by the names that people give them. Closed data: nlu_data/territories/."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Set, Text, Tuple

from bot.components.data_files import DataRefused, read_yaml, texts
from bot.components.french_words import plain_words

MUNICIPALITIES = "municipalities.csv"
ALIASES = "aliases.yml"
NAMED_BY_ID = ("regions", "sectors", "old_names", "short_names")
ALIAS_KEYS = {"statut", "langue", "outside_811", "communities", *NAMED_BY_ID}

Name = Tuple[Text, ...]

_COLUMNS = ["id", "region_code", "region", "mrc", "municipality"]
_ID = re.compile(r"\d{2}(/[a-z0-9]+(-[a-z0-9]+)*){0,2}")
_MUNICIPALITY_DEPTH = 2
# "au Bic", "des Escoumins": the article of the name melts into the preposition.
_MELTED = {"le": ("au", "du"), "les": ("aux", "des")}
SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_CONNECTORS = frozenset({"de", "du", "des", "d", "la", "le", "les", "l", "sur", "en"})


@dataclass(frozen=True)
class Territories:
    """`names`: the ids that a name may mean, sorted. `outside_811`: ids of territories, with all inside them."""

    names: Dict[Name, Tuple[Text, ...]]
    outside_811: Tuple[Text, ...]

    @classmethod
    def read(cls, folder: Path) -> "Territories":
        """Raises DataRefused, which names the file and what is wrong."""
        ids_of = _names_of_municipalities(folder / MUNICIPALITIES)
        known = {identifier for ids in ids_of.values() for identifier in ids}
        aliases = read_yaml(folder / ALIASES)
        unknown = set(aliases) - ALIAS_KEYS
        if unknown:
            raise DataRefused(f"{ALIASES} : rubrique inconnue « {sorted(map(str, unknown))[0]} ».")
        _add_shortened(ids_of)
        for identifier, name in _communities(aliases.get("communities"), known):
            ids_of[spelt(name)].add(identifier)
        for section in NAMED_BY_ID:
            for identifier, name in _aliases(section, aliases.get(section), known):
                ids_of[spelt(name)].add(identifier)
        outside = texts(f"{ALIASES}, outside_811", aliases.get("outside_811"))
        for identifier in outside:
            _check_known(f"{ALIASES}, outside_811", identifier, known)
        return cls({form: tuple(sorted(ids)) for form, ids in _melted(ids_of).items()}, tuple(outside))


def spelt(name: Text) -> Name:
    """The words of a name as they are compared: "St-Jérôme" and "saint jérome" are one."""
    return tuple(SAINTS.get(word, word) for word in plain_words(name))


def is_saint(name: Name) -> bool:
    """Whether the name could be a saint's, a feast's or somebody's."""
    return name[0] in ("saint", "sainte")


def within(identifier: Text, other: Text) -> bool:
    """Whether a territory is inside another."""
    return identifier.startswith(other + "/")


def chosen(ids: Iterable[Text], county: bool) -> List[Text]:
    """What one name means among territories that contain each other: Coaticook, Laurentides, Laval.

    The municipality, or its MRC when `county`; without a municipality, the largest, which is true in any case.
    """
    kept = sorted(ids)
    if not any(one.count("/") == _MUNICIPALITY_DEPTH for one in kept):
        return [one for one in kept if not any(within(one, other) for other in kept)]
    depths = (1, _MUNICIPALITY_DEPTH) if county else (_MUNICIPALITY_DEPTH,)
    depth = next(depth for depth in depths if any(one.count("/") == depth for one in kept))
    wanted = [one for one in kept if one.count("/") == depth]
    return [one for one in kept if one in wanted or not any(_related(one, other) for other in wanted)]


def _related(one: Text, other: Text) -> bool:
    return within(one, other) or within(other, one)


def _names_of_municipalities(path: Path) -> Dict[Name, Set[Text]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataRefused(f"{path.name} : illisible ({error}).") from error
    if reader.fieldnames != _COLUMNS or not rows:
        raise DataRefused(f"{path.name} : les colonnes attendues sont {', '.join(_COLUMNS)}.")
    ids_of: Dict[Name, Set[Text]] = defaultdict(set)
    seen: Set[Text] = set()
    for number, row in enumerate(rows, start=2):
        identifier = row["id"] or ""
        if not _ID.fullmatch(identifier) or identifier.count("/") != _MUNICIPALITY_DEPTH or identifier in seen:
            raise DataRefused(f"{path.name}:{number} : identifiant mal formé ou déjà pris « {identifier} ».")
        if not identifier.startswith((row["region_code"] or "?") + "/"):
            raise DataRefused(f"{path.name}:{number} : « {identifier} » n'est pas de la région {row['region_code']}.")
        seen.add(identifier)
        region, mrc = identifier.split("/")[0], identifier.rsplit("/", 1)[0]
        for name, meant in ((row["region"], region), (row["mrc"], mrc), (row["municipality"], identifier)):
            if not plain_words(name or ""):
                raise DataRefused(f"{path.name}:{number} : un nom manque.")
            ids_of[spelt(name)].add(meant)
    return ids_of


def _communities(entries: Any, known: Set[Text]) -> List[Tuple[Text, Text]]:
    """The names of communities, with their id, which becomes known. Raises DataRefused."""
    if not isinstance(entries, list):
        raise DataRefused(f"{ALIASES} : une liste « communities » est attendue.")
    found = []
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"id", "nation", "names"}:
            raise DataRefused(f"{ALIASES}, communities : « {entry} » doit avoir id, nation et names.")
        identifier = str(entry["id"])
        place = f"{ALIASES}, communities, {identifier}"
        if not _ID.fullmatch(identifier) or identifier.count("/") != _MUNICIPALITY_DEPTH:
            raise DataRefused(f"{place} : identifiant mal formé.")
        _check_known(place, identifier.rsplit("/", 1)[0], known)
        texts(place, [entry["nation"]])
        found += [(identifier, name) for name in texts(place, entry["names"])]
    known.update(identifier for identifier, _ in found)
    return found


def _aliases(section: Text, content: Any, known: Set[Text]) -> List[Tuple[Text, Text]]:
    if not isinstance(content, dict):
        raise DataRefused(f"{ALIASES} : une rubrique « {section} » est attendue.")
    found = []
    for identifier, names in content.items():
        place = f"{ALIASES}, {section}, {identifier}"
        _check_known(place, identifier, known)
        for name in texts(place, names):
            if not plain_words(name):
                raise DataRefused(f"{place} : « {name} » n'a pas de lettre.")
            found.append((identifier, name))
    return found


def _check_known(place: Text, identifier: object, known: Set[Text]) -> None:
    if identifier not in known:
        raise DataRefused(f"{place} : cet identifiant n'est pas celui d'un territoire (mettez des guillemets).")


def _add_shortened(ids_of: Dict[Name, Set[Text]]) -> None:
    """People say "Saint-Alexis" for Saint-Alexis-des-Monts: the short name then means both, and is not settled."""
    for name, ids in list(ids_of.items()):
        if is_saint(name) and len(name) > 3 and name[2] in _CONNECTORS:
            ids_of[name[:2]] |= ids


def _melted(ids_of: Dict[Name, Set[Text]]) -> Dict[Name, Set[Text]]:
    forms: Dict[Name, Set[Text]] = defaultdict(set)
    for name, ids in ids_of.items():
        forms[name] |= ids
        for article in _MELTED.get(name[0], ()) if len(name) > 1 else ():
            forms[(article, *name[1:])] |= ids
    return forms
