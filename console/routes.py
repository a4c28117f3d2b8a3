"""The console's door: `router`, to be mounted by the application."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.responses import RedirectResponse

from console import (
    call_acts,
    desk_acts,
    desk_pages,
    invitation_acts,
    my_phone_routes,
    recall_acts,
    sign_in_routes,
    static_files,
)
from console.access import ALL_ROLES, require_role
from console.secure_route import SecureRoute
from console.staff_sessions import Staff

Anybody = Annotated[Staff, Depends(require_role(*ALL_ROLES, page=True, by_itself=True))]

router = APIRouter(prefix="/console", include_in_schema=False, route_class=SecureRoute)
PARTS = (
    sign_in_routes,
    desk_pages,
    desk_acts,
    call_acts,
    recall_acts,
    invitation_acts,
    my_phone_routes,
    static_files,
)
for part in PARTS:
    router.include_router(part.router)


@router.get("")
async def without_its_slash(staff: Anybody) -> Response:
    return RedirectResponse("/console/", status_code=303)


@router.get("/{path:path}")
async def nothing_here(path: str, staff: Anybody) -> Response:
    """Every other path. Without it the framework would add or remove a slash by a redirection to the host
    that the request names, which may be anybody's."""
    raise HTTPException(404)
