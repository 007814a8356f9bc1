"""A neighbour has the type of its value, is close to it, and never leaves JSON."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.model.values import MAX_INTEGER
from mapp.validate.generate.choices import Dice
from mapp.validate.generate.neighbours import MAX_LENGTH, neighbour

SCALARS = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(max_size=9)
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


def around(value: Any, count: int = 400) -> list[Any]:
    dice = Dice(1)
    return [neighbour(dice, value) for _ in range(count)]


@given(VALUES, st.integers(0, 2**32))
def test_a_neighbour_has_the_same_type_and_leaves_its_value_alone(value: Any, seed: int) -> None:
    before = json.dumps(value)
    found = neighbour(Dice(seed), value)

    assert type(found) is type(value)
    assert json.dumps(value) == before
    json.dumps(found, allow_nan=False, ensure_ascii=False).encode()  # no half of a surrogate pair


@pytest.mark.parametrize(
    ("value", "among"),
    [
        (5, [6, 4, -5, 50, 0, 10]),
        (2.5, [3.5, 1.5, -2.5, 25.0, math.nextafter(2.5, 3), math.nextafter(2.5, 2)]),
        ("ab", ["b", "a", "", "aab", "ba", "Ab", "bb", "abab"]),
        ([1, 2], [[2], [1], [1, 1, 2], [2, 1], [1, 3], [1, 2, 3]]),
        ({"a": 1, "b": True}, [{"b": True}, {"a": 1}, {"a": 1, "b": False}, {"a": 2, "b": True}]),
    ],
    ids=str,
)
def test_typical_slips_are_among_the_neighbours(value: Any, among: list[Any]) -> None:
    found = around(value, 1500)
    assert [row for row in among if row not in found] == []


@pytest.mark.parametrize("value", [None, [], {}, "a" * (MAX_LENGTH + 1)], ids=["null", "[]", "{}", "long"])
def test_a_value_without_a_place_to_change_stays(value: Any) -> None:
    assert all(found == value for found in around(value, 50))


def test_the_largest_numbers_have_no_neighbour_beyond_them() -> None:
    assert all(abs(found) <= MAX_INTEGER for found in around(MAX_INTEGER))
    assert all(math.isfinite(found) for found in around(1.7976931348623157e308))


def test_the_opposite_is_the_only_neighbour_of_a_truth_value() -> None:
    assert set(around(True, 30)) == {False}
    assert set(around(False, 30)) == {True}
