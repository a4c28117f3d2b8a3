"""The accounts of the staff: create, change, check a password."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select

from console.tables import StaffSession, StaffUser
from foundation.sessions import ReadSession, WriteSession
from triage.handoff.states import Role

SHORTEST_PASSWORD = 12
HASHED_AT_ONCE = 2
DEMO_SUFFIX = "@demo"
DEMO_ACCOUNTS = (
    ("intervenante@demo", "Intervenante (démo)", Role.INTERVENANT),
    ("garde@demo", "Garde clinique (démo)", Role.GARDE_CLINIQUE),
    ("coordination@demo", "Coordination (démo)", Role.COORDINATION),
    ("admin@demo", "Administration (démo)", Role.ADMIN),
)

_hasher = PasswordHasher()
# Threads of their own, and few: a hash takes 64 MiB and every core it finds, and somebody may be writing to us.
_hashing = ThreadPoolExecutor(HASHED_AT_ONCE, thread_name_prefix="passwords")


class LoginTaken(ValueError):
    """Another account has this login."""


class WeakPassword(ValueError):
    """The password is shorter than SHORTEST_PASSWORD characters."""


class UnknownLogin(ValueError):
    """No account has this login."""


def fold(login: str) -> str:
    """How a login is stored and compared."""
    return login.strip().casefold()


def is_of_demo(login: str) -> bool:
    """Its password is a demonstration's, known to many: outside demo mode it opens nothing."""
    return fold(login).endswith(DEMO_SUFFIX)


async def create_user(session: WriteSession, *, login: str, name: str, role: Role, password: str) -> StaffUser:
    """A new, active account. Raises LoginTaken, WeakPassword."""
    _refuse_weak(password)
    if await user_by_login(session, login) is not None:
        raise LoginTaken(fold(login))
    return await _add(session, login=login, name=name, role=role, password=password)


async def change_password(session: WriteSession, login: str, password: str) -> None:
    """Change it and end every session of the account. Raises UnknownLogin, WeakPassword."""
    _refuse_weak(password)
    user = await _known(session, login)
    user.password_hash = await hashed(password)
    await _end_sessions(session, user)


async def set_active(session: WriteSession, login: str, active: bool) -> None:
    """Open or close an account; closing ends its sessions. Raises UnknownLogin."""
    user = await _known(session, login)
    user.active = active
    if not active:
        await _end_sessions(session, user)


async def set_role(session: WriteSession, login: str, role: Role) -> None:
    """Change it and end every session of the account, so that no open page keeps the old role. Raises UnknownLogin."""
    user = await _known(session, login)
    user.role = role
    await _end_sessions(session, user)


async def ensure_demo_accounts(session: WriteSession, password: str) -> None:
    """One account a role, with this password: created, or put back as they should be."""
    for login, name, role in DEMO_ACCOUNTS:
        user = await user_by_login(session, login)
        if user is None:
            await _add(session, login=login, name=name, role=role, password=password)
            continue
        user.name, user.role, user.active = name, role, True
        if not await password_fits(user, password):
            user.password_hash = await hashed(password)
            await _end_sessions(session, user)


async def all_users(session: ReadSession) -> list[StaffUser]:
    return list((await session.execute(select(StaffUser).order_by(StaffUser.login))).scalars())


async def user_by_login(session: ReadSession, login: str) -> StaffUser | None:
    found = select(StaffUser).where(StaffUser.login == fold(login))
    return (await session.execute(found)).scalar_one_or_none()


async def names_of(session: ReadSession, staff_ids: set[str]) -> dict[str, str]:
    """The names of these members of the staff, by id."""
    found = select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(staff_ids))
    return {row[0]: row[1] for row in await session.execute(found)}


async def password_fits(user: StaffUser | None, password: str) -> bool:
    """True for the password of an active account; an unknown login takes the same time as a known one."""
    nobody = await _in_thread(_hash_of_nobody)
    fits = await _in_thread(_verify, user.password_hash if user is not None else nobody, password)
    return fits and user is not None and user.active


def needs_new_hash(user: StaffUser) -> bool:
    """True when the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(user.password_hash)


async def hashed(password: str) -> str:
    """What is stored of it. It takes long and waits its turn: the service has no transaction open meanwhile."""
    return await _in_thread(_hasher.hash, password)


async def keep_hash(session: WriteSession, staff_id: str, password_hash: str) -> None:
    user = await session.get(StaffUser, staff_id)
    if user is not None:
        user.password_hash = password_hash


async def _in_thread[Result](work: Callable[..., Result], *given: str) -> Result:
    return await asyncio.get_running_loop().run_in_executor(_hashing, work, *given)


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash(uuid.uuid4().hex)


def _refuse_weak(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(f"at least {SHORTEST_PASSWORD} characters")


async def _add(session: WriteSession, *, login: str, name: str, role: Role, password: str) -> StaffUser:
    password_hash = await hashed(password)
    user = StaffUser(
        id=uuid.uuid4().hex, login=fold(login), name=name.strip(), password_hash=password_hash, role=role, active=True
    )
    session.add(user)
    await session.flush()
    return user


async def _known(session: ReadSession, login: str) -> StaffUser:
    user = await user_by_login(session, login)
    if user is None:
        raise UnknownLogin(fold(login))
    return user


async def _end_sessions(session: WriteSession, user: StaffUser) -> None:
    await session.execute(delete(StaffSession).where(StaffSession.staff_id == user.id))
