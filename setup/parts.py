"""The three programs that `make run` starts: their commands, and the settings that each may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Dict, List, Mapping
from urllib.parse import urlsplit

from setup.places import BOT_ENVIRONMENT, MAIN_ENVIRONMENT, ROOT, program_of, python_of
from setup.sentences import SetupProblem, sentence

DEFAULTS = {
    "RELAIS_HOST": "127.0.0.1",
    "RELAIS_PORT": "8000",
    "RELAIS_RASA_URL": "http://127.0.0.1:5005",
    "RELAIS_ACTIONS_URL": "http://127.0.0.1:5055/webhook",
}
LOOPBACK = "127.0.0.1"
ANY_HOST = ("0.0.0.0", "::", "")  # noqa: S104


@dataclass(frozen=True)
class Part:
    """One program. `settings` are the only RELAIS_ names that it sees, all of them when empty."""

    name: str
    command: Callable[[Mapping[str, str]], List[str]]
    host: str
    port: int
    port_setting: str
    settings: "tuple[str, ...]"

    @property
    def title(self) -> str:
        return sentence("part_" + self.name)

    def environment(self, environment: Mapping[str, str]) -> Dict[str, str]:
        """Rasa's side sees its own token and addresses, never a key nor the telephone's."""
        if not self.settings:
            return dict(environment)
        kept = {name: value for name, value in environment.items() if not name.startswith("RELAIS_")}
        kept.update({name: environment[name] for name in self.settings if name in environment})
        return {**kept, **RASA_ENVIRONMENT}


RASA_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "RASA_TELEMETRY_ENABLED": "false",
    "SANIC_HOST": LOOPBACK,
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


def complete(settings: Mapping[str, str]) -> Dict[str, str]:
    """The settings with their defaults, and the addresses that the parts use to reach each other."""
    full = {**DEFAULTS, **settings}
    port = _port(full["RELAIS_PORT"], "RELAIS_PORT")
    host = LOOPBACK if full["RELAIS_HOST"] in ANY_HOST else full["RELAIS_HOST"]
    local = "http://{}:{}".format("[{}]".format(host) if ":" in host else host, port)
    full.setdefault("RELAIS_PUBLIC_URL", local)
    full["RELAIS_API_URL"] = local
    return full


def parts(settings: Mapping[str, str]) -> List[Part]:
    """The programs for these (complete) settings; raises SetupProblem for an address that cannot be used."""
    rasa_host, rasa_port = _address(settings, "RELAIS_RASA_URL")
    actions_host, actions_port = _address(settings, "RELAIS_ACTIONS_URL")
    web_port = _port(settings["RELAIS_PORT"], "RELAIS_PORT")
    bot_settings = ("RELAIS_RASA_TOKEN", "RELAIS_RASA_URL", "RELAIS_ACTIONS_URL")
    actions_settings = ("RELAIS_API_URL", "RELAIS_CALLBACK_TOKEN", "RELAIS_ACTIONS_URL")
    return [
        Part("web", _web, settings["RELAIS_HOST"], web_port, "RELAIS_PORT", ()),
        Part("bot", _bot, rasa_host, rasa_port, "RELAIS_RASA_URL", bot_settings),
        Part("actions", _actions, actions_host, actions_port, "RELAIS_ACTIONS_URL", actions_settings),
    ]


def _web(settings: Mapping[str, str]) -> List[str]:
    listen = ["--host", settings["RELAIS_HOST"], "--port", settings["RELAIS_PORT"]]
    # Live streams never end by themselves: stopping does not wait for them.
    stop = ["--timeout-graceful-shutdown", "3"]
    uvicorn = str(program_of(MAIN_ENVIRONMENT, "uvicorn"))
    return [
        uvicorn,
        "api.app:create_app",
        "--factory",
        "--no-access-log",
        "--no-server-header",
        *listen,
        *stop,
    ]


def _bot(settings: Mapping[str, str]) -> List[str]:
    return [str(python_of(BOT_ENVIRONMENT)), "-m", "setup.rasa_server"]


def _actions(settings: Mapping[str, str]) -> List[str]:
    port = str(_address(settings, "RELAIS_ACTIONS_URL")[1])
    return [str(python_of(BOT_ENVIRONMENT)), "-m", "rasa_sdk", "--actions", "actions", "--port", port]


def _address(settings: Mapping[str, str], name: str) -> "tuple[str, int]":
    try:
        split = urlsplit(settings[name])
        host, port = split.hostname, split.port
    except ValueError:
        host, port = None, None
    if not host or not port:
        raise SetupProblem("bad_setting", setting=name, expected="une adresse comme " + DEFAULTS[name])
    return host, port


def _port(value: str, name: str) -> int:
    if value.isdigit() and 0 < int(value) < 65536:
        return int(value)
    raise SetupProblem("bad_setting", setting=name, expected="un nombre de 1 à 65535")
