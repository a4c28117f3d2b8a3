"""Asks our own service on this machine how it is."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Dict, Optional

TIMEOUT_SECONDS = 2
MOST_BYTES = 65536


def readiness(base: str) -> Optional[Dict[str, object]]:
    """The service's account of itself; None while nobody answers or nobody can be reached."""
    # A proxy of the environment has no part in it.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(base + "/readyz", timeout=TIMEOUT_SECONDS) as answer:
            said = json.loads(answer.read(MOST_BYTES).decode("utf-8"))
    except (OSError, ValueError, urllib.error.URLError):
        return None
    return said if isinstance(said, dict) else None
