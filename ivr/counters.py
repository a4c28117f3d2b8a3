"""What the phone door counts for /metrics: never a number, a text or an id."""

from __future__ import annotations

from prometheus_client import Counter

SIGNATURES_REFUSED = Counter("relais_phone_signature_refused", "Requests to the phone door whose signature was refused")
FAULTS = Counter("relais_phone_fault", "Phone requests answered by a handoff because of a failure", ["route"])
UNKNOWN_LINES = Counter("relais_phone_unknown_line", "Calls to a number that RELAIS_LINES does not name")
STATIC_ANSWERS = Counter("relais_phone_static_answer", "Phone requests answered by the static dial document")
