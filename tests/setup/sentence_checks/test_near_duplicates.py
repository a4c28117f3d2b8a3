"""Repeated and nearly repeated sentences: none is missed, and the time holds for ten thousand."""

from __future__ import annotations

import random
import time
from itertools import combinations

import pytest

from setup.sentence_checks.near_duplicates import GRAM, check_duplicates, near_pairs
from tests.setup.sentence_checks.made_lines import made

SYLLABLES = ("ba", "co", "di", "fe", "gu", "la", "me", "no", "pi", "ru", "sa", "te", "vi", "zo")
SECONDS = 60


def refused(texts: list[str]) -> list[str]:
    return [str(refusal) for refusal in check_duplicates(made(texts))]


def likeness(one: str, other: str) -> float:
    first, second = ({text[at : at + GRAM] for at in range(len(text) - GRAM + 1)} for text in (one, other))
    return len(first & second) / len(first | second)


def sentences(count: int, words: int, vocabulary: int, chance: random.Random) -> list[str]:
    known = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(vocabulary)]
    return [" ".join(chance.choices(known, k=words)) for _ in range(count)]


def test_the_same_words_are_the_same_text() -> None:
    assert refused(["Ça va pas, à soir!", "autre chose que cela", "ca va pas a soir"]) == [
        "t1.jsonl:3 : même texte que t1.jsonl:1"
    ]


def test_a_short_text_is_refused_only_when_it_is_the_same() -> None:
    assert refused(["Bonjour!", "bonjours"]) == []
    assert refused(["Bonjour!", "bonjour"]) == ["t1.jsonl:2 : même texte que t1.jsonl:1"]


def test_texts_without_a_word_are_compared_by_their_signs() -> None:
    assert refused(["?!", "...", "?!"]) == ["t1.jsonl:3 : même texte que t1.jsonl:1"]


def test_one_word_changed_in_a_long_text_is_nearly_the_same() -> None:
    text = "je cherche un groupe de soutien pour ma mère qui perd la mémoire depuis le printemps"
    (refusal,) = refused([text, "Quelles sont les heures du CLSC de Rimouski?", text.replace("mère", "tante")])
    assert refusal.startswith("t1.jsonl:3 : presque le même texte que t1.jsonl:1 (0,")


def test_a_likeness_of_exactly_six_tenths_is_refused() -> None:
    # Nine grams each, of which six are shared by both and twelve are in one or the other: 6 / 12; then 9 / 15.
    assert near_pairs(["abcdefghijkl", "abcdefghixyz"]) == []
    one, other = "abcdefghijklmno", "abcdefghijklxyz"
    assert likeness(one, other) == pytest.approx(0.6)
    ((first, second, found),) = near_pairs([one, other])
    assert (first, second) == (0, 1)
    assert found == pytest.approx(0.6)


@pytest.mark.parametrize("seed", range(5))
def test_the_pairs_are_those_of_comparing_each_with_each(seed: int) -> None:
    chance = random.Random(seed)
    texts = sentences(120, 6, 12, chance)
    texts += [text[: len(text) - chance.randint(1, 12)] for text in texts[:60]]
    expected = {
        (at, after)
        for (at, one), (after, other) in combinations(enumerate(texts), 2)
        if likeness(one, other) >= 0.6 - 1e-12
    }
    assert expected
    assert {(at, after) for at, after, _ in near_pairs(texts)} == expected


def test_no_text_and_one_text_have_no_pair() -> None:
    assert near_pairs([]) == []
    assert near_pairs(["un seul texte"]) == []


def test_ten_thousand_sentences_are_compared_in_time() -> None:
    chance = random.Random(1)
    texts = sentences(10_000, 22, 4_000, chance)
    texts[-1] = texts[0] + " encore"
    start = time.process_time()
    assert (0, 9_999) in {(one, other) for one, other, _ in near_pairs(texts)}
    assert time.process_time() - start < SECONDS
