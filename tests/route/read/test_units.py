from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.route.read.units import BY_NAME, convert, dimension_of, unit_called


@pytest.mark.parametrize(
    ("amount", "origin", "target", "result"),
    [
        ("1.5", "kg", "g", "1500"), ("2", "hour", "second", "7200"), ("32", "fahrenheit", "celsius", "0"),
        ("20", "percent", "fraction", "0.2"), ("1", "mi", "km", "1.609344"), ("3", "year", "month", "36"),
        ("300", "kelvin", "celsius", "26.85"), ("100", "uF", "F_", "0.0001"),
    ],
)  # fmt: skip
def test_amounts_are_converted(amount: str, origin: str, target: str, result: str) -> None:
    converted = convert(Decimal(amount), origin, target)
    assert converted is not None
    assert round(converted, 12) == Decimal(result)


def test_units_of_different_dimensions_are_not_converted() -> None:
    assert convert(Decimal(1), "kg", "km") is None
    assert convert(Decimal(1), "EUR", "USD") is None


@given(st.sampled_from(sorted(BY_NAME)), st.decimals(-1000, 1000, places=2))
def test_converting_there_and_back_returns_the_amount(name: str, amount: Decimal) -> None:
    for other in BY_NAME.values():
        if other.dimension == BY_NAME[name].dimension:
            there = convert(amount, name, other.name)
            assert there is not None
            back = convert(there, other.name, name)
            assert back is not None and abs(back - amount) < Decimal("1e-9")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kilometres", "km"),
        ("km", "km"),
        ("degrees  Celsius", "celsius"),
        ("MB", "MB"),
        ("square feet", "ft2"),
    ],
)
def test_units_are_found_by_their_common_names(text: str, name: str) -> None:
    unit = unit_called(text)
    assert unit is not None and unit.name == name


def test_dimensions() -> None:
    assert dimension_of("km") == "length"
    assert dimension_of("EUR") == "currency"
    assert dimension_of("apples") is None
