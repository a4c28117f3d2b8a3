"""From requests that were timed to counts, percentiles and a ratio of medians."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

TurnOfCall = tuple[int, int]


class Kind(StrEnum):
    """What a request was about. The words that a caller says are told apart by what came back."""

    CALL = "call_comes_in"
    KEY = "key"
    SPEECH_ANSWERED = "speech_bot_answers"
    SPEECH_HANDED_OVER = "speech_to_a_person"
    SPEECH_IN_QUEUE = "speech_in_queue"
    WAIT = "wait"
    OTHER = "other_documents"
    END = "end_of_call"
    RASA = "rasa_channel"


SPEECH = frozenset({Kind.SPEECH_ANSWERED, Kind.SPEECH_HANDED_OVER, Kind.SPEECH_IN_QUEUE})


@dataclass(frozen=True, slots=True)
class Timed:
    """One request. `problem` is why it counts as an error; `turn` is the turn of the plan, for words only."""

    kind: Kind
    seconds: float
    problem: str | None = None
    turn: TurnOfCall | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; the times are in milliseconds, None when nothing came back well."""

    count: int
    errors: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same turns on both sides; `ratio` is our median over Rasa's: at most 1 when ours is not slower."""

    ours: Row
    rasa: Row
    ratio: float | None


def percentile(values: Sequence[float], percent: int) -> float:
    """Nearest rank: the smallest value that `percent` % of the values do not exceed. ValueError without values."""
    if not values or not 0 < percent <= 100:
        raise ValueError("a percentile wants values, and a percent from 1 to 100")
    rank = -(-percent * len(values) // 100)
    return sorted(values)[rank - 1]


def row_of(requests: Iterable[Timed]) -> Row:
    """The times are those of the requests without a problem: a refusal that comes fast must not look good."""
    listed = list(requests)
    times = [one.seconds * 1000 for one in listed if one.problem is None]
    p50, p95, p99 = (round(percentile(times, percent), 1) if times else None for percent in (50, 95, 99))
    return Row(len(listed), sum(one.problem is not None for one in listed), p50, p95, p99)


def compare(ours: Iterable[Timed], rasa: Iterable[Timed], kinds: Iterable[Kind]) -> Comparison:
    """Our turns of these kinds, and Rasa's for the very same turns."""
    wanted = frozenset(kinds)
    ours_by_turn = {one.turn: one for one in ours if one.turn is not None and one.kind in wanted}
    rasa_by_turn = {one.turn: one for one in rasa if one.turn is not None}
    both = ours_by_turn.keys() & rasa_by_turn.keys()
    here, there = (row_of(side[turn] for turn in both) for side in (ours_by_turn, rasa_by_turn))
    ratio = round(here.p50_ms / there.p50_ms, 3) if here.p50_ms is not None and there.p50_ms else None
    return Comparison(here, there, ratio)


def by_kind(requests: Iterable[Timed]) -> dict[str, dict[str, int | float | None]]:
    """A row for each kind that was met, in the order of `Kind`."""
    listed = list(requests)
    met = {one.kind for one in listed}
    return {kind.value: asdict(row_of(one for one in listed if one.kind is kind)) for kind in Kind if kind in met}
