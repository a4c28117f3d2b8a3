"""What the phone door counts for /metrics: never a number, a text or an id."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

SIGNATURES_REFUSED = Counter("relais_phone_signature_refused", "Requests to the phone door whose signature was refused")
FAULTS = Counter("relais_phone_fault", "Phone requests answered by a handoff because of a failure", ["route"])
UNKNOWN_LINES = Counter("relais_phone_unknown_line", "Calls to a number that RELAIS_LINES does not name")
STATIC_ANSWERS = Counter("relais_phone_static_answer", "Phone requests answered by the static dial document")
SECONDS = (1, 2, 5, 10, 15, 20, 30, 60, 120)
FROM_KEY_TWO_TO_QUEUE = Histogram(
    "relais_phone_seconds_from_key_two_to_queue",
    "Seconds from key 2 of the menu to the queue, whatever came between",
    buckets=SECONDS,
)
ADDED_BEFORE_A_PERSON = Histogram(
    "relais_phone_seconds_added_before_a_person",
    "The same seconds for those who wanted a person: they asked for one, or said nothing, before any answer",
    buckets=SECONDS,
)
