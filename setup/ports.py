"""Says before anything starts that a port is taken."""

from __future__ import annotations

import errno
import socket

from setup.sentences import SetupProblem


def refuse_busy(host: str, port: int, part: str, setting: str) -> None:
    """Raises SetupProblem when `part` could not listen on host and port; `setting` is what changes it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise SetupProblem("port_busy", host=host, port=port, part=part, setting=setting) from None
            raise SetupProblem("host_unusable", host=host, part=part, setting=setting) from None
