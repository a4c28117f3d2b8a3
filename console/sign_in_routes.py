"""Sign in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from console import accounts, sign_in_limit, staff_sessions
from console.access import ALL_ROLES, COOKIE, SIGN_IN, require_role, services_of
from console.answers import again_if_changed
from console.pages import WORDS, page
from console.secure_route import SecureRoute
from console.sign_in_limit import MustWait, Origin
from console.staff_sessions import Staff
from console.tables import StaffUser
from triage.record import audit
from triage.services import Services

LONGEST_FIELD = 256
COOKIE_PATH = "/console"

router = APIRouter(route_class=SecureRoute)


@router.get("/connexion")
async def show_sign_in(request: Request, sorti: str = "") -> Response:
    return _form(request, notice="signed_out" if sorti else "")


@router.post("/connexion")
async def sign_in(
    request: Request,
    login: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> Response:
    """A right password gives a new session; what the browser held before is ended."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return _form(request, status=403, error="foreign")
    if max(len(login), len(password)) > LONGEST_FIELD:
        return _form(request, status=401, error="too_long")
    services = services_of(request)
    origin = sign_in_limit.origin_of(accounts.fold(login), request.client.host if request.client else "")
    try:
        user, attempt = await _attempt(services, origin, login)
    except MustWait as refused:
        response = _form(request, status=429, error=refused.bound.sentence)
        response.headers["Retry-After"] = str(int(refused.bound.window.total_seconds()))
        return response
    fits = await accounts.password_fits(user, password)
    if user is None or not fits:
        return _form(request, status=401, error="wrong")
    new_hash = await accounts.hashed(password) if accounts.needs_new_hash(user) else None
    async with services.sessions.write() as session:
        await sign_in_limit.forget(session, origin, attempt)
        if new_hash is not None:
            await accounts.keep_hash(session, user.id, new_hash)
    return await _begin(request, user)


@router.post("/deconnexion")
async def sign_out(request: Request, staff: Annotated[Staff, Depends(require_role(*ALL_ROLES))]) -> Response:
    """The session ends first, so that no sign of life of another page follows; then the chats go back."""
    services = services_of(request)
    now = services.clock.now()
    async with services.sessions.write() as session:
        await staff_sessions.end(session, staff.session_id)
        audit.note(session, actor_id=staff.id, action="signed_out", subject=f"staff:{staff.id}", now=now)
    await again_if_changed(lambda: services.desk.be_gone(staff.actor))
    response = RedirectResponse(f"{SIGN_IN}?sorti=1", status_code=303)
    response.delete_cookie(COOKIE, path=COOKIE_PATH)
    return response


async def _attempt(services: Services, origin: Origin, login: str) -> tuple[StaffUser | None, int]:
    """Who may sign in with this login, and the number of the attempt, counted already. Raises MustWait."""
    now = services.clock.now()
    async with services.sessions.read() as session:
        await sign_in_limit.refuse_beyond(session, origin, now)
        user = await accounts.user_by_login(session, login)
    async with services.sessions.write() as session:
        attempt = await sign_in_limit.note_attempt(session, origin, now)
    may_enter = services.settings.demo or not accounts.is_of_demo(login)
    return (user if may_enter else None), attempt


async def _begin(request: Request, user: StaffUser) -> Response:
    services = services_of(request)
    now = services.clock.now()
    held = request.cookies.get(COOKIE)
    async with services.sessions.write() as session:
        if held:
            await staff_sessions.end(session, staff_sessions.id_of(held))
        token = await staff_sessions.begin(session, user.id, now)
        audit.note(session, actor_id=user.id, action="signed_in", subject=f"staff:{user.id}", now=now)
    response = RedirectResponse("/console/", status_code=303)
    response.set_cookie(
        COOKIE,
        token,
        path=COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=services.settings.public_url.startswith("https://"),
    )
    return response


def _form(request: Request, *, status: int = 200, error: str = "", notice: str = "") -> Response:
    said = WORDS.say("page", error or notice) if error or notice else ""
    return page(request, "sign_in.html", status=status, said=said, is_error=bool(error))
