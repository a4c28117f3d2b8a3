"""Finds a Python by version: pyenv's own folders first, then PATH without shims.

A pyenv shim runs only when a version is selected, so it is never used: pyenv's versions are opened by path.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Mapping, Optional, Sequence, Tuple

Version = Tuple[int, int]

PROBE_SECONDS = 20
# A Python that was built without these cannot install or run anything here.
PROBE = (
    "import sys, sysconfig, ssl, sqlite3, ctypes, zlib; "
    "assert sys.implementation.name == 'cpython' and sys.version_info[3] == 'final' and sys.maxsize > 2**32; "
    "assert not sysconfig.get_config_var('Py_GIL_DISABLED'); "
    "print('%d.%d' % sys.version_info[:2])"
)
PROBE_PIP = "import venv, ensurepip; print('pip')"


@dataclass(frozen=True)
class Wanted:
    """Versions in order of preference; `or_later` also takes any newer one as a last resort."""

    versions: Tuple[Version, ...]
    or_later: bool

    def accepts(self, version: Version) -> bool:
        return version in self.versions or (self.or_later and version > self.versions[0])


MAIN = Wanted(((3, 12), (3, 13), (3, 14)), or_later=True)
BOT = Wanted(((3, 10),), or_later=False)


def find_python(wanted: Wanted, environment: Mapping[str, str]) -> Optional[Path]:
    """The best installed interpreter, or None. Reads PYENV_ROOT, HOME and PATH of `environment`."""
    for version in wanted.versions:
        for candidate in _named(version, environment):
            if probed_version(candidate) == version:
                return candidate
    for candidate in _unnamed(environment):
        version_found = probed_version(candidate)
        if version_found and wanted.accepts(version_found):
            return candidate
    return None


def probed_version(python: Path) -> Optional[Version]:
    """What the interpreter says it is, or None when it does not run or lacks what is needed."""
    said = _ask(python, PROBE)
    match = re.fullmatch(r"(\d+)\.(\d+)", said)
    return (int(match.group(1)), int(match.group(2))) if match else None


def can_make_environments(python: Path) -> bool:
    """True when this Python can make a virtual environment that has pip (Debian ships some that cannot)."""
    return _ask(python, PROBE_PIP) == "pip"


def all_pythons(environment: Mapping[str, str]) -> Iterator[Path]:
    """Every interpreter that the searches above could meet."""
    for version in MAIN.versions + BOT.versions:
        yield from _named(version, environment)
    yield from _unnamed(environment)


def _ask(python: Path, program: str) -> str:
    try:
        answer = subprocess.run(
            [str(python), "-I", "-c", program],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.decode("utf-8", errors="replace").strip() if answer.returncode == 0 else ""


def _named(version: Version, environment: Mapping[str, str]) -> Iterator[Path]:
    dotted = "%d.%d" % version
    for root in _pyenv_roots(environment):
        installed = (root / "versions").glob(dotted + "*")
        for folder in sorted(installed, key=lambda found: _numbers(found.name), reverse=True):
            if re.match(re.escape(dotted) + r"(?!\d)", folder.name):
                yield folder / "bin" / "python"
    for folder in _path_folders(environment):
        yield from _existing([folder / ("python" + dotted)])


def _unnamed(environment: Mapping[str, str]) -> Iterator[Path]:
    for folder in _path_folders(environment):
        yield from _existing([folder / "python3", folder / "python"])


def _existing(paths: Sequence[Path]) -> List[Path]:
    return [path for path in paths if path.is_file() and os.access(str(path), os.X_OK)]


def _pyenv_roots(environment: Mapping[str, str]) -> List[Path]:
    roots = [Path(environment["PYENV_ROOT"])] if environment.get("PYENV_ROOT") else []
    if environment.get("HOME"):
        roots.append(Path(environment["HOME"]) / ".pyenv")
    return [root for number, root in enumerate(roots) if root not in roots[:number]]


def _path_folders(environment: Mapping[str, str]) -> List[Path]:
    folders = [Path(part) for part in environment.get("PATH", "").split(os.pathsep) if part]
    return [folder for folder in folders if folder.name != "shims"]


def _numbers(name: str) -> Tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", name))
