"""Remembers what each step of the set-up was done with, so that a second run skips it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Tuple

from setup.places import ROOT, STAMPS

NOT_AN_INPUT = frozenset({".venv", "__pycache__", "node_modules", "build"})


@dataclass(frozen=True)
class Stamp:
    """Up to date when no input changed, the clone has not moved, and every output is there."""

    name: str
    inputs: Tuple[Path, ...]
    outputs: Tuple[Path, ...]
    folder: Path = STAMPS

    def is_fresh(self) -> bool:
        path = self._path()
        if not all(output.exists() for output in self.outputs) or not path.exists():
            return False
        return path.read_text(encoding="ascii") == self._digest()

    def write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path().write_text(self._digest(), encoding="ascii")

    def forget(self) -> None:
        """Before the work begins: work that is cut short is not taken for done."""
        if self._path().exists():
            self._path().unlink()

    def missing_output(self) -> str:
        """The first output that is not there, from the root; empty when all are."""
        for output in self.outputs:
            if not output.exists():
                return str(output.relative_to(ROOT)) if ROOT in output.parents else str(output)
        return ""

    def _path(self) -> Path:
        return self.folder / (self.name + ".stamp")

    def _digest(self) -> str:
        digest = hashlib.sha256(str(ROOT).encode("utf-8"))
        for file in sorted(_files(self.inputs)):
            digest.update(str(file).encode("utf-8") + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()


def _files(inputs: Tuple[Path, ...]) -> Iterator[Path]:
    for path in inputs:
        if path.is_dir() and path.name not in NOT_AN_INPUT:
            yield from _files(tuple(path.iterdir()))
        elif path.is_file() and path.suffix != ".pyc":
            yield path
