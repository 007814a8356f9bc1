from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.number import json_number
from mapp.route.read.numbers import numbers
from mapp.route.read.tokens import tokenise

TEENS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
""".split()  # noqa: SIM905 (easier to read)
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905 (easier to read)


def in_words(number: int) -> str:
    if number < 20:
        return TEENS[number]
    if number < 100:
        return TENS[number // 10] + (f"-{TEENS[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{TEENS[number // 100]} hundred{rest}"
    for size, name in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if number >= size:
            below = number % size
            return f"{in_words(number // size)} {name}" + (f" {in_words(below)}" if below else "")
    raise AssertionError(number)


def values(text: str) -> list[Decimal]:
    return [number.value for number in numbers(text, tokenise(text))]


@given(st.integers(0, 10**12 - 1))
def test_a_number_in_words_is_read_back(number: int) -> None:
    assert values(f"what is {in_words(number)} in total") == [number]


@given(st.integers(0, 10**15))
def test_a_number_with_separators_is_read_back(number: int) -> None:
    assert values(f"take {number:,} of them") == [number]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3))
def test_a_signed_decimal_is_read_back(number: Decimal) -> None:
    assert values(f"add {number:f} to it") == [number]


@given(st.text(max_size=300))
def test_every_number_lies_inside_the_text(text: str) -> None:
    for number in numbers(text, tokenise(text)):
        assert 0 <= number.start < number.end <= len(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.5k", "3500"), ("2 million", "2000000"), ("a dozen", "12"), ("half a million", "500000"),
        ("two and a half million", "2500000"), ("10^3", "1000"), ("2 x 10^-3", "0.002"), ("1e-9", "1e-9"),
        ("1.250,50", "1250.50"), ("1/2", "0.5"), ("1 1/2", "1.5"), ("minus 5", "-5"), ("minus seven", "-7"),
        ("three point one four", "3.14"), ("twenty-first", "21"), ("100th", "100"), ("$1.5m", "1500000"),
    ],
)  # fmt: skip
def test_numbers_are_read_in_many_forms(text: str, value: str) -> None:
    assert Decimal(value) in values(text)


@pytest.mark.parametrize("text", ["sha256", "v2", "1.2.3", "192.168.1.1", "rot13 of this", "a%20b"])
def test_digits_inside_a_word_are_not_a_number(text: str) -> None:
    assert values(text) == []


def test_a_dash_between_numbers_is_not_a_sign() -> None:
    assert values("pages 5-10") == [5, 10]


def test_neighbouring_digit_words_are_separate_numbers() -> None:
    assert values("one two three") == [1, 2, 3]


def test_a_json_number_is_an_integer_if_possible() -> None:
    assert json_number(Decimal("5.00")) == 5
    assert isinstance(json_number(Decimal("5.00")), int)
    assert json_number(Decimal("1e999")) is None
