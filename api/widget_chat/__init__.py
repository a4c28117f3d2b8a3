"""The web door, server side: a visitor's session, their messages, and the stream that answers."""

from __future__ import annotations

from fastapi import FastAPI

from api.widget_chat.routes import demo_router, router
from api.widget_chat.texts import TEXTS
from foundation.settings import Settings, UnsafeConfiguration
from triage.interventions.texts import NOT_VALIDATED

__all__ = ["mount"]


def mount(app: FastAPI, settings: Settings) -> None:
    """Put the door on the application. Raises UnsafeConfiguration outside demo mode when its texts are unsigned."""
    if not settings.demo and TEXTS.statut == NOT_VALIDATED:
        raise UnsafeConfiguration([f"Textes du clavardage « {NOT_VALIDATED} » : un clinicien doit les signer."])
    app.include_router(router)
    if settings.demo:
        app.include_router(demo_router)
