"""False alarms on ordinary speech: people who talk about their day and ask nothing of anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from api.commands.evaluation.detectors import families
from api.commands.evaluation.intervals import Share
from api.commands.evaluation.observations import ReadsRisk
from api.commands.failures import CommandError


@dataclass(frozen=True, slots=True)
class OrdinarySpeech:
    """Shares of the utterances of one file; none of their words is kept, real people said them."""

    file: str
    sha256: str
    false_alarms: Share
    by_detector: dict[str, Share]


def ordinary_speech(path: Path, gate: ReadsRisk) -> OrdinarySpeech:
    """One utterance a line, empty lines left out. Raises CommandError on a file without any, or not in UTF-8."""
    content = path.read_bytes()
    try:
        utterances = [line for line in content.decode("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise CommandError(f"{path.name} n'est pas en UTF-8.") from None
    if not utterances:
        raise CommandError(f"{path.name} n'a aucune ligne.")
    found = [families(gate.read(utterance)) for utterance in utterances]
    by_detector = Counter(name for names in found for name in names)
    return OrdinarySpeech(
        file=path.name,
        sha256=sha256(content).hexdigest(),
        false_alarms=Share.of(bool(names) for names in found),
        by_detector={name: Share.counted(by_detector[name], len(found)) for name in sorted(by_detector)},
    )
