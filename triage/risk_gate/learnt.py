"""The learnt detector: windows of the text, each judged by the head; a hit quotes its window."""

from __future__ import annotations

from pathlib import Path
from zipfile import BadZipFile

from triage.risk_gate.encoder import SentenceEncoder
from triage.risk_gate.head import HEAD_FILE, Features, Head, Judgement, feature_fingerprint
from triage.risk_gate.ngrams import ngram_counts
from triage.risk_gate.windows import MOST_WINDOWS, Window, choose_windows, cut_windows
from triage.signals import RiskLevel, Signal

DETECTOR = "learnt"


class RiskModelMissing(RuntimeError):
    """The learnt part cannot be used as it stands; the message says what to run."""


def window_features(encoder: SentenceEncoder, window: Window) -> Features:
    """The features of one window, the same in training and in serving."""
    buckets, weights = ngram_counts(" ".join(window.words))
    return Features(encoder.encode(window.words), buckets, weights)


class LearntDetector:
    """Reads with the encoder and the head of one folder."""

    def __init__(self, encoder: SentenceEncoder, head: Head) -> None:
        """Raises RiskModelMissing when the head was trained on other features."""
        expected = feature_fingerprint(encoder.fingerprint)
        if head.fingerprint != expected:
            raise RiskModelMissing(
                f"the risk head was trained for {head.fingerprint}, and this program reads {expected}: train it again"
            )
        self._encoder = encoder
        self._head = head

    @classmethod
    def load(cls, folder: Path) -> LearntDetector:
        """Raises RiskModelMissing when the head or the encoder is absent, damaged, or of another version."""
        try:
            encoder = SentenceEncoder(folder)
            head = Head.read(folder / HEAD_FILE)
        except FileNotFoundError as error:
            missing = Path(str(error.filename or error)).name
            raise RiskModelMissing(
                f"the risk model has no {missing}: run `python -m triage.risk_gate.train --out <folder>`"
            ) from error
        except (ValueError, KeyError, BadZipFile) as error:
            raise RiskModelMissing(f"the risk model cannot be read: {error}") from error
        return cls(encoder, head)

    def judge(self, text: str) -> list[tuple[Window, Judgement]]:
        """The windows that are read, in order, with what the head says of each."""
        windows = choose_windows(cut_windows(text, self._encoder.tokens), self._suspicion)
        return [(window, self._head.judge(window_features(self._encoder, window))) for window in windows]

    def _suspicion(self, window: Window) -> float:
        return self._head.kernel.suspicion(*ngram_counts(" ".join(window.words)))

    def is_plainly_harmless(self, text: str) -> bool:
        """Whether every window scores lower than all but one in a hundred dangers do; never for a text read in part."""
        if len(cut_windows(text, self._encoder.tokens)) > MOST_WINDOWS:
            return False
        return all(judgement.risk < self._head.thresholds.harmless for _, judgement in self.judge(text))

    def read(self, text: str) -> list[Signal]:
        """The window most likely to be a risk, if it passes the threshold; imminent if any window is."""
        hits = [(w, j) for w, j in self.judge(text) if j.risk >= self._head.thresholds.risk]
        if not hits:
            return []
        window, judgement = max(hits, key=lambda hit: hit[1].risk)
        imminent = any(j.imminent >= self._head.thresholds.imminent for _, j in hits)
        level = RiskLevel.IMMINENT if imminent else RiskLevel.RISK
        quote = text[window.start : window.end]
        return [Signal(judgement.kind, level, DETECTOR, round(judgement.risk, 4), quote, window.start, window.end)]
