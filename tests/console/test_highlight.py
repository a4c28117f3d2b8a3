from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from console.highlight import highlight
from console.local_time import day_and_hour, hour, waited
from triage.signals import RiskKind, RiskLevel, Signal


def quoting(text: str, start: int, end: int) -> Signal:
    return Signal(RiskKind.SUICIDE, RiskLevel.RISK, "test", 1.0, text[start:end], start, end)


def test_overlapping_quotes_are_one_mark() -> None:
    text = "je veux mourir ce soir"
    assert highlight(text, [quoting(text, 0, 14), quoting(text, 8, 22)]) == f"<mark>{text}</mark>"


def test_a_span_that_is_not_its_quote_marks_nothing() -> None:
    stray = [Signal(RiskKind.SUICIDE, RiskLevel.RISK, "test", 1.0, "autre", 0, 5)]
    beyond = [Signal(RiskKind.SUICIDE, RiskLevel.RISK, "test", 1.0, "loin", 90, 94)]
    assert highlight("je veux mourir", stray + beyond) == "je veux mourir"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_without_its_marks_the_text_is_whole_and_escaped(text: str, spans: list[tuple[int, int]]) -> None:
    html = str(highlight(text, [quoting(text, start, end) for start, end in spans]))
    marks = html.replace("<mark>", "").replace("</mark>", "")
    assert marks == str(escape(text)) or "<mark>" in text or "</mark>" in text
    assert html.count("<mark>") == html.count("</mark>")


def test_hours_are_those_of_quebec() -> None:
    night = datetime(2026, 1, 15, 3, 5, tzinfo=UTC)
    assert hour(night) == "22\u00a0h\u00a005"
    assert day_and_hour(night, night + timedelta(hours=1)) == "22\u00a0h\u00a005"
    assert day_and_hour(night, night + timedelta(hours=3)) == "2026-01-14, 22\u00a0h\u00a005"
    assert hour(datetime(2026, 7, 15, 16, 0, tzinfo=UTC)) == "12\u00a0h\u00a000"


def test_waits_are_short_to_read() -> None:
    assert waited(timedelta(seconds=-3)) == "0:00"
    assert waited(timedelta(seconds=65)) == "1:05"
    assert waited(timedelta(hours=1, minutes=4, seconds=50)) == "1\u00a0h\u00a004"
