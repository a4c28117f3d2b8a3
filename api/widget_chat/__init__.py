"""The web door, server side: a visitor's session, their messages, and the stream that answers."""

from __future__ import annotations

from fastapi import FastAPI

from api.widget_chat.routes import demo_router, router
from foundation.settings import Settings

__all__ = ["mount"]


def mount(app: FastAPI, settings: Settings) -> None:
    """Put the door on the application, with its trial page in demo mode."""
    app.include_router(router)
    if settings.demo:
        app.include_router(demo_router)
