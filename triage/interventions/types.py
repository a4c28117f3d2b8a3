"""The four interventions of Info-Social.

Source: Revue Intervention no 149, « Info-Social (8-1-1) » (the summary is one of the seeds).
"""

from __future__ import annotations

from enum import StrEnum


class InterventionType(StrEnum):
    INFORMATION = "information"
    EDUCATION = "education"
    CRISE = "crise"
    SECURITE_CIVILE = "securite_civile"


class Stage(StrEnum):
    ACCUEIL = "accueil"
    EVALUATION = "evaluation"
    PLANIFICATION = "planification"
    TERMINAISON = "terminaison"


class Line(StrEnum):
    INFO_SOCIAL = "info_social"
    PREVENTION_SUICIDE = "prevention_suicide"
    PARTENAIRES = "partenaires"


class Channel(StrEnum):
    CHAT = "chat"
    PHONE = "phone"


class Language(StrEnum):
    FRENCH = "fr"
    ENGLISH = "en"
