"""How many passwords are tried before the answer is to wait. An attempt counts before its password is read.

Both bounds are tied to the place that the attempts come from, and there is none on a login from everywhere:
a stranger elsewhere who tries somebody's login all night locks nobody out. From one place, failures on one
login close that login only, and a right password clears them; failures on many logins close the place.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import BigInteger, delete, func, literal, or_, select

from console.tables import FailedSignIn
from foundation.sessions import ReadSession, WriteSession

NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """At most `most` failures in `window`. `sentence` is the word of the page that says so."""

    most: int
    window: timedelta
    sentence: str


ON_LOGIN = Bound(8, timedelta(minutes=5), "too_many")
FROM_PLACE = Bound(40, timedelta(minutes=15), "too_many_here")


class MustWait(Exception):
    """This attempt passes `bound`: its password is not to be read."""

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound.sentence)
        self.bound = bound


@dataclass(frozen=True, slots=True)
class Origin:
    """SHA-256 of the place, and of the login at that place."""

    place: str
    login: str


def origin_of(login: str, address: str) -> Origin:
    place = _place_of(address)
    return Origin(_hashed(f"place\n{place}"), _hashed(f"login\n{login}\n{place}"))


async def refuse_beyond(session: ReadSession, origin: Origin, now: datetime) -> None:
    """Raises MustWait. Only reads: a flood is turned away without the lock of a writer."""
    for bound, key in ((ON_LOGIN, origin.login), (FROM_PLACE, origin.place)):
        recent = select(func.count()).where(FailedSignIn.origin == key, FailedSignIn.at > now - bound.window)
        if (await session.execute(recent)).scalar_one() >= bound.most:
            raise MustWait(bound)


async def note_attempt(session: WriteSession, origin: Origin, now: datetime) -> int:
    """Count it as failed until `forget`, which takes the number returned. Raises MustWait, and then counts nothing."""
    await _one_at_a_time(session, origin)
    await refuse_beyond(session, origin, now)
    await session.execute(delete(FailedSignIn).where(FailedSignIn.at <= now - FROM_PLACE.window))
    of_place = FailedSignIn(origin=origin.place, at=now)
    session.add_all((of_place, FailedSignIn(origin=origin.login, at=now)))
    await session.flush()
    return of_place.id


async def forget(session: WriteSession, origin: Origin, attempt: int) -> None:
    """The password was right: clear the failures of this login here, and this attempt from those of the place."""
    theirs = or_(FailedSignIn.origin == origin.login, FailedSignIn.id == attempt)
    await session.execute(delete(FailedSignIn).where(theirs))


async def _one_at_a_time(session: WriteSession, origin: Origin) -> None:
    """SQLite has one writer; in PostgreSQL sixty attempts at once would each count none of the others."""
    if session.get_bind().dialect.name == "postgresql":
        key = literal(int(origin.place[:15], 16), BigInteger)
        await session.execute(select(func.pg_advisory_xact_lock(key)))


def _place_of(address: str) -> str:
    """One subscriber: an IPv4 address, or the network of an IPv6 one, which holds billions of addresses."""
    try:
        read = ip_address(address)
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ip_network((int(read), NETWORK_BITS), strict=False))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
