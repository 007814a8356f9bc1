"""Numbers lie within their bounds, reach them, and bounds without a number are refused."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.model.schema import Schema
from mapp.model.values import MAX_INTEGER
from mapp.validate.generate.choices import Dice, Drawer, NothingFits
from mapp.validate.generate.numbers import LARGEST, count_of, integers, numbers, whole


def many(draw: Drawer, count: int = 800) -> list[Any]:
    dice = Dice(1)
    return [draw(dice) for _ in range(count)]


def bounded(**bounds: Any) -> Schema:
    return Schema(types=("number",), **bounds)


@given(st.integers(-MAX_INTEGER, MAX_INTEGER), st.integers(0, MAX_INTEGER), st.integers(0, 2**32))
def test_whole_numbers_lie_between_both_bounds(low: int, span: int, seed: int) -> None:
    high = min(low + span, MAX_INTEGER)
    draw, dice = whole(low, high), Dice(seed)

    assert all(low <= draw(dice) <= high for _ in range(40))


def test_whole_numbers_of_a_small_range_are_all_drawn() -> None:
    assert set(many(whole(-3, 4))) == set(range(-3, 5))
    assert set(many(whole(7, 7), 20)) == {7}


@pytest.mark.parametrize(
    ("bounds", "count"),
    [
        ({"minimum": 1, "maximum": 10}, 10),
        ({"exclusive_minimum": 1, "exclusive_maximum": 10}, 8),
        ({"minimum": 0.5, "maximum": 2.5}, 2),
        ({"minimum": 0, "maximum": 10, "multiple_of": 5}, 3),
        ({"minimum": 0, "maximum": 10, "multiple_of": 1.5}, 4),
        ({"minimum": 5, "maximum": 3}, 0),
        ({"exclusive_minimum": 3, "exclusive_maximum": 4}, 0),
        ({}, 2 * MAX_INTEGER + 1),
    ],
)
def test_the_whole_numbers_within_bounds_are_counted(bounds: dict[str, Any], count: int) -> None:
    assert count_of(bounded(**bounds)) == count
    if 0 < count < 100:
        assert len(set(many(integers(bounded(**bounds))))) == count


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        ({"minimum": 5, "maximum": 3}, "minimum 5 is above maximum 3"),
        ({"minimum": 0.2, "maximum": 0.8}, "no whole number lies between minimum 0.2 and maximum 0.8"),
        (
            {"exclusive_minimum": 7, "maximum": 13, "multiple_of": 7},
            "no multiple of 7 lies between exclusiveMinimum 7 and maximum 13",
        ),
    ],
)
def test_bounds_without_a_whole_number_are_refused(bounds: dict[str, Any], why: str) -> None:
    with pytest.raises(NothingFits) as refused:
        integers(bounded(**bounds))
    assert str(refused.value) == why


def test_the_neighbours_of_exclusive_bounds_are_drawn_and_nearly_all_numbers_lie_between() -> None:
    found = many(numbers(bounded(exclusive_minimum=0, exclusive_maximum=1)), 1500)

    assert {math.nextafter(0, 1), math.nextafter(1, 0)} <= set(found)
    assert min(found) >= 0 and max(found) <= 1
    assert sum(0 < number < 1 for number in found) > len(found) * 0.9
    with pytest.raises(NothingFits, match="no number lies between"):
        numbers(bounded(minimum=1, exclusive_maximum=1))


@given(
    st.decimals(-1000, 1000, places=2),
    st.decimals("0.01", 1000, places=2),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**32),
)
def test_an_exclusive_bound_is_never_drawn(
    low: Decimal, span: Decimal, low_open: bool, high_open: bool, seed: int
) -> None:
    bottom, top = float(low), float(low + span)
    bounds = {
        "exclusive_minimum" if low_open else "minimum": bottom,
        "exclusive_maximum" if high_open else "maximum": top,
    }
    draw, dice = numbers(bounded(**bounds)), Dice(seed)

    for number in (draw(dice) for _ in range(60)):
        assert bottom < number if low_open else bottom <= number
        assert number < top if high_open else number <= top


def test_exclusive_bounds_without_a_double_between_them_are_refused() -> None:
    with pytest.raises(NothingFits, match="no number lies between"):
        numbers(bounded(exclusive_minimum=1, exclusive_maximum=math.nextafter(1, 2)))


def test_multiples_of_a_decimal_are_the_nearest_doubles() -> None:
    found = set(many(numbers(bounded(minimum=0, maximum=1, multiple_of=0.1))))

    assert found == {count / 10 for count in range(11)}


def test_unbounded_numbers_are_finite_and_large_multiples_are_doubles() -> None:
    assert all(math.isfinite(number) for number in many(numbers(bounded()), 2000))
    large = [number for number in many(numbers(bounded(multiple_of=3))) if abs(number) > MAX_INTEGER]
    assert large and all(isinstance(number, float) and abs(number) <= LARGEST for number in large)
