"""A PostgreSQL server for the time of the tests, where only its programs are installed.

A server that already answers on loopback is used as it is: the tests only touch databases that they create.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

LOOPBACK = "127.0.0.1"
USUAL_PORT = 5432
PORT_SETTING = "RELAIS_TEST_POSTGRESQL_PORT"
UNPRIVILEGED = ("postgres", "nobody")
START_SECONDS = 30.0
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")


@contextmanager
def postgresql_for_tests(wanted: bool) -> Iterator[Dict[str, str]]:
    """The environment that leads the tests to a private server; empty when none is needed or possible."""
    programs = _programs() if wanted and not answers(USUAL_PORT) else None
    if programs is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="relais-postgresql-") as folder:
        server = PrivateServer(programs, Path(folder))
        try:
            yield {PORT_SETTING: str(server.port), "PGUSER": "relais"} if server.start() else {}
        finally:
            server.stop()


def answers(port: int) -> bool:
    """True when something listens on this port of loopback."""
    with socket.socket() as attempt:
        attempt.settimeout(1)
        return attempt.connect_ex((LOOPBACK, port)) == 0


class PrivateServer:
    """One server on a free port of loopback, its files in `folder`, run by an unprivileged user."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._child: "Optional[subprocess.Popen[bytes]]" = None
        self._as_user = _unprivileged_user(folder)
        self.port = _free_port()

    def start(self) -> bool:
        """False when the server cannot be made or does not answer in time."""
        make = ["initdb", "--pgdata", str(self._data), "--username", "relais", "--auth", "trust"]
        made = self._popen([*make, "--encoding", "UTF8", "--no-sync"])
        if made is None or made.wait() != 0:
            return False
        listen = ["-h", LOOPBACK, "-p", str(self.port), "-k", str(self._folder), "-F"]
        self._child = self._popen(["postgres", "-D", str(self._data), *listen])
        deadline = time.monotonic() + START_SECONDS
        while self._child is not None and self._child.poll() is None and time.monotonic() < deadline:
            if answers(self.port):
                return True
            time.sleep(0.1)
        return False

    def stop(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()
        try:
            self._child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _popen(self, command: List[str]) -> "Optional[subprocess.Popen[bytes]]":
        program = str(self._programs / command[0])
        quiet: Dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            return subprocess.Popen([program, *command[1:]], cwd="/", preexec_fn=self._as_user, **quiet)
        except (OSError, subprocess.SubprocessError):
            return None


def _programs() -> Optional[Path]:
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(DEBIAN_PROGRAMS.glob("*/bin"), key=lambda found: int(found.parent.name), reverse=True)
    return next((f for f in folders if (f / "postgres").exists() and (f / "initdb").exists()), None)


def _unprivileged_user(folder: Path) -> Any:
    """PostgreSQL refuses to be run by root: what to call before it starts, None for any other user."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next((known[name] for name in UNPRIVILEGED if name in known), None)
    if user is None:
        return None
    os.chown(str(folder), user.pw_uid, user.pw_gid)

    def become() -> None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    return become


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
