"""Separators between digits: thousands, decimals, lists."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.numbers import numbers
from mapp.route.read.separators import (
    may_be_decimal,
    may_be_thousands,
    pieces,
    writes_decimal_commas,
)
from mapp.route.read.tokens import tokenise


def values(text: str) -> list[Decimal]:
    return [number.value for number in numbers(text, tokenise(text))]


def grouped(number: int, mark: str) -> str:
    return f"{number:,}".replace(",", mark)


@given(st.integers(1000, 10**12), st.sampled_from(["'", "’", "\u00a0", "\u202f", "\u2009"]))
def test_groups_of_thousands_are_read_back(number: int, mark: str) -> None:
    assert values(f"take {grouped(number, mark)} of them") == [number]


@given(
    st.integers(1000, 10**9), st.integers(0, 99), st.sampled_from(["'", "’", "\u00a0", "\u202f", " ", "."])
)
def test_groups_with_a_decimal_comma_are_read_back(number: int, cents: int, mark: str) -> None:
    text = f"pay {grouped(number, mark)},{cents:02d} € now"
    assert Decimal(f"{number}.{cents:02d}") in values(text)


@given(st.integers(0, 99_999), st.integers(0, 99), st.sampled_from(["€", "%", "km", "kg", "EUR", "euros"]))
def test_a_decimal_comma_next_to_a_mark_is_one_number(whole: int, part: int, mark: str) -> None:
    assert values(f"add {whole},{part:02d} {mark} to it") == [Decimal(f"{whole}.{part:02d}")]


@given(st.integers(1, 999), st.integers(0, 999))
def test_plain_commas_and_dots_are_read_the_english_way(whole: int, rest: int) -> None:
    assert values(f"take {whole},{rest:03d} of it") == [whole * 1000 + rest]
    assert values(f"take {whole}.{rest:03d} of it") == [Decimal(f"{whole}.{rest:03d}")]


def test_plain_spaces_are_one_number_or_several() -> None:
    found = numbers("add 1 234 567 to it", tokenise("add 1 234 567 to it"))
    assert [number.value for number in found][:2] == [1, 1234567]
    assert found[1].loose and len(found[1].parts) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2,3", [1, 2, 3]), ("the point (3,5)", [3, 5]), ("0,125 l", [Decimal("0.125")]),
        ("3,5 by 4,25", [Decimal("3.5"), Decimal("4.25")]),
        ("7,5; 8,25; 9,1", [Decimal("7.5"), Decimal("8.25"), Decimal("9.1")]),
        ("1.250 at 19,5 %", [1250, Decimal("19.5")]),
        ("1.250,00 and 12.000", [1250, 12000]),
    ],
)  # fmt: skip
def test_the_other_numbers_of_a_text_show_how_it_writes_decimals(text: str, expected: list[Decimal]) -> None:
    assert values(text) == expected


def test_a_comma_alone_between_digits_keeps_both_readings() -> None:
    (whole, first, second) = pieces("sum 3,4", "3,4", 4, commas=False)
    assert [whole.value, first.value, second.value] == [Decimal("3.4"), 3, 4]
    assert whole.parts == ((4, 5), (6, 7))


@pytest.mark.parametrize(
    ("text", "commas"),
    [
        ("12,50 €", True), ("€12,50", True), ("1.234,56", True), ("7,5 and 8,5", True), ("19,5% VAT", True),
        ("1,234.56 € and 3,5 %", False), ("1,2,3", False), ("(1,2) and (3,4)", False), ("1,250 €", False),
        ("51.5, 0.12", False), ("3,4", False),
    ],
)  # fmt: skip
def test_whether_a_text_writes_decimal_commas(text: str, commas: bool) -> None:
    assert writes_decimal_commas(text) is commas


def test_numbers_that_may_be_thousands_or_decimals() -> None:
    assert may_be_thousands("1.250") == 1250
    assert [may_be_thousands(text) for text in ("1.25", "0.250", "1.2500", "1250", "1.250.000")] == [None] * 5
    assert may_be_decimal("1,250") == Decimal("1.250")
    assert [may_be_decimal(text) for text in ("1,250.00", "1,250,000", "0,250", "1250")] == [None] * 4


@pytest.mark.parametrize("text", ["12:30", "5'30.123'456x", "a1'000", "v1'234"])
def test_times_and_words_are_not_grouped(text: str) -> None:
    assert all(value < 1000 for value in values(text))
