"""The JSON number for an exact value."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.number import SAFE_INTEGER, Number, json_number


@given(st.integers(-SAFE_INTEGER, SAFE_INTEGER))
def test_a_whole_number_stays_an_integer(number: int) -> None:
    value = json_number(Decimal(number))
    assert value == number and isinstance(value, int)


@given(st.floats(-1e300, 1e300, allow_nan=False))
def test_a_double_is_read_back(number: float) -> None:
    assert json_number(Decimal(repr(number))) == number


def test_what_is_no_finite_double_has_no_json_number() -> None:
    assert [json_number(Decimal(text)) for text in ("nan", "Infinity", "-Infinity", "1e400")] == [None] * 4


def test_a_number_is_hard_and_cardinal_unless_it_says_otherwise() -> None:
    number = Number(0, 1, Decimal(5))
    assert (number.soft, number.ordinal, number.parts, number.loose) == (False, False, (), False)
