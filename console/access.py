"""Who may call a route: signed in, with one of its roles, and from a page of ours.

`require_role(...)` is the dependency; its `demands_role` lets one test see that no route forgets it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from fastapi import HTTPException, Request

from console import staff_sessions
from console.staff_sessions import RENEW_AFTER, Staff
from triage.handoff.states import Role
from triage.services import Services

COOKIE = "relais_console"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
SIGN_IN = "/console/connexion"
SAFE_METHODS = frozenset({"GET", "HEAD"})

TALKING_ROLES = (Role.INTERVENANT, Role.GARDE_CLINIQUE)
QUEUE_ROLES = (*TALKING_ROLES, Role.COORDINATION)
ALL_ROLES = tuple(Role)


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


@dataclass(frozen=True, slots=True)
class RoleGate:
    """A dependency. `page`: who is not signed in is sent to the sign-in page, else 401.
    `by_itself`: the page calls it without the person doing anything, so it renews nothing."""

    demands_role: tuple[Role, ...]
    page: bool = False
    by_itself: bool = False

    async def __call__(self, request: Request) -> Staff:
        staff = await signed_in(request)
        if staff is None:
            if self.page:
                raise HTTPException(303, headers={"Location": SIGN_IN})
            raise HTTPException(401)
        if request.method not in SAFE_METHODS and not await _csrf_fits(request, staff):
            raise HTTPException(403)
        if staff.role not in self.demands_role:
            raise HTTPException(403)
        if not self.by_itself:
            await _renew(request, staff)
        return staff


def require_role(*roles: Role, page: bool = False, by_itself: bool = False) -> RoleGate:
    """The dependency that gives the signed-in `Staff`, or answers 303, 401 or 403."""
    return RoleGate(roles, page, by_itself)


async def signed_in(request: Request) -> Staff | None:
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    services = services_of(request)
    async with services.sessions.read() as session:
        return await staff_sessions.find(session, token, services.clock.now(), demo=services.settings.demo)


async def _csrf_fits(request: Request, staff: Staff) -> bool:
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        field = (await request.form()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else ""
    return secrets.compare_digest(given.encode(), staff.csrf.encode())


async def _renew(request: Request, staff: Staff) -> None:
    services = services_of(request)
    now = services.clock.now()
    if now - staff.seen_at >= RENEW_AFTER:
        async with services.sessions.write() as session:
            await staff_sessions.renew(session, staff.session_id, now)
