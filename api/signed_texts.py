"""Every clinical text of the service, and which of them nobody has signed yet."""

from __future__ import annotations

from pathlib import Path

from foundation.settings import Settings
from triage.interventions.texts import NOT_VALIDATED, read_yaml

ROOT = Path(__file__).resolve().parents[1]
TEXT_FOLDERS = ("triage", "ivr", "console", "api")
TEXT_FILES = ("*_fr.yml", "*_en.yml")
DEMO_ONLY = "simulated"


def text_files(root: Path = ROOT) -> list[Path]:
    """Every file whose words somebody reads or hears outside a demonstration."""
    found = (path for folder in TEXT_FOLDERS for name in TEXT_FILES for path in (root / folder).rglob(name))
    return sorted(path for path in found if DEMO_ONLY not in path.parts)


def unsigned_texts(settings: Settings) -> list[str]:
    """A sentence for each text that a clinician must still sign; none in a demonstration. Raises TextFileError."""
    if settings.demo:
        return []
    return [
        f"{path.relative_to(ROOT)} : statut « {NOT_VALIDATED} »; un clinicien doit le signer."
        for path in text_files()
        if read_yaml(path)["statut"] == NOT_VALIDATED
    ]
