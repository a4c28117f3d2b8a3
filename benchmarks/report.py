"""What is kept of a run, and the table that is printed."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from benchmarks.callers import Measured
from benchmarks.figures import SPEECH, Kind, Timed, by_kind, compare, row_of

# Written with the figures, so that nobody reads the ratio without them.
NOTES = (
    "One Rasa, one model: the service asks it by HTTP (/model/parse), its own channel answers at "
    "/webhooks/twilio_voice/webhook, and both wait for the same single thread of it.",
    "The same words reach both sides within 1.9 s of each other, in a random order: the same machine, the same "
    "minutes. Each side therefore bears the load of the other.",
    "Rasa's channel checks no signature, has no risk gate, writes in no database, seals nothing and knows no queue: "
    "for each sentence ours does all that besides asking Rasa to read it.",
    "Rasa's channel does one thing that ours does not: it keeps the conversation in its memory and runs its dialogue "
    "policy. This project's model has no dialogue to speak of, so its answer is an empty document.",
    "Where the gate finds a danger, and in the queue, our side does not ask Rasa at all: those turns are faster for "
    "that reason. speech_bot_answers, where both sides make Rasa read, is the hardest comparison for ours.",
    "Opening a connection is in the times of both. Twilio's speech recognition and the network between Twilio and the "
    "service are in none.",
    "A waiting caller here brings the waiting document every 4 to 8 s instead of every 15 s: heavier than life.",
    "The service's simulated Twilio does not know these calls, so its comparison of the queues, every 30 s, asks in "
    "vain and puts nobody right.",
)
COMPARED = {
    "all_speech": SPEECH,
    "speech_bot_answers": {Kind.SPEECH_ANSWERED},
    "speech_to_a_person": {Kind.SPEECH_HANDED_OVER},
    "speech_in_queue": {Kind.SPEECH_IN_QUEUE},
}
TITLES = {
    "call_comes_in": "l'appel arrive",
    "key": "une touche",
    "speech_bot_answers": "paroles : le robot répond",
    "speech_to_a_person": "paroles : vers une personne",
    "speech_in_queue": "paroles dans la file",
    "wait": "attente dans la file",
    "other_documents": "autres documents",
    "end_of_call": "fin d'appel",
    "all_speech": "toutes les paroles",
}
WIDTH = 30


def machine() -> dict[str, object]:
    """Taken before the run: a machine that is busy with something else shows."""
    return {
        "cores": os.cpu_count(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "platform": platform.platform(),
        "python": platform.python_version(),
    }


def document_of(
    measured: Measured,
    options: Mapping[str, object],
    machine_before: Mapping[str, object],
    handoffs: Mapping[str, int],
    faults: Mapping[str, int],
) -> dict[str, Any]:
    """Everything, for the JSON file. `errors` is 0 when every answer was good and every call went to its end."""
    compared = {name: compare(measured.ours, measured.rasa, kinds) for name, kinds in COMPARED.items()}
    problems = Counter(f"{one.kind.value}: {one.problem}" for one in _wrong((*measured.ours, *measured.rasa)))
    problems.update(f"call: {problem}" for problem in measured.broken_calls)
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": dict(machine_before),
        "options": dict(options),
        "calls": {
            "made": measured.calls,
            "most_at_once": measured.most_at_once,
            "broken": len(measured.broken_calls),
        },
        "errors": problems.total(),
        "problems": dict(problems),
        "service": {"all": asdict(row_of(measured.ours)), **by_kind(measured.ours)},
        "rasa_twilio_voice": asdict(row_of(measured.rasa)),
        "same_speech": {name: asdict(comparison) for name, comparison in compared.items()},
        "ours_not_slower_at_the_median": _not_slower(compared["all_speech"].ratio),
        "handoffs_by_reason": dict(handoffs),
        "service_faults": dict(faults),
        "notes": list(NOTES),
    }


def _wrong(requests: Iterable[Timed]) -> Iterable[Timed]:
    return (one for one in requests if one.problem is not None)


def _not_slower(ratio: float | None) -> bool | None:
    return None if ratio is None else ratio <= 1


def table(document: Mapping[str, Any]) -> str:
    """The same, to read in a terminal."""
    head = f"{'':<{WIDTH}}{'requêtes':>9}{'erreurs':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
    service = document["service"]
    lines = [head, _line("notre service", service["all"])]
    lines += [_line("  " + TITLES[name], row) for name, row in service.items() if name != "all"]
    lines += [_line("canal twilio_voice de Rasa", document["rasa_twilio_voice"]), "", _comparison_head()]
    lines += [_comparison_line(TITLES[name], one) for name, one in document["same_speech"].items()]
    calls = document["calls"]
    lines += [
        "",
        f"{calls['made']} appels, {calls['most_at_once']} à la fois; erreurs : {document['errors']}",
        *(f"  {problem} ({count})" for problem, count in document["problems"].items()),
        f"vers une personne, par raison : {_counts(document['handoffs_by_reason'])}",
        f"pannes comptées par le service : {_counts(document['service_faults'])}",
    ]
    return "\n".join(lines)


def _line(title: str, row: Mapping[str, Any]) -> str:
    times = "".join(f"{_shown(row[name]):>9}" for name in ("p50_ms", "p95_ms", "p99_ms"))
    return f"{title:<{WIDTH}}{row['count']:>9}{row['errors']:>9}{times}"


def _comparison_head() -> str:
    return f"{'les mêmes paroles, médianes':<{WIDTH}}{'tours':>9}{'nous':>9}{'Rasa':>9}{'rapport':>9}"


def _comparison_line(title: str, comparison: Mapping[str, Any]) -> str:
    ours, rasa = comparison["ours"], comparison["rasa"]
    ratio = "-" if comparison["ratio"] is None else f"{comparison['ratio']:.2f}"
    return f"{title:<{WIDTH}}{ours['count']:>9}{_shown(ours['p50_ms']):>9}{_shown(rasa['p50_ms']):>9}{ratio:>9}"


def _shown(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds:.1f}"


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted.items()) or "aucune"
