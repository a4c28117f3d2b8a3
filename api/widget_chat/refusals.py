"""Every refusal of the web door is JSON with numbers to call, a failure of ours included."""

from __future__ import annotations

from triage.interventions.types import Line

RETRY_SECONDS = 3


class Refused(Exception):
    """The door says no: `key` names the sentence, `line` chooses the numbers."""

    status = 400
    key = "unavailable"

    def __init__(self, line: Line | None = None) -> None:
        super().__init__(self.key)
        self.line = line


class EmptyMessage(Refused):
    status, key = 422, "empty"


class TooLarge(Refused):
    status, key = 413, "too_large"


class TooMany(Refused):
    status, key = 429, "rate_limited"


class NoSession(Refused):
    status, key = 401, "no_session"


class UnknownRequest(Refused):
    """A request that no page of ours sends: an address, a method or a parameter that does not exist."""

    status, key = 422, "unknown_request"

    def __init__(self, status: int = 422) -> None:
        super().__init__()
        self.status = status


class Unavailable(Refused):
    status, key = 503, "unavailable"
