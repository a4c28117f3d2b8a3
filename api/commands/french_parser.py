"""argparse, in French."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from api.commands.failures import WRONGLY_WRITTEN, CommandError


class FrenchFormatter(argparse.HelpFormatter):
    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix or "utilisation : ")


class FrenchParser(argparse.ArgumentParser):
    """A parser whose own words are French; a wrong command line is a CommandError."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=FrenchFormatter, add_help=False, allow_abbrev=False, **options)
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", action="help", help="montre cette aide")

    def error(self, message: str) -> NoReturn:
        """argparse's sentence is English and may quote what was typed: neither is repeated."""
        raise CommandError(
            f"un argument manque ou n'est pas reconnu; « {self.prog} --help » dit comment l'écrire.", WRONGLY_WRITTEN
        )
