"""Lines in, lines out: order, bad lines, bounds."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands.jsonl import LINE_BYTES, BadLine, answer_lines, identifier, whole_characters


def echo(line: Mapping[str, object]) -> dict[str, object]:
    return {"id": identifier(line)}


def answered(source: bytes) -> list[dict[str, object]]:
    sink = io.BytesIO()
    answer_lines(io.BytesIO(source), sink, echo)
    return [json.loads(line) for line in sink.getvalue().splitlines()]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"   ",
        b"pas du json, j'ai mal",
        b"[1, 2]",
        b'"texte"',
        b"{}",
        b'{"id": null}',
        b'{"id": true}',
        b'{"id": 1.5}',
        b'{"id": "\xff"}',
        b"[" * 200_000,
        b'{"id": "' + b"a" * LINE_BYTES + b'"}',
        b'{"id": "' + b"a" * (3 * LINE_BYTES) + b'"}',
    ],
)
def test_a_bad_line_gives_its_number_and_a_reason_in_its_place(bad: bytes) -> None:
    before, wrong, after = answered(b'{"id": "un"}\n' + bad + b'\n{"id": "trois"}')
    assert before == {"id": "un"}
    assert after == {"id": "trois"}
    assert wrong["line"] == 2
    assert set(wrong) == {"line", "error"}
    assert "mal" not in str(wrong["error"])


def test_the_last_line_needs_no_end_and_a_mark_at_the_start_is_no_error() -> None:
    assert answered(b'\xef\xbb\xbf{"id": 1}\r\n{"id": 2}') == [{"id": 1}, {"id": 2}]


def test_a_line_of_the_largest_size_is_read() -> None:
    given = b'{"id": "' + b"a" * (LINE_BYTES - 10) + b'"}'
    assert len(given) == LINE_BYTES
    assert "id" in answered(given + b"\n")[0]


def test_each_line_leaves_before_the_next_is_read() -> None:
    sink, seen = io.BytesIO(), []

    class Source(io.RawIOBase):
        lines: Iterator[bytes] = iter([b'{"id": 1}\n', b'{"id": 2}\n', b""])

        def readline(self, _limit: int | None = -1, /) -> bytes:
            seen.append(len(sink.getvalue().splitlines()))
            return next(self.lines)

    answer_lines(Source(), sink, echo)  # type: ignore[arg-type]
    assert seen == [0, 1, 2]


def test_an_error_of_ours_is_not_hidden_as_a_bad_line() -> None:
    def broken(_line: Mapping[str, object]) -> dict[str, object]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        answer_lines(io.BytesIO(b'{"id": 1}\n'), io.BytesIO(), broken)


@given(st.lists(st.one_of(st.just(b"{"), st.integers().map(lambda n: b'{"id": %d}' % n)), max_size=20))
def test_as_many_lines_out_as_in_and_in_order(lines: list[bytes]) -> None:
    out = answered(b"\n".join([*lines, b""]) if lines else b"")
    assert len(out) == len(lines)
    for number, (given_line, got) in enumerate(zip(lines, out, strict=True), start=1):
        assert got.get("line") == number if given_line == b"{" else got == json.loads(given_line)


@given(st.text(st.characters()))
def test_whole_characters_moves_no_place_and_can_always_be_written(text: str) -> None:
    whole = whole_characters(text)
    whole.encode()
    assert text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") == whole


def test_half_a_character_becomes_one_replacement() -> None:
    assert whole_characters("a\ud800b") == "a\ufffdb"


def test_identifier_is_given_back_as_it_came() -> None:
    assert identifier({"id": 7}) == 7
    assert identifier({"id": "é"}) == "é"
    with pytest.raises(BadLine):
        identifier({})
