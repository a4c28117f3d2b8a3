"""The staff's accounts, their sessions, and the failed attempts to sign in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base, EnumText, UtcDateTime
from triage.handoff.states import Role


class StaffUser(Base):
    """A member of the staff. `login` is stored folded to lower case."""

    __tablename__ = "staff_user"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(EnumText(Role))
    active: Mapped[bool] = mapped_column(default=True)


class StaffSession(Base):
    """One sign-in. The id is the SHA-256 of a random token that only the browser holds.

    `pausing` is here, and not in the page, so that every page of the same sign-in agrees.
    """

    __tablename__ = "staff_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    pausing: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FailedSignIn(Base):
    """One failed attempt, on a login at a place or from a place (two rows an attempt).

    `origin` is a SHA-256: neither the login nor the address is kept. An attempt under way counts as failed.
    """

    __tablename__ = "failed_sign_in"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    origin: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
