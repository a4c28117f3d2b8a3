"""Every setting, read once at start. The names are listed in `.env.example`."""

from __future__ import annotations

import json
import os
import re
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.crypto import KeyRing, SecretKeyError

DEMO_LINES = {
    "+18005550811": "info_social",
    "+18005550277": "prevention_suicide",
    "+18005550999": "partenaires",
}
DEMO_FALLBACK_NUMBERS = {
    "info_social": ["+18195550101", "+18195550102"],
    "prevention_suicide": ["+18195550103"],
    "partenaires": ["+18195550104"],
}
LINE_NAMES = frozenset(DEMO_LINES.values())


SHORTEST_TOKEN = 16
_E164 = re.compile(r"\+[1-9]\d{7,14}")

DOT_ENV = Path(".env")
DEMO_ENV = Path("var/demo.env")


class UnsafeConfiguration(Exception):
    """The service would leave somebody without a person: it refuses to start. `problems` are sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="RELAIS_", env_file=DOT_ENV, extra="ignore", env_ignore_empty=True)

    database_url: str = "sqlite+aiosqlite:///var/relais.db"
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_api_key: SecretStr = SecretStr("")
    twilio_api_secret: SecretStr = SecretStr("")
    twilio_app_sid: str = ""
    lines: dict[str, str] = Field(default_factory=dict)
    fallback_numbers: dict[str, list[str]] = Field(default_factory=dict)
    info_sante_number: str = ""
    gap_number: str = ""
    widget_origins: str = ""
    rasa_url: str = "http://127.0.0.1:5005"
    rasa_token: SecretStr = SecretStr("")
    callback_token: SecretStr = SecretStr("")
    secret_keys: SecretStr = SecretStr("")
    demo: bool = False
    demo_password: SecretStr = SecretStr("")
    var: Path = Path("var")

    @field_validator("lines", "fallback_numbers", mode="before")
    @classmethod
    def _json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("public_url", "rasa_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    def model_post_init(self, _context: object) -> None:
        if self.demo:
            self.lines = self.lines or dict(DEMO_LINES)
            self.fallback_numbers = self.fallback_numbers or dict(DEMO_FALLBACK_NUMBERS)
            self.info_sante_number = self.info_sante_number or "+18195550105"
            self.gap_number = self.gap_number or "+18195550106"

    @property
    def twilio_auth_tokens(self) -> list[str]:
        """The first is the one in force; the others are accepted during a rotation."""
        return [t.strip() for t in self.twilio_auth_token.get_secret_value().split(",") if t.strip()]

    @property
    def allowed_widget_origins(self) -> list[str]:
        given = [origin.strip() for origin in self.widget_origins.split(",") if origin.strip()]
        return [self.public_url, *given]

    @property
    def risk_model(self) -> Path:
        return self.var / "models" / "risk"

    @cached_property
    def key_ring(self) -> KeyRing:
        return KeyRing.parse(self.secret_keys.get_secret_value())


def load_settings() -> Settings:
    """The settings of this folder. What was drawn for a demonstration is never read by a live service."""
    settings = Settings()
    told_nothing = not DOT_ENV.exists() and "RELAIS_DEMO" not in os.environ
    if settings.demo or told_nothing:
        return Settings(_env_file=(DEMO_ENV, DOT_ENV))
    return settings


def problems_of(settings: Settings) -> list[str]:
    """Why this configuration is unsafe, a sentence each; an empty list when it may start."""
    problems: list[str] = []
    try:
        _ = settings.key_ring
    except SecretKeyError as error:
        problems.append(str(error))
    if not settings.twilio_auth_tokens:
        problems.append("RELAIS_TWILIO_AUTH_TOKEN est vide : aucun appel ne pourrait être authentifié.")
    tokens = {"RELAIS_CALLBACK_TOKEN": settings.callback_token, "RELAIS_RASA_TOKEN": settings.rasa_token}
    for name, token in tokens.items():
        if len(token.get_secret_value()) < SHORTEST_TOKEN:
            problems.append(f"{name} doit être donné, tiré au hasard, de {SHORTEST_TOKEN} caractères ou plus.")
    if not settings.demo:
        problems += _problems_outside_demo(settings)
    return problems + _problems_of_numbers(settings)


def _problems_outside_demo(settings: Settings) -> list[str]:
    problems = []
    if not settings.twilio_account_sid:
        problems.append("RELAIS_TWILIO_ACCOUNT_SID est vide.")
    if not settings.public_url.startswith("https://"):
        problems.append("RELAIS_PUBLIC_URL doit être l'adresse publique en https.")
    key, secret = settings.twilio_api_key.get_secret_value(), settings.twilio_api_secret.get_secret_value()
    if settings.twilio_app_sid and not (key and secret):
        problems.append(
            "RELAIS_TWILIO_APP_SID est donné sans RELAIS_TWILIO_API_KEY et RELAIS_TWILIO_API_SECRET : "
            "aucun navigateur ne pourrait répondre aux appels."
        )
    if settings.demo_password.get_secret_value():
        problems.append("RELAIS_DEMO_PASSWORD ne doit pas être donné hors démonstration.")
    return problems


def _problems_of_numbers(settings: Settings) -> list[str]:
    problems = _problems_of_writing(settings)
    if not settings.lines:
        problems.append("RELAIS_LINES est vide : donnez au moins un numéro et sa ligne.")
    for name in sorted(set(settings.lines.values()) | set(settings.fallback_numbers)):
        if name not in LINE_NAMES:
            problems.append(f"RELAIS_LINES : ligne inconnue « {name} ».")
    for line in sorted(set(settings.lines.values()) & LINE_NAMES):
        numbers = settings.fallback_numbers.get(line, [])
        if not numbers:
            problems.append(f"RELAIS_FALLBACK_NUMBERS : aucun numéro de secours pour la ligne « {line} ».")
        if set(numbers) & set(settings.lines):
            problems.append(
                f"RELAIS_FALLBACK_NUMBERS : un numéro de secours de « {line} » est une de nos propres lignes ; "
                "la personne tournerait en rond."
            )
    return problems


def _problems_of_writing(settings: Settings) -> list[str]:
    """A number that is not written as E.164 cannot be dialled, nor compared with our own lines."""
    given = {
        "RELAIS_LINES": list(settings.lines),
        "RELAIS_FALLBACK_NUMBERS": [number for numbers in settings.fallback_numbers.values() for number in numbers],
        "RELAIS_INFO_SANTE_NUMBER": [settings.info_sante_number],
        "RELAIS_GAP_NUMBER": [settings.gap_number],
    }
    return [
        f"{name} : un numéro s'écrit +1 suivi de dix chiffres, sans espace (+18195550101)."
        for name, numbers in given.items()
        if not all(_E164.fullmatch(number) for number in numbers)
    ]


def refuse_unsafe(settings: Settings) -> None:
    """Raise UnsafeConfiguration when somebody could be left without a person."""
    problems = problems_of(settings)
    if problems:
        raise UnsafeConfiguration(problems)
