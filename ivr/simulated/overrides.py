"""The connection settings that an address may bear after its `#`: they are not sent, and not signed.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl


class Failure(StrEnum):
    """Why a request brought nothing: the words of the retry policy."""

    CONNECTION = "ct"
    READ = "rt"
    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """`retries` after the first try, for the failures of `policy` only. Seconds; `all_seconds` covers every try."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    all_seconds: float = 15.0
    retries: int = 1
    policy: frozenset[Failure] = frozenset({Failure.CONNECTION})


def settings_of(fragment: str) -> ConnectionSettings:
    """Those that the fragment says, Twilio's own for the others."""
    said, default = dict(parse_qsl(fragment)), ConnectionSettings()
    policy = said.get("rp", "ct").split(",")
    return ConnectionSettings(
        connect_seconds=_seconds(said, "ct", default.connect_seconds),
        read_seconds=_seconds(said, "rt", default.read_seconds),
        all_seconds=_seconds(said, "tt", default.all_seconds),
        retries=int(said.get("rc", default.retries)),
        policy=frozenset(Failure) if "all" in policy else frozenset(map(Failure, policy)),
    )


def _seconds(said: dict[str, str], name: str, default: float) -> float:
    return int(said[name]) / 1000 if name in said else default
