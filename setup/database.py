"""Brings the database of the settings to the newest migration, and opens the demonstration's accounts."""

from __future__ import annotations

import os
from typing import Mapping

from setup.commands import run_logged, tool_environment
from setup.places import MAIN_ENVIRONMENT, VAR, program_of
from setup.progress import Progress
from setup.sentences import sentence
from setup.settings_files import DOT_ENV, is_demo


def prepare_database(settings: Mapping[str, str]) -> None:
    """Always run: it takes a few seconds, and no stamp can know what became of the database."""
    VAR.mkdir(parents=True, exist_ok=True)
    # It holds the database, the models and the demonstration's secrets: nobody else's business.
    os.chmod(str(VAR), 0o700)
    title = sentence("step_database")
    progress = Progress(1)
    environment = {**tool_environment(), **settings}
    with progress.step(title):
        alembic = program_of(MAIN_ENVIRONMENT, "alembic")
        run_logged([alembic, "upgrade", "head"], title, "database", progress.tick, environment)
        if is_demo(settings, DOT_ENV.exists()):
            relais = program_of(MAIN_ENVIRONMENT, "relais")
            run_logged([relais, "demo-accounts"], title, "database", progress.tick, environment)
