"""A set of inputs is described by a condition on one argument."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.validate.checks.rules import common_rule


@pytest.mark.parametrize(
    ("inside", "outside", "rule"),
    [
        ([-1, -2, -3], [0, 1, 2], "it < 0"),
        ([1, 2, 3], [0, -1, -2], "it > 0"),
        ([7, 8, 9], [4, 5, 6], "it >= 7"),
        ([5, 5, 5, 5], [4, 6, 7], "it is 5"),
        ([1, 5, 9], [2, 6, 8], ""),
        ([1, 2], [5, 6, 7], ""),
        (["abc", "abcd", "abcde"], ["", "a", "ab"], "the length of it >= 3"),
    ],
)
def test_a_rule_holds_for_all_inputs_inside_and_for_none_outside(
    inside: list[Any], outside: list[Any], rule: str
) -> None:
    assert common_rule([{"it": value} for value in inside], [{"it": value} for value in outside]) == rule
