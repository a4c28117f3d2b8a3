"""The pages and files of the widget: the hosted page, the demo page, the static page of numbers, the script."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader

from api.widget_chat.texts import TEXTS
from api.widget_chat.visits import line_named
from triage.interventions.types import Line
from triage.services import Services

WIDGET_FOLDER = Path(__file__).resolve().parents[2] / "widget"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
FILES = {path.name: path for path in WIDGET_FOLDER.iterdir() if path.suffix in MEDIA_TYPES}

pages_router = APIRouter(include_in_schema=False)
demo_router = APIRouter(include_in_schema=False)

_templates = Environment(loader=FileSystemLoader(WIDGET_FOLDER / "pages"), autoescape=True)


@pages_router.get("/widget/{name}")
async def widget_file(name: str) -> FileResponse:
    """A file of the widget: revalidated each time, so that a correction reaches every page at once."""
    if name not in FILES:
        raise HTTPException(404)
    path = FILES[name]
    # Any page may fetch the script as a module; it holds nothing of anybody.
    headers = HEADERS | {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=headers)


@pages_router.get("/clavardage")
async def hosted_page(request: Request) -> HTMLResponse:
    return _page(request, Line.INFO_SOCIAL)


@pages_router.get("/clavardage/{line}")
async def hosted_page_of_line(request: Request, line: str) -> HTMLResponse:
    return _page(request, line_named(line))


@demo_router.get("/demo")
async def demo_page(request: Request) -> HTMLResponse:
    return _page(request, Line.INFO_SOCIAL, template="demo.html")


def _page(request: Request, line: Line, template: str = "clavardage.html") -> HTMLResponse:
    services: Services = request.app.state.services
    html = _templates.get_template(template).render(
        line=line.value,
        words=TEXTS.page,
        demo=TEXTS.demo if services.settings.demo else None,
        numbers=TEXTS.outside_numbers(line),
        demo_links=TEXTS.demo_links,
    )
    return HTMLResponse(html, headers=HEADERS | {"Cache-Control": "no-cache"})
