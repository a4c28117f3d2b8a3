"""Mark, in what a person said, the words that a signal quotes."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from triage.signals import Signal


def spans_in(text: str, signals: Iterable[Signal]) -> list[tuple[int, int]]:
    """Where the quotes are, in code points, in order, merged; a span that is not its quote is left out."""
    found = sorted(
        (signal.start, signal.end)
        for signal in signals
        if 0 <= signal.start < signal.end <= len(text) and text[signal.start : signal.end] == signal.quote
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def highlight(text: str, signals: Iterable[Signal]) -> Markup:
    """The text as safe HTML, its quoted words in <mark>."""
    parts: list[Markup] = []
    at = 0
    for start, end in spans_in(text, signals):
        parts.append(escape(text[at:start]))
        parts.append(Markup("<mark>{}</mark>").format(text[start:end]))
        at = end
    parts.append(escape(text[at:]))
    return Markup("").join(parts)
