"""Every registered route is public by a named list, or demands something of who calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Mount

from api.app import create_app
from api.public_routes import PUBLIC
from tests.fixtures.scripted import ScriptedGate, ScriptedRouter
from tests.fixtures.services import make_settings


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    settings = make_settings(f"sqlite+aiosqlite:///{tmp_path}/relais.db", tmp_path)
    return create_app(settings, gate=ScriptedGate(), router=ScriptedRouter())  # type: ignore[arg-type]


def all_calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from all_calls(inner)


def test_every_route_is_public_by_name_or_demands_a_role(app: FastAPI) -> None:
    unguarded = []
    for route in app.routes:
        path = getattr(route, "path", "")
        methods = sorted(getattr(route, "methods", None) or {"GET"})
        if isinstance(route, APIRoute):
            guarded = any(hasattr(call, "demands") for call in all_calls(route.dependant))
        else:
            guarded = False
            assert isinstance(route, Mount) or path == "/openapi.json", f"unknown kind of route: {path}"
        for method in methods:
            if method not in ("HEAD", "OPTIONS") and not guarded and (method, path) not in PUBLIC:
                unguarded.append((method, path))
    assert unguarded == []


def test_the_public_list_names_only_routes_that_are_there_with_a_reason(app: FastAPI) -> None:
    there = {
        (method, getattr(route, "path", ""))
        for route in app.routes
        for method in (getattr(route, "methods", None) or {"GET"})
    }
    assert [key for key in PUBLIC if key not in there] == []
    assert all(len(reason) > 10 for reason in PUBLIC.values())
