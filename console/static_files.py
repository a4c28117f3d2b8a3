"""The style and the scripts of the console: public, and nothing but what is in `static/`."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from console.secure_route import SecureRoute

STATIC = Path(__file__).resolve().parent / "static"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

router = APIRouter(route_class=SecureRoute)


@router.get("/static/{path:path}")
async def static_file(path: str) -> FileResponse:
    wanted = (STATIC / path).resolve()
    if not wanted.is_relative_to(STATIC) or wanted.suffix not in MEDIA_TYPES or not wanted.is_file():
        raise HTTPException(404)
    return FileResponse(wanted, media_type=MEDIA_TYPES[wanted.suffix], headers={"Cache-Control": "no-cache"})
