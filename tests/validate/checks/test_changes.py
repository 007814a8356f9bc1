"""How two outcomes differ, in words that many inputs share."""

from __future__ import annotations

import pytest

from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import JSONValue
from mapp.validate.checks.changes import changes_between


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (1, 1.0, set()),
        (0.1 + 0.2, 0.3, set()),
        (0.3, 0.1 + 0.2, {"no longer rounded"}),
        (1 / 3, 1 / 3 + 2**-54, set()),
        (-1.5e-9, -1.5000000000000002e-9, {"no longer rounded"}),
        (1, 1.000001, {"number"}),
        (0, 1e-300, {"number"}),
        (True, 1, {"true, then 1"}),
        (True, False, {"true, then false"}),
        (None, 1, {"null, then a number"}),
        ("a b", "ab", {"spaces"}),
        ("Ab", "aB", {"case"}),
        ("1 km", "2 km", {"digits"}),
        ("a", "b", {"text"}),
        ([1, 2], [2, 1], {"[]: order"}),
        ([1, 2], [1], {"[]: fewer"}),
        ([1], [1, 2], {"[]: more"}),
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 3}], {"[].a: number"}),
        ({"a": {"b": 1}, "c": 1}, {"a": {"b": 2}, "d": 1}, {"a.b: number", "c: missing", "d: added"}),
    ],
)
def test_values_differ_in_named_places(before: JSONValue, after: JSONValue, changes: set[str]) -> None:
    assert changes_between(Value(output=before), Value(output=after)) == changes


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (Value(output=1), Declared(error="no", meaning="No."), {"value, then the error no"}),
        (Declared(error="a", meaning=""), Declared(error="b", meaning=""), {"the error a, then the error b"}),
        (Declared(error="a", meaning="One."), Declared(error="a", meaning="Two."), set()),
        (Value(output=1), Failed(kind="threw", message="x"), {"value, then a failure (threw)"}),
        (Failed(kind="threw", message="x"), Failed(kind="threw", message="y"), set()),
    ],
)
def test_outcomes_of_another_kind_differ_as_a_whole(
    before: Outcome, after: Outcome, changes: set[str]
) -> None:
    assert changes_between(before, after) == changes


def test_deep_values_are_compared_without_end() -> None:
    one: JSONValue = 1
    other: JSONValue = 2
    for _ in range(40):
        one, other = [one], [other]

    assert len(changes_between(Value(output=one), Value(output=other))) == 1
