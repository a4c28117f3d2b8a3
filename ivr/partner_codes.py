"""The codes given to partners, from `partner_codes.yml`: which organization calls. Read and checked once, at start."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from triage.interventions.texts import TextFileError

PATH = Path(__file__).parent / "partner_codes.yml"
CODE = re.compile(r"(?!.*55)[2-9]{3,6}")


@cache
def partner_codes(path: Path = PATH) -> dict[str, str]:
    """The organization of each code; none is shipped. Raises TextFileError, without saying any code."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise TextFileError(f"{path.name} : illisible ({type(error).__name__}).") from error
    codes = content.get("codes") if isinstance(content, dict) else None
    if not isinstance(codes, dict):
        raise TextFileError(f"{path.name} : une section « codes » est attendue, même vide : « codes: {{}} ».")
    for rank, (code, organization) in enumerate(codes.items(), 1):
        if not isinstance(code, str) or not CODE.fullmatch(code):
            raise TextFileError(
                f"{path.name} : le code n° {rank} s'écrit entre guillemets, "
                "de trois à six chiffres de 2 à 9, sans deux 5 de suite."
            )
        if not isinstance(organization, str) or not organization.strip():
            raise TextFileError(f"{path.name} : le code n° {rank} doit nommer une organisation.")
    return {code: organization.strip() for code, organization in codes.items()}
