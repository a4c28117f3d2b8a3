"""Windows, n-grams, thresholds, and the head after training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from triage.risk_gate.calibration import conformal_threshold
from triage.risk_gate.encoder import SentenceEncoder
from triage.risk_gate.head import HEAD_FILE, Head
from triage.risk_gate.learnt import LearntDetector, RiskModelMissing, window_features
from triage.risk_gate.ngrams import ngram_counts
from triage.risk_gate.sentences import SentencesWrong, read_sentences
from triage.risk_gate.train import train
from triage.risk_gate.windows import LARGEST, MOST_WINDOWS, Window, choose_windows, cut_windows


def test_a_short_text_is_one_window_and_a_long_one_overlaps() -> None:
    assert [w.words for w in cut_windows(" je  veux\nparler ", len)] == [("je", "veux", "parler")]
    windows = cut_windows("mot " * 100, lambda _: 1)
    assert windows[0].end > windows[1].start
    assert all(len(window.words) <= LARGEST for window in windows)
    assert windows[-1].end == len("mot " * 100) - 1


def test_of_a_long_text_four_windows_are_read_in_order_the_most_suspicious_among_them() -> None:
    text = "mot " * 500 + "danger " + "mot " * 500
    windows = cut_windows(text, lambda _: 3)
    chosen = choose_windows(windows, lambda window: float("danger" in window.words))
    assert len(windows) > len(chosen) == MOST_WINDOWS
    assert chosen[0].start == 0
    assert chosen[-1].end == len(text) - 1
    assert sum("danger" in window.words for window in chosen) >= 1
    assert [window.start for window in chosen] == sorted(window.start for window in chosen)
    assert choose_windows(windows[:3], lambda _: 0.0) == windows[:3]


def test_a_huge_text_is_cut_at_both_ends_only() -> None:
    text = "mot " * 16_000
    windows = cut_windows(text, lambda _: 3)
    assert windows[0].start == 0
    assert windows[-1].end == len(text) - 1
    assert len(windows) < 120


def test_a_text_without_words_has_no_window() -> None:
    assert cut_windows(" \n ", len) == []


def test_a_word_without_end_does_not_stop_the_cutting() -> None:
    assert all(window.end > window.start for window in cut_windows("a" * 5_000, len))


def test_ngrams_are_the_same_on_every_run_and_ignore_case_and_accents() -> None:
    buckets, weights = ngram_counts("Épuisé")
    again, _ = ngram_counts("epuise")
    assert buckets.tolist() == again.tolist()
    assert np.linalg.norm(weights) == pytest.approx(1.0, abs=1e-5)
    assert ngram_counts("oui")[0][:3].tolist() == ngram_counts("oui")[0][:3].tolist()
    assert ngram_counts("")[0].size == 0


def test_the_threshold_misses_no_more_than_it_says() -> None:
    scores = [place / 100 for place in range(1, 100)]
    assert conformal_threshold(scores, 0.10) == scores[9]
    assert sum(score < conformal_threshold(scores, 0.10) for score in scores) <= 10
    assert conformal_threshold(scores[:5], 0.10) == 0.0


def test_the_encoder_puts_near_meanings_together(model_folder: Path) -> None:
    encoder = SentenceEncoder(model_folder)
    tired, weary, hours = (
        encoder.encode(text.split())
        for text in ("je suis épuisée ces temps-ci", "je suis très fatiguée en ce moment", "quelles sont vos heures?")
    )
    assert float(tired @ weary) > float(tired @ hours)
    assert tired.shape == (encoder.size,)


def test_pieces_are_those_of_the_published_vocabulary(model_folder: Path) -> None:
    encoder = SentenceEncoder(model_folder)
    # Counts given by the wheel's own tokeniser for the same words.
    assert [encoder.tokens(word) for word in ("désespérée", "\u200b", "ﬁnir", "j'veux", "😔")] == [4, 0, 1, 4, 2]


def test_a_head_of_other_features_is_refused(model_folder: Path) -> None:
    encoder, head = SentenceEncoder(model_folder), Head.read(model_folder / HEAD_FILE)
    with pytest.raises(RiskModelMissing, match="train it again"):
        LearntDetector(encoder, replace(head, fingerprint="another"))


def test_training_is_the_same_twice(sentences: Path, model_folder: Path, tmp_path: Path) -> None:
    for name in ("encoder.onnx", "encoder.json", "tokenizer.json"):
        (tmp_path / name).symlink_to(model_folder / name)
    train(sentences, tmp_path)
    encoder = SentenceEncoder(model_folder)
    features = window_features(encoder, Window(("je", "veux", "disparaître"), 0, 20))
    first, second = (Head.read(folder / HEAD_FILE).judge(features) for folder in (model_folder, tmp_path))
    assert first.kind is second.kind
    assert first.risk == pytest.approx(second.risk, abs=1e-4)


def test_a_learnt_hit_quotes_its_window(model_folder: Path) -> None:
    detector = LearntDetector.load(model_folder)
    text = "  Il m'a battue hier devant les enfants."
    (signal,) = detector.read(text)
    assert signal.quote == text.strip() == text[signal.start : signal.end]


def test_a_wrong_sentence_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "allo"}\n', encoding="utf-8")
    with pytest.raises(SentencesWrong, match=r"a\.jsonl, ligne 1"):
        read_sentences(tmp_path)
    with pytest.raises(SentencesWrong):
        read_sentences(tmp_path / "empty")
