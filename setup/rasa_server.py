"""Starts Rasa's server, in Rasa's Python, on loopback only.

Rasa takes its token as an argument; it is added here, inside the process, so that no other user of the
machine reads it in the list of processes.
"""

from __future__ import annotations

import os
import sys
import warnings
from urllib.parse import urlsplit


def arguments() -> "list[str]":
    """Rasa's command line, from RELAIS_RASA_URL and RELAIS_RASA_TOKEN."""
    port = urlsplit(os.environ["RELAIS_RASA_URL"]).port
    files = [
        "--model",
        "var/models/rasa",
        "--endpoints",
        "bot/endpoints.yml",
        "--credentials",
        "bot/credentials.yml",
    ]
    listen = ["--interface", "127.0.0.1", "--port", str(port)]
    return ["rasa", "run", "--enable-api", *listen, *files, "--auth-token", os.environ["RELAIS_RASA_TOKEN"]]


def say_nothing(*_warning: object) -> None:
    """Rasa turns its libraries' warnings back on: sixty lines that would bury the addresses."""


if __name__ == "__main__":
    warnings.showwarning = say_nothing
    sys.argv = arguments()
    # Imported late, so that what it warns of while it loads is not shown either.
    from rasa.__main__ import main

    main()
