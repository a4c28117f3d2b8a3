"""The routes that ask nothing of who calls, each with its reason. Any other route demands a role,
a signature or a token; a test reads all the routes and refuses one that is neither."""

from __future__ import annotations

PUBLIC: dict[tuple[str, str], str] = {
    ("GET", "/healthz"): "the process says it is alive; nothing is read",
    ("GET", "/readyz"): "states of the parts only",
    ("GET", "/metrics"): "counts only; to be kept inside by the proxy",
    ("GET", "/openapi.json"): "the shape of the interface",
}
