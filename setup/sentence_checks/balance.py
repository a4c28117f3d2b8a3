"""How many sentences of each sort there are, and which subtopics have too few to learn or to measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from setup.sentence_checks.lines import LabelledLine, Refusal
from triage.risk_gate.sentences import Sentence, Split

FEWEST = {Split.HELD_OUT: 15, Split.TRAIN: 5}
LONG = range(30, 81)
UNKNOWN = "(absent)"
SPLITS = tuple(str(split) for split in Split)
SORTS = ("danger", "difficile", "ordinaire")


def check_coverage(lines: Sequence[LabelledLine], subtopics: Collection[str]) -> list[Refusal]:
    """A refusal for each subtopic with fewer than 15 held-out sentences, or fewer than 5 training ones."""
    counts = Counter((line.sentence.subtopic, line.sentence.split) for line in lines)
    return [
        Refusal(None, f"{subtopic} : {counts[subtopic, split]} phrases dans {split}, il en faut {fewest}")
        for subtopic in sorted(subtopics)
        for split, fewest in FEWEST.items()
        if counts[subtopic, split] < fewest
    ]


def balance(lines: Sequence[LabelledLine], subtopics: Collection[str]) -> str:
    """The counts as tables to read in a terminal, every subtopic named even without a sentence."""
    rows = [line.sentence for line in lines]
    by_split = {
        "nature": _kind_name,
        "registre": lambda row: row.register,
        "formulation des dangers": lambda row: (row.wording or UNKNOWN) if row.risk else None,
        "à propos de": lambda row: row.about or UNKNOWN,
        "échantillon": lambda row: row.sample or UNKNOWN,
        "30 à 80 mots": lambda row: _sort(row) if len(row.text.split()) in LONG else None,
    }
    tables = [
        _table("partie", SORTS, rows, lambda row: row.split, _sort),
        _table("partie et auteur", SORTS, rows, lambda row: f"{row.split} {row.author}", _sort),
        *(_table(title, SPLITS, rows, key, lambda row: row.split) for title, key in by_split.items()),
        _table("sous-thème", SPLITS, rows, lambda row: row.subtopic, lambda row: row.split, subtopics),
    ]
    return "\n\n".join(tables)


def _sort(row: Sentence) -> str:
    return SORTS[0] if row.risk else SORTS[1] if row.hard else SORTS[2]


def _kind_name(row: Sentence) -> str:
    return f"{'danger' if row.risk else 'sans danger'} : {row.kind}"


def _table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sentence],
    key: Callable[[Sentence], str | None],
    column: Callable[[Sentence], str],
    expected: Iterable[str] = (),
) -> str:
    """One line a key, in alphabetical order, a column a value, and totals; a key of None is left out."""
    counts = Counter((str(found), str(column(row))) for row in rows if (found := key(row)) is not None)
    keys = sorted({name for name, _ in counts} | set(expected))
    width = max(map(len, [title, "total", *keys]))
    written = [_written(title, [*columns, "total"], width)]
    for name in keys:
        numbers = [counts[name, value] for value in columns]
        written.append(_written(name, [*numbers, sum(numbers)], width))
    totals = [sum(counts[name, value] for name in keys) for value in columns]
    written.append(_written("total", [*totals, sum(totals)], width))
    return "\n".join(written)


def _written(name: str, cells: Sequence[object], width: int) -> str:
    return name.ljust(width) + "".join(f"{cell!s:>13}" for cell in cells)
