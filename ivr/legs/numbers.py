"""Which numbers may be dialled from here, and which never: the rule of North America, and `never_dialled.yml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from foundation.settings import Settings
from ivr.answering_texts import answering_texts
from triage.interventions.texts import TextFileError, read_yaml
from triage.voice_port import RefusedNumber

FILE = Path(__file__).parent / "never_dialled.yml"
# Area code and exchange begin with 2 to 9. Source: the North American Numbering Plan, https://nanpa.com
_NORTH_AMERICAN = re.compile(r"1?([2-9]\d{2})([2-9]\d{2})(\d{4})")
_WRITTEN = re.compile(r"[\d\s().+–-]+")
SHORT_DIGITS = 6


@dataclass(frozen=True, slots=True)
class NeverDialled:
    emergency: frozenset[str]
    premium_area_codes: frozenset[str]
    premium_exchanges: frozenset[str]


@cache
def never_dialled() -> NeverDialled:
    """Raises TextFileError."""
    content = read_yaml(FILE)
    parts = ("emergency", "premium_area_codes", "premium_exchanges")
    for part in parts:
        given = content.get(part)
        if not isinstance(given, list) or not given or not all(isinstance(n, str) and n.isdigit() for n in given):
            raise TextFileError(f"{FILE.name} : « {part} » est une liste de chiffres, entre guillemets.")
    return NeverDialled(*(frozenset(content[part]) for part in parts))


def dialled_number(settings: Settings, given: str) -> str:
    """The number as E.164. Raises RefusedNumber, with its reason."""
    digits = re.sub(r"\D", "", given)
    if digits in never_dialled().emergency:
        raise _refused("emergency")
    if not _WRITTEN.fullmatch(given.strip()):
        raise _refused("malformed")
    if len(digits) <= SHORT_DIGITS:
        raise _refused("short")
    parts = _NORTH_AMERICAN.fullmatch(digits)
    if parts is None:
        raise _refused("malformed")
    if parts[1] in never_dialled().premium_area_codes or parts[2] in never_dialled().premium_exchanges:
        raise _refused("premium")
    number = "+1" + "".join(parts.groups())
    if number in settings.lines:
        raise _refused("own_line")
    return number


def unknown_number() -> RefusedNumber:
    return _refused("unknown")


def _refused(reason: str) -> RefusedNumber:
    return RefusedNumber(answering_texts().refusals[reason])
