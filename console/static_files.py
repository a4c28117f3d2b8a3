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
    wanted = _served(path)
    if wanted is None:
        raise HTTPException(404)
    return FileResponse(wanted, media_type=MEDIA_TYPES[wanted.suffix], headers={"Cache-Control": "no-cache"})


def _served(path: str) -> Path | None:
    """The file of this name, or None; a name that the disk itself refuses (NUL, too long) is no file."""
    try:
        wanted = (STATIC / path).resolve()
        is_ours = wanted.is_relative_to(STATIC) and wanted.suffix in MEDIA_TYPES and wanted.is_file()
    except (OSError, ValueError):
        return None
    return wanted if is_ours else None
