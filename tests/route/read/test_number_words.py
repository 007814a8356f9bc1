"""Numbers in words."""

from decimal import Decimal

import pytest

from mapp.route.read.number_words import numbers_in_words
from mapp.route.read.tokens import tokenise


def values(text: str) -> list[Decimal]:
    return [number.value for number in numbers_in_words(text, tokenise(text))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a hundred and five", "105"), ("a dozen", "12"), ("half a dozen", "6"), ("two dozen", "24"),
        ("a couple of", "2"), ("a pair of", "2"), ("three and a half", "3.5"), ("a quarter", "0.25"),
        ("two thirds", "0.6666666666666666666666666667"), ("three quarters", "0.75"), ("half", "0.5"),
        ("a fifth off it", "0.2"), ("fifth off it", "0.2"),
        ("a quarter million", "250000"), ("one and a half million", "1500000"), ("minus twelve", "-12"),
        ("three hundred and a half", "300.5"),
    ],
)  # fmt: skip
def test_numbers_in_words(text: str, value: str) -> None:
    assert values(text) == [Decimal(value)]


@pytest.mark.parametrize("text", ["couple them", "the pair is lost", "an apple", "and"])
def test_other_words_are_no_number(text: str) -> None:
    assert values(text) == []


def test_neighbours_that_make_no_number_are_separate() -> None:
    assert values("twenty and thirty") == [20, 30]
    assert values("five and a half of ten") == [5, Decimal("0.5"), 10]
