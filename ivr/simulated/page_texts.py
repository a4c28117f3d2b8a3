"""The words of the trial phone, from `phone_page_fr.yml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ivr.simulated.heard import HeardKind
from ivr.simulated.network import CHOICES
from triage.interventions.texts import TextFileError, read_yaml
from triage.interventions.types import Line

FILE = Path(__file__).parent / "phone_page_fr.yml"


@cache
def page_texts() -> dict[str, Any]:
    """Raises TextFileError when a line or a kind of thing heard has no words."""
    texts = read_yaml(FILE)
    for section, needed in (("lignes", Line), ("genres", HeardKind), ("comportements", CHOICES)):
        if any(member.value not in texts[section] for member in needed):
            raise TextFileError(f"{FILE.name} : « {section} » n'est pas complet.")
    return texts
