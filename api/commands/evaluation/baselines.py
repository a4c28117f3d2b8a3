"""Other filters on the same sentences: a list of stems, and three from PyPI when they are installed.

The three are English prototypes (`pip install relais[evaluation]`): a floor, not rivals. Sources: rrt-advocate 0.1.1,
cogno-aegis 0.1.0, pantheon-guardrails 0.3.2, all Apache-2.0.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import yaml

from api.commands.evaluation.intervals import Share
from api.commands.evaluation.observations import Observed
from api.commands.evaluation.strata import Stratum
from triage.risk_gate.folding import fold_word

STEMS_FILE = Path(__file__).with_name("baseline_stems.yml")
STEMS_NAME = "stems"

Alarm = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Baseline:
    """`figures` is None when the filter is not installed: nothing was measured, and nothing is said."""

    installed: bool
    version: str | None
    figures: Stratum | None


def stems_alarm(path: Path = STEMS_FILE) -> Alarm:
    """Whether a text has a word that begins with one of the stems, accents and capitals aside."""
    stems = [fold_word(str(stem)) for stem in yaml.safe_load(path.read_text(encoding="utf-8"))["stems"]]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, stems))})")
    return lambda text: pattern.search(fold_word(text)) is not None


def rrt_advocate_alarm() -> Alarm:
    """Any level but green, each text in a session of its own. Raises ImportError."""
    package = import_module("rrt_advocate")
    engine = package.CrisisEngine("evaluation")

    def alarm(text: str) -> bool:
        engine.reset_session()
        return bool(engine.assess(text).crisis_level is not package.CrisisLevel.GREEN)

    return alarm


def cogno_aegis_alarm() -> Alarm:
    """Its own rules of crisis. Raises ImportError."""
    rules = import_module("cogno_aegis.safety").DEFAULT_CRISIS_RULES
    guard = import_module("cogno_aegis").InputGuard(crisis_rules=rules)
    # It writes a line for each alarm.
    logging.getLogger("cogno_aegis").setLevel(logging.CRITICAL)
    return lambda text: not guard.check_crisis(text).ok


def pantheon_guardrails_alarm() -> Alarm:
    """Raises ImportError."""
    protocol = import_module("pantheon_guardrails").CrisisProtocol()
    return lambda text: bool(protocol.check(text).triggered)


PEERS: dict[str, Callable[[], Alarm]] = {
    "rrt-advocate": rrt_advocate_alarm,
    "cogno-aegis": cogno_aegis_alarm,
    "pantheon-guardrails": pantheon_guardrails_alarm,
}


def baselines(observed: Sequence[Observed]) -> dict[str, Baseline]:
    """By name, the stems first."""
    measured = {STEMS_NAME: Baseline(True, None, _figures(observed, stems_alarm()))}
    return measured | {name: _peer(name, load, observed) for name, load in PEERS.items()}


def _peer(name: str, load: Callable[[], Alarm], observed: Sequence[Observed]) -> Baseline:
    try:
        alarm, installed = load(), version(name)
    except (ImportError, PackageNotFoundError):
        return Baseline(False, None, None)
    return Baseline(True, installed, _figures(observed, alarm))


def _figures(observed: Sequence[Observed], alarm: Alarm) -> Stratum:
    said = [(one.row.risk, alarm(one.row.text)) for one in observed]
    return Stratum(
        Share.of(alarmed for risk, alarmed in said if risk),
        Share.of(alarmed for risk, alarmed in said if not risk),
    )
