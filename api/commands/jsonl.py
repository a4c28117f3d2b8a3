"""Lines of JSON in, lines of JSON out: one for one, in order, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

LINE_BYTES = 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class BadLine(Exception):
    """A line that cannot be answered; `str(error)` says why, never what the line says."""


def answer_lines(
    source: BinaryIO, sink: BinaryIO, answer: Callable[[Mapping[str, object]], Mapping[str, object]]
) -> None:
    """Write one line for each line read, flushed at once. A bad one gives `{"line", "error"}` in its place."""
    for number, raw in _lines(source):
        try:
            if raw is None:
                raise BadLine(f"la ligne dépasse {LINE_BYTES} octets")
            answered = answer(_object(raw))
        except BadLine as error:
            answered = {"line": number, "error": str(error)}
        sink.write(json.dumps(answered, ensure_ascii=False, allow_nan=False).encode() + b"\n")
        sink.flush()


def identifier(line: Mapping[str, object]) -> str | int:
    """The caller's own id, given back as it came. Raises BadLine."""
    given = line.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise BadLine("le champ « id » manque, ou n'est ni un texte ni un nombre entier")
    return whole_characters(given) if isinstance(given, str) else given


def whole_characters(text: str) -> str:
    """Half a character, which JSON can carry, becomes U+FFFD: the places of the others do not move."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number from 1; None for one that is too long, of which nothing is kept."""
    number = 0
    while raw := source.readline(LINE_BYTES + 1):
        number += 1
        too_long = len(raw) > LINE_BYTES and not raw.endswith(b"\n")
        while too_long and raw and not raw.endswith(b"\n"):
            raw = source.readline(LINE_BYTES)
        yield number, None if too_long else raw.removeprefix(_BYTE_ORDER_MARK)


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise BadLine("la ligne n'est pas en UTF-8") from None
    except (ValueError, RecursionError):
        raise BadLine("la ligne n'est pas du JSON") from None
    if not isinstance(value, dict):
        raise BadLine("la ligne n'est pas un objet JSON")
    return value
