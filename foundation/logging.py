"""Logs carry neither text nor numbers: what looks like a number is masked before it is written."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType

# Servers that print by themselves would print an exception with its message.
_THEIR_OWN = ("uvicorn", "uvicorn.error", "uvicorn.access")

type ExceptionTriple = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_NUMBER = re.compile(r"(?<![\w.-])\+?\d[\d\s().-]{5,}\d(?![\w-])")
FEWEST_DIGITS = 7
_QUIET = ("httpx", "httpcore", "twilio", "twilio.http_client", "uvicorn.access", "aiosqlite", "asyncio")


def _masked(found: re.Match[str]) -> str:
    """A telephone number has seven digits or more; a loopback address and a time have fewer."""
    return "[masqué]" if sum(c.isdigit() for c in found[0]) >= FEWEST_DIGITS else found[0]


class MaskNumbers(logging.Filter):
    """The net under the rule: callers do not log personal data, and this masks a number that slips in."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _NUMBER.sub(_masked, record.getMessage())
        record.args = None
        return True


class SafeFormatter(logging.Formatter):
    """Exceptions keep their type and their places, never their message: it may quote a person."""

    def formatException(self, ei: ExceptionTriple) -> str:
        kind, _, trace = ei
        lines = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([kind.__name__ if kind else "no exception", *lines])


def set_up_logging(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(MaskNumbers())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _THEIR_OWN:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
