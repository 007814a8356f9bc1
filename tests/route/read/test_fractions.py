"""Fractions: one character, digits over digits, words."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.fractions import AND_PART, SIGNS, fraction_in_words, mixed_part
from mapp.route.read.numbers import numbers
from mapp.route.read.tokens import tokenise


def longest(text: str) -> Decimal:
    return max(numbers(text, tokenise(text)), key=lambda number: number.end - number.start).value


@given(st.integers(0, 9999), st.sampled_from(sorted(SIGNS)), st.sampled_from(["", " ", "\u00a0", "-"]))
def test_a_whole_number_with_a_fraction_sign_is_their_sum(whole: int, sign: str, gap: str) -> None:
    assert longest(f"take {whole}{gap}{sign} of it") == whole + SIGNS[sign]


@given(st.integers(1, 200), st.integers(1, 15), st.sampled_from([2, 3, 4, 8, 16, 32, 64]))
def test_a_mixed_number_in_digits_is_read_back(whole: int, above: int, below: int) -> None:
    part = Fraction(above, below)
    if part < 1:
        expected = whole + Decimal(above) / Decimal(below)
        assert longest(f"cut {whole} {above}/{below} inches") == expected
        assert longest(f"cut {whole} {above}\u2044{below} inches") == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("½", "0.5"), ("-½", "-0.5"), ("¾ cup", "0.75"), ("8½ %", "8.5"), ("2½ million", "2500000"),
        ("3 and a half", "3.5"), ("three and a half", "3.5"), ("12 and three quarters", "12.75"),
        ("two and two-thirds", "2.666666666666666666666666667"), ("7 and a quarter", "7.25"),
        ("3 and a half thousand", "3500"), ("3-1/2 inches", "3.5"), ("1/2in", "0.5"),
    ],
)  # fmt: skip
def test_mixed_numbers_are_read_in_many_forms(text: str, value: str) -> None:
    assert longest(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "above", "below"),
    [
        ("two thirds", 2, 3),
        ("three-quarters", 3, 4),
        ("a third", 1, 3),
        ("one fifth", 1, 5),
        ("an eighth", 1, 8),
    ],
)
def test_fractions_in_words(text: str, above: int, below: int) -> None:
    tokens = tokenise(text)
    assert fraction_in_words(tokens, 0) == (Decimal(above) / Decimal(below), len(tokens))


@pytest.mark.parametrize("text", ["two third", "a thirds", "two seconds", "three", "the third"])
def test_other_words_are_no_fraction(text: str) -> None:
    assert fraction_in_words(tokenise(text), 0) is None


def test_a_third_is_a_fraction_only_if_something_follows_of_which_it_is_one() -> None:
    def soft(text: str) -> bool:
        return next(n.soft for n in numbers(text, tokenise(text)) if n.value < 1)

    assert not soft("a third of 90")
    assert soft("a third runner")


def test_and_a_half_of_something_is_another_amount() -> None:
    assert AND_PART.match(" and a half of the rest") is None
    match = AND_PART.match(" and three quarters")
    assert match is not None and mixed_part(match) == Decimal("0.75")


@pytest.mark.parametrize("text", ["1/2/2024", "12/05/2024", "on 3/4/25"])
def test_a_date_is_no_fraction(text: str) -> None:
    assert all(number.value == int(number.value) for number in numbers(text, tokenise(text)))
