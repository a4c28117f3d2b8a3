"""Match the frames on every view of a text, and say what was found where.

Idioms are erased and the frames matched on what is left. Whole-clause denials are erased too, unless
something in the text holds them back ("mais", "des fois", "pas m'empêcher"). A bare word yields to
the contexts that its frame names (media, school, remote past); an anchored frame yields to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from triage.risk_gate.fuzzy import Speller
from triage.risk_gate.hidden_letters import Revealer
from triage.risk_gate.lexicon import Combination, Frame, Lexicon, LexiconError, load_lexicon
from triage.risk_gate.spoken_forms import SpokenForms
from triage.risk_gate.views import View, ViewMaker
from triage.signals import Signal

DATA = Path(__file__).parent
FRAME_FILES = ("frames_fr.yml", "frames_en.yml")
WORDS_FILE = "words_fr.yml"
WORDS_AROUND = 25
FRAME = "frame"
# Words that had to be spelt right or brought out of hiding first are signed so.
_SIGNED = {"spelled": "fuzzy", "revealed": "hidden"}


class FrameReader:
    """Every frame of the data files, ready to read. `to_confirm`: detectors that do not count alone.

    What is disguised is never of these: nobody hides ordinary talk.
    """

    def __init__(self, lexicons: Sequence[Lexicon], maker: ViewMaker) -> None:
        self._lexicons = lexicons
        self._maker = maker
        self.to_confirm = frozenset(
            f"{FRAME}:{frame.identifier}" for lexicon in lexicons for frame in lexicon.frames if frame.to_confirm
        )

    @classmethod
    def load(cls, folder: Path = DATA) -> FrameReader:
        """Raises LexiconError when a data file is wrong."""
        lexicons = [load_lexicon(folder / name) for name in FRAME_FILES]
        return cls(lexicons, _view_maker(folder / WORDS_FILE, lexicons))

    def statuses(self) -> dict[str, str]:
        """File name to its clinical status, for start-up to check."""
        return dict(zip(FRAME_FILES, (lexicon.status for lexicon in self._lexicons), strict=True))

    def read(self, text: str) -> list[Signal]:
        """Signals of the frames, each frame once, with its quote in the original text."""
        found: dict[str, Signal] = {}
        views = list(self._maker.views(text))
        for lexicon in self._lexicons:
            for view in _without_idioms_and_denials(lexicon, views):
                for signal in _read_view(lexicon, view, text):
                    found.setdefault(signal.detector, signal)
        return list(found.values())


def _without_idioms_and_denials(lexicon: Lexicon, views: Sequence[View]) -> list[View]:
    """What is an idiom or a denial in one view is one in all: "chu pas suicidaire" is only plain once spelled out."""
    idioms = [span for view in views for span in _original_spans(view, lexicon.idioms)]
    cleaned = [view.erase(idioms) for view in views]
    if any(lexicon.reservations.search(view.text) for view in cleaned if lexicon.reservations is not None):
        return cleaned
    denials = [span for view in cleaned for span in _original_spans(view, lexicon.denials)]
    return [view.erase(denials) for view in cleaned]


def _original_spans(view: View, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    if pattern is None:
        return []
    return [view.original(*_trimmed(match)) for match in pattern.finditer(view.text)]


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """Without the spaces around, which belong to no word."""
    start, end = match.span()
    said = match.group()
    return start + len(said) - len(said.lstrip()), end - len(said) + len(said.rstrip())


def _read_view(lexicon: Lexicon, view: View, text: str) -> Iterator[Signal]:
    for frame in lexicon.frames:
        match = _first_match(lexicon, frame, view)
        if match is not None:
            yield _signal(frame, view, match.span(), text)
    yield from _read_combinations(lexicon, view, text)


def _first_match(lexicon: Lexicon, frame: Frame, view: View) -> re.Match[str] | None:
    for match in frame.pattern.finditer(view.text):
        if not frame.yields_to:
            return match
        near = view.around(*match.span(), words=WORDS_AROUND)
        if not any(lexicon.contexts[name].search(near) for name in frame.yields_to):
            return match
    return None


def _signal(source: Frame | Combination, view: View, span: tuple[int, int], text: str) -> Signal:
    start, end = view.original(*span)
    detector = f"{_SIGNED.get(view.name, FRAME)}:{source.identifier}"
    return Signal(source.kind, source.level, detector, 1.0, text[start:end], start, end)


def _read_combinations(lexicon: Lexicon, view: View, text: str) -> Iterator[Signal]:
    if not lexicon.combinations:
        return
    found = {name: match.span() for name, clue in lexicon.clues.items() if (match := clue.search(view.text))}
    for combination in lexicon.combinations:
        spans = _spans(combination, found)
        if spans:
            yield _signal(combination, view, (min(s for s, _ in spans), max(e for _, e in spans)), text)


def _spans(combination: Combination, found: dict[str, tuple[int, int]]) -> list[tuple[int, int]]:
    if combination.together:
        present = [found[name] for name in combination.together if name in found]
        return present if len(present) == len(combination.together) else []
    chosen: list[tuple[int, int]] = []
    for name in combination.any_two:
        span = found.get(name)
        if span and all(span[1] <= other[0] or span[0] >= other[1] for other in chosen):
            chosen.append(span)
    return chosen if len(chosen) >= 2 else []


def shift(signals: Iterable[Signal], text: str, offset: int) -> list[Signal]:
    """Signals read in a longer text that ends with `text`: those that touch it, cut to what lies in it."""
    shifted = []
    for signal in signals:
        start, end = max(signal.start - offset, 0), min(signal.end - offset, len(text))
        if end > start:
            shifted.append(replace(signal, quote=text[start:end], start=start, end=end))
    return shifted


def _view_maker(path: Path, lexicons: Sequence[Lexicon]) -> ViewMaker:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        forms = {str(form): tuple(str(words).split()) for form, words in data["formes"].items()}
        phrases = {tuple(str(source).split()): tuple(str(words).split()) for source, words in data["phrases"].items()}
        spoken = SpokenForms(forms, phrases, frozenset(map(str, data["remplissage"])))
        speller = Speller(data["mots_cles"], data["mots_ordinaires"])
        words = frozenset().union(*(lexicon.words for lexicon in lexicons))
        return ViewMaker(spoken, Revealer(data["lemmes_masques"], words | frozenset(forms)), speller)
    except (KeyError, TypeError, AttributeError) as error:
        raise LexiconError(f"{path.name}: a list is missing or has another shape") from error
