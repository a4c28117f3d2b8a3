"""How many messages a page, or an address, may send. Memory of one process; nothing of it is logged."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from foundation.clock import Clock

# A frightened person sends many short lines; a school or a shelter shares one address.
SESSION_BURST, SESSION_A_SECOND = 20, 1.0
ADDRESS_BURST, ADDRESS_A_SECOND = 200, 20.0
OPENING_BURST, OPENING_A_SECOND = 60, 2.0
REMEMBERED = 20_000
CHARACTERS_A_MESSAGE = 500


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: datetime


class TokenBuckets:
    """A token bucket a key; the keys least used are forgotten, which only ever allows more."""

    def __init__(self, clock: Clock, burst: int, a_second: float) -> None:
        self.clock = clock
        self.burst = burst
        self.a_second = a_second
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, cost: float = 1.0) -> bool:
        """One more for this key: False when it is too many. A cost past what is left takes all of it."""
        now = self.clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(float(self.burst), now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        gained = max(0.0, (now - bucket.at).total_seconds()) * self.a_second
        bucket.tokens, bucket.at = min(float(self.burst), bucket.tokens + gained), now
        if bucket.tokens < 1.0:
            return False
        bucket.tokens = max(0.0, bucket.tokens - cost)
        return True


class RateLimits:
    def __init__(self, clock: Clock) -> None:
        self._sessions = TokenBuckets(clock, SESSION_BURST, SESSION_A_SECOND)
        self._addresses = TokenBuckets(clock, ADDRESS_BURST, ADDRESS_A_SECOND)
        self._openings = TokenBuckets(clock, OPENING_BURST, OPENING_A_SECOND)

    def may_send(self, token_hash: str, address: str, length: int = 0) -> bool:
        """`length` in code points: a long text takes the gate longer, so it counts for several messages."""
        cost = 1.0 + length // CHARACTERS_A_MESSAGE
        return self._sessions.take(token_hash, cost) and self._addresses.take(address, cost)

    def may_open(self, address: str) -> bool:
        return self._openings.take(address)
