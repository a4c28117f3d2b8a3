from __future__ import annotations

import pytest

from triage.directory.spoken_numbers import digits_of


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("un, huit six six, deux sept sept, trente-cinq, cinquante-trois", "18662773553"),
        ("un, huit cents, trois six trois, quatre-vingt-dix, dix", "18003639010"),
        ("huit, un, un, puis le un", "8111"),
        ("soixante-dix-sept, quatre-vingt-quatre", "7784"),
        ("vingt et un, soixante-et-onze, quatre-vingt-un, quatre-vingts", "21718180"),
        ("zéro huit, zéro sept", "0807"),
    ],
)
def test_words_give_their_digits(words: str, digits: str) -> None:
    assert digits_of(words) == digits


def test_a_word_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not the name of a number"):
        digits_of("un, huit cent, poire")
