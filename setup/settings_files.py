"""What `make run` is told: the environment, then `.env`, then what it drew for the demonstration.

Without `.env`, or with one that says RELAIS_DEMO=1, whatever is missing is drawn once into var/demo.env.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from typing import Callable, Dict, Mapping

from setup.places import ROOT, VAR
from setup.sentences import SetupProblem

DOT_ENV = ROOT / ".env"
DEMO_ENV = VAR / "demo.env"
# No letter or digit that can be mistaken for another: the password is read on a screen and typed.
PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105


def _password() -> str:
    groups = ("".join(secrets.choice(PASSWORD_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def _secret_keys() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


DRAWN: Dict[str, Callable[[], str]] = {
    "RELAIS_DEMO": lambda: "1",
    "RELAIS_SECRET_KEYS": _secret_keys,
    "RELAIS_TWILIO_ACCOUNT_SID": lambda: "AC" + secrets.token_hex(16),
    "RELAIS_TWILIO_AUTH_TOKEN": lambda: secrets.token_hex(16),
    "RELAIS_RASA_TOKEN": lambda: secrets.token_urlsafe(24),
    "RELAIS_CALLBACK_TOKEN": lambda: secrets.token_urlsafe(24),
    "RELAIS_DEMO_PASSWORD": _password,
}


def read_settings(environment: Mapping[str, str], dot_env: Path = DOT_ENV, demo_env: Path = DEMO_ENV) -> Dict[str, str]:
    """Every RELAIS_ setting that is given, drawing the demonstration's where they are missing.

    Raises SetupProblem for a live service in a clone that still holds a demonstration's secrets.
    """
    given = {name: value for name, value in environment.items() if name.startswith("RELAIS_") and value}
    written = {name: value for name, value in read_env_file(dot_env).items() if value}
    settings = {**written, **given}
    if not is_demo(settings, has_dot_env=dot_env.exists()):
        if demo_env.exists():
            raise SetupProblem("demo_left_behind")
        return {**settings, "RELAIS_DEMO": "0"}
    return {**draw_missing(settings, demo_env), **settings}


def is_demo(settings: Mapping[str, str], has_dot_env: bool) -> bool:
    """A clone without `.env` is a demonstration unless it is told otherwise."""
    value = settings.get("RELAIS_DEMO", "" if has_dot_env else "1")
    return value.strip().lower() in {"1", "true", "yes", "on", "t", "y"}


def draw_missing(settings: Mapping[str, str], demo_env: Path) -> Dict[str, str]:
    """What demo_env holds afterwards; what it already held never changes, or the data would be lost."""
    drawn = read_env_file(demo_env)
    missing = {name: draw() for name, draw in DRAWN.items() if name not in drawn and name not in settings}
    if missing or not demo_env.exists():
        drawn.update(missing)
        _write_private(demo_env, "".join("{}={}\n".format(name, value) for name, value in sorted(drawn.items())))
    os.chmod(str(demo_env), 0o600)
    return drawn


def read_env_file(path: Path) -> Dict[str, str]:
    """`NAME=value` lines; quotes around a value are taken off, comment lines left out."""
    if not path.exists():
        return {}
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.strip().partition("=")
        if not separator or name.startswith("#"):
            continue
        if name.startswith("export "):
            name = name[len("export ") :]
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] in "'\"" and value[-1] == value[0]:
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(str(fresh), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(str(fresh), str(path))
