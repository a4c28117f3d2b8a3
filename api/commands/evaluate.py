"""`relais evaluate`: every measure of the gate and the route on labelled sentences, with a written report."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api.commands.failures import CommandError
from triage.risk_gate.sentences import Split

if TYPE_CHECKING:
    from api.commands.evaluation.document import Measured
    from api.commands.evaluation.rows import Row
    from foundation.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results"
SENTENCES = ROOT / "nlu_data" / "sentences"
ABLATION = RESULTS / "ablation.json"
JSON_FILE, PAGE_FILE = "evaluation.json", "evaluation.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    def place(given: str) -> Path:
        return Path(given).absolute()

    parser.epilog = (
        f"Écrit {JSON_FILE} (tous les chiffres) et {PAGE_FILE} (une page à lire ou à imprimer, qui cite les phrases "
        "manquées : elles sont écrites pour le projet). Les propos ordinaires ne sont jamais cités."
    )
    parser.add_argument(
        "--split",
        metavar="PARTIE",
        choices=[split.value for split in Split],
        default=Split.HELD_OUT.value,
        help=f"{', '.join(Split)} : les phrases mesurées (held_out si rien n'est dit)",
    )
    parser.add_argument(
        "--out", metavar="DOSSIER", type=place, default=RESULTS, help="où écrire le rapport (docs/results)"
    )
    parser.add_argument(
        "--ordinary-speech", metavar="FICHIER", type=place, help="propos ordinaires, un par ligne, sans aucun danger"
    )
    parser.add_argument(
        "--sentences",
        metavar="DOSSIER",
        type=place,
        default=SENTENCES,
        help="les phrases étiquetées (nlu_data/sentences)",
    )
    parser.add_argument("--risk-only", action="store_true", help="le filtre seulement : ni types, ni Rasa")


def run(arguments: argparse.Namespace) -> int:
    # Rasa's client, scikit-learn and the models are loaded here: `--help` needs none of them.
    from api.commands.configuration import load_settings
    from api.commands.evaluation.document import make_document
    from api.commands.evaluation.rows import read_rows
    from api.commands.evaluation.summary import summary

    rows = read_rows(arguments.sentences)
    chosen = [row for row in rows if row.split.value == arguments.split]
    if not chosen:
        raise CommandError(f"aucune phrase de la partie « {arguments.split} » dans {arguments.sentences}.")
    if arguments.ordinary_speech is not None and not arguments.ordinary_speech.is_file():
        raise CommandError(f"{arguments.ordinary_speech} n'est pas un fichier.")
    arguments.out.mkdir(parents=True, exist_ok=True)
    document = make_document(_measure(arguments, load_settings(), rows, chosen))
    write_report(document, arguments.out)
    print(summary(document))
    print(f"\nÉcrit : {arguments.out / JSON_FILE}, {arguments.out / PAGE_FILE}")
    return 0


def write_report(document: Mapping[str, Any], folder: Path) -> None:
    """Both files, from the same document."""
    from api.commands.evaluation.page import render

    page = render(document)
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / JSON_FILE).write_text(text + "\n", encoding="utf-8")
    (folder / PAGE_FILE).write_text(page, encoding="utf-8")


def _measure(arguments: argparse.Namespace, settings: Settings, rows: list[Row], chosen: list[Row]) -> Measured:
    """Load what is measured, and read every sentence with it."""
    from api.commands.evaluation.ablation import read_variants
    from api.commands.evaluation.document import Measured
    from api.commands.evaluation.observations import learnt_score, observe_risk, observe_route
    from api.commands.evaluation.ordinary_speech import ordinary_speech
    from api.commands.evaluation.speed import measure_speed
    from api.commands.evaluation.versions import versions_of
    from api.commands.rasa_process import MODEL
    from api.commands.rasa_router import http_client, rasa_router
    from foundation.clock import SystemClock
    from triage.risk_gate.gate import RiskGate
    from triage.risk_gate.learnt import LearntDetector

    variants = read_variants(ABLATION)
    gate, learnt = RiskGate.load(settings.risk_model), LearntDetector.load(settings.risk_model)
    routed = not arguments.risk_only
    versions = versions_of(settings.risk_model, MODEL if routed else None, arguments.sentences, rows, chosen)
    with ExitStack() as stack:
        stack.callback(gate.close)
        _say("vitesse du filtre")
        # Before Rasa is started: on a small machine it would be measured too.
        speed = measure_speed(gate, [row.text for row in chosen])
        _say(f"filtre, {len(chosen)} phrases")
        observed = observe_risk(chosen, gate, learnt_score(learnt))
        speech = None
        if arguments.ordinary_speech is not None:
            _say("propos ordinaires")
            speech = ordinary_speech(arguments.ordinary_speech, gate)
        if routed:
            _say("route")
            runner = stack.enter_context(asyncio.Runner())
            http = stack.enter_context(http_client(runner))
            router = stack.enter_context(rasa_router(settings, http, runner))
            observed = runner.run(observe_route(observed, router))
    return Measured(Split(arguments.split), SystemClock().now(), observed, routed, speed, speech, variants, versions)


def _say(step: str) -> None:
    """Minutes pass: whoever waits is told what is going on, beside the figures."""
    print(f"mesure : {step}...", file=sys.stderr, flush=True)
