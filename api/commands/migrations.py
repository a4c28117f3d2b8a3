"""The migrations, from a command: apply them, or compare a database with them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

ROOT = Path(__file__).resolve().parents[2]


def migrate(database_url: str) -> None:
    """Bring a database to the head. Not inside a running event loop."""
    command.upgrade(_config(database_url), "head")


def is_at_head(connection: Connection) -> bool:
    heads = set(ScriptDirectory.from_config(_config("")).get_heads())
    return bool(heads) and heads == set(MigrationContext.configure(connection).get_current_heads())


def _config(database_url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    if database_url:
        config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
