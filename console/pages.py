"""Render the templates with the words of the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.access import services_of
from console.words import Words

WORDS = Words.load()


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(say=WORDS.say, words=WORDS, script_words=dict(WORDS.sections["script"]))
    return environment


_templates = _environment()


def html(template: str, **values: Any) -> str:
    return _templates.get_template(template).render(**values)


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page; in demo mode its first words say so."""
    demo = WORDS.demo if services_of(request).settings.demo else ""
    return HTMLResponse(html(template, demo=demo, **values), status_code=status)
