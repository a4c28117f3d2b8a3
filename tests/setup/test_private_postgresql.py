"""Where only PostgreSQL's programs are installed, the tests get a server of their own, and it goes with them."""

from __future__ import annotations

import psycopg
import pytest

from setup import private_postgresql
from setup.private_postgresql import PORT_SETTING, answers, postgresql_for_tests
from tests.fixtures.require import missing


def test_a_server_that_answers_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_postgresql, "answers", lambda _port: True)
    with postgresql_for_tests(wanted=True) as environment:
        assert environment == {}


def test_without_programs_the_tests_go_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_postgresql, "answers", lambda _port: False)
    monkeypatch.setattr(private_postgresql, "_programs", lambda: None)
    with postgresql_for_tests(wanted=True) as environment:
        assert environment == {}


def test_a_private_server_answers_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    if private_postgresql._programs() is None:
        missing("PostgreSQL", "ses programmes ne sont pas installés")
    monkeypatch.setattr(private_postgresql, "answers", lambda port: port != 5432 and answers(port))
    with postgresql_for_tests(wanted=True) as environment:
        port = int(environment[PORT_SETTING])
        conninfo = f"host=127.0.0.1 port={port} user={environment['PGUSER']} dbname=postgres"
        with psycopg.connect(conninfo) as connection:
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (True,)
    assert not answers(port)
