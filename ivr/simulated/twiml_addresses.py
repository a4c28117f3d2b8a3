"""The addresses in a document: this service's own, and nothing of the person in them.

An address is kept by Twilio's logs and by every proxy on its way.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from ivr.simulated.twiml_allowed import PLAYED, QUERY

FOLDER = "/ivr/"
# Seven digits or more, however they are set apart: a telephone number; five in a row: a part of one, or of an id.
LONG_NUMBER = re.compile(r"\d(?:[\s().+-]{0,2}\d){6,}|\d{5,}")
# Drawn at random: its digits are about nobody.
RANDOM_ID = re.compile(r"(?<![^&])l=[0-9a-f]{32}(?![^&])")
NOT_WHOLE = "not a whole address"


def problems_of_address(url: str, paths: Collection[str], public_url: str = "") -> list[str]:
    """What is wrong with an address that may end with one of these paths, a sentence each."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.username is None and not parts.fragment
    except ValueError:
        return [NOT_WHOLE]
    if not whole or not url.isascii() or re.search(r"\s", url):
        return [NOT_WHOLE]
    if public_url and not url.startswith(public_url + FOLDER):
        return ["an address elsewhere"]
    _, folder, path = parts.path.rpartition(FOLDER)
    problems = []
    if not folder or path not in paths:
        problems.append("an address that does not serve here")
    if LONG_NUMBER.search(unquote_plus(f"{path if folder else parts.path} {RANDOM_ID.sub('', parts.query)}")):
        problems.append("a long number in the address")
    return problems + _problems_of_query(parts.query)


def problems_of_played(url: str, public_url: str = "") -> list[str]:
    """What is wrong with the address of a sound: a file of ours, and nothing asked of it."""
    path = path_of(url)
    played = frozenset({path}) if PLAYED.fullmatch(path) else frozenset[str]()
    return problems_of_address(url, played, public_url)


def path_of(url: str) -> str:
    """What follows the door's folder, without its query."""
    return url.partition("?")[0].rpartition(FOLDER)[2]


def bears(url: str, mark: str) -> bool:
    """True when the query of this address has this name."""
    return any(name == mark for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True))


def _problems_of_query(query: str) -> list[str]:
    problems, seen = [], []
    for name, value in parse_qsl(query, keep_blank_values=True):
        seen.append(name)
        if name not in QUERY:
            problems.append("a query that is not used here")
        elif not QUERY[name].fullmatch(value):
            problems.append(f"words or data in {name}")
    if len(seen) != len(set(seen)):
        problems.append("a query that says the same name twice")
    return problems
