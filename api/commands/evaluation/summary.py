"""The figures in a few lines, for the terminal. No sentence is quoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.commands.evaluation.french_numbers import NOT_MEASURED, decimal, in_unit, milliseconds, percent, whole


def summary(document: Mapping[str, Any]) -> str:
    """Several lines of French, for a document made by `make_document`."""
    risk, everyday, sentences = document["risk"], document["everyday"]["figures"], document["sentences"]
    lines = [
        f"{whole(sentences['all'])} phrases, dont {whole(sentences['risk'])} dangers; "
        f"pannes du filtre : {sentences['gate_faults']}",
        _line("dangers trouvés", _share(risk["recall"])),
        _line("phrases sans danger laissées en paix", _share(risk["specificity"])),
        _line("alertes fondées", _share(risk["positive_predictive_value"])),
        _line("alertes fondées à 12 % de dangers", percent(risk["at_prevalence"]["value"])),
        _line("demandes de tous les jours laissées en paix", _share(everyday["specificity"])),
        _line("aire sous la courbe du score appris", decimal(risk["area_under_curve"]["value"])),
        *_route(document["route"]),
        *_speech(document["ordinary_speech"]),
        _line("message court, médiane et 99e centile", _times(document["speed"]["short"])),
        _line("4 000 caractères, médiane et 99e centile", _times(document["speed"]["long"])),
        "",
        *(_target(one) for one in document["targets"]),
    ]
    return "\n".join(lines)


def _route(route: Mapping[str, Any] | None) -> list[str]:
    if route is None:
        return [_line("route", NOT_MEASURED)]
    return [
        _line("F1 moyen des types (sans danger)", _estimates(route, "type")),
        _line("F1 moyen des sous-sujets (sans danger)", _estimates(route, "subtopic")),
        _line("phrases sans réponse de la route", whole(route["unanswered"])),
    ]


def _estimates(route: Mapping[str, Any], what: str) -> str:
    overall, harmless = route[f"{what}_macro_f1"]["value"], route[f"{what}_macro_f1_harmless"]["value"]
    return f"{decimal(overall)} ({decimal(harmless)})"


def _speech(speech: Mapping[str, Any] | None) -> list[str]:
    return [_line("fausses alertes, propos ordinaires", _share(speech["false_alarms"]))] if speech is not None else []


def _target(target: Mapping[str, Any]) -> str:
    verdict = {True: "cible atteinte", False: "cible manquée", None: NOT_MEASURED}[target["met"]]
    sign = "≥" if target["higher_is_better"] else "≤"
    reached = "" if target["value"] is None else f"{in_unit(target['value'], target['unit'])}, "
    return f"  [{verdict}] {target['name']} : {reached}visé {sign} {in_unit(target['target'], target['unit'])}"


def _line(name: str, value: str) -> str:
    return f"  {name} : {value}"


def _share(share: Mapping[str, Any]) -> str:
    if share["share"] is None:
        return NOT_MEASURED
    return (
        f"{percent(share['share'])} ({share['found']} sur {share['count']}; "
        f"{percent(share['low'])} à {percent(share['high'])})"
    )


def _times(times: Mapping[str, Any]) -> str:
    return f"{milliseconds(times['median'])}, {milliseconds(times['percentile_99'])} ({times['count']} lectures)"
