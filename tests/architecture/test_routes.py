"""Every registered route is public by a named list, or demands something of who calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.bot_callbacks.routes import require_callback_token
from api.public_routes import PUBLIC
from ivr.signature import signed_form
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from tests.fixtures.services import make_settings

SIGNED = (signed_form, require_callback_token)


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    settings = make_settings(f"sqlite+aiosqlite:///{tmp_path}/relais.db", tmp_path)
    return create_app(settings, gate=ScriptedGate(), router=ScriptedRouter())  # type: ignore[arg-type]


def calls_of(dependant: Dependant | None) -> Iterator[object]:
    for inner in dependant.dependencies if dependant else ():
        yield inner.call
        yield from calls_of(inner)


def is_guarded(dependant: Dependant | None) -> bool:
    """A role, Twilio's signature, or the action server's token is demanded."""
    return any(call in SIGNED or hasattr(call, "demands_role") for call in calls_of(dependant))


def registered(app: FastAPI) -> list[tuple[str, str, bool]]:
    """(method, path, guarded) of every route of the application, those of included routers too."""
    return [
        (method, route.path or "", is_guarded(getattr(route, "dependant", None)))
        for route in iter_route_contexts(app.routes)
        for method in sorted((route.methods or {"GET"}) - {"HEAD", "OPTIONS"})
    ]


def test_every_route_is_public_by_name_or_demands_a_role(app: FastAPI) -> None:
    routes = registered(app)
    assert len(routes) > 30
    assert [(m, p) for m, p, guarded in routes if not guarded and (m, p) not in PUBLIC] == []


def test_no_guarded_route_is_on_the_public_list(app: FastAPI) -> None:
    assert [(m, p) for m, p, guarded in registered(app) if guarded and (m, p) in PUBLIC] == []


def test_the_public_list_names_only_routes_that_are_there_with_a_reason(app: FastAPI) -> None:
    there = {(method, path) for method, path, _ in registered(app)}
    assert [key for key in PUBLIC if key not in there] == []
    assert all(len(reason) > 10 for reason in PUBLIC.values())
