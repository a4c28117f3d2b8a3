"""The console's door: `router`, to be mounted by the application."""

from __future__ import annotations

from fastapi import APIRouter

from console import desk_acts, desk_pages, sign_in_routes, static_files

router = APIRouter(prefix="/console", include_in_schema=False)
for part in (sign_in_routes, desk_pages, desk_acts, static_files):
    router.include_router(part.router)
