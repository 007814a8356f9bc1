from __future__ import annotations

from typing import Any

import pytest

from mapp.model.schema import Schema
from mapp.model.validation import OVERLOADED, is_valid, violations
from mapp.model.validation_cost import MAX_WORK, places, work


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("", 1),
        ("abc", 3),
        ("[a-z]{2,40}", 40),
        ("x{3,}", 3),
        ("x{,7}", 7),
        ("(ab|c){3}d*", 10),
        ("(?:(?<n>ab){2}c){3}", 15),
        ("a{5}{6}", 30),
        (r"\p{L}{3}\u{1F600}\\", 5),
        (r"[\]\\]{4}", 4),
        (r"\[a\(", 3),
    ],
)
def test_states_are_counted_as_the_engine_builds_them(pattern: str, count: int) -> None:
    assert places(pattern) == count


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        ("(?x)# [\n(1[01]{900})", 900),
        ("([a[b])]x{100}){100}", 10_000),
        ("[^]x]{70}", 70),
        ("(a{100}", 100),
        ("a{100})", 100),
        ("{{9}", 9),
    ],
)
def test_an_ambiguous_pattern_counts_as_the_larger_reading(pattern: str, least: int) -> None:
    assert places(pattern) >= least


@pytest.mark.parametrize(
    "pattern",
    ["^[01]*1[01]{200}$", "^[01]*1[01]{9000}$", "(([01]*1[01]{100})|x){20}", "(?x)# [\n[01]*1[01]{2000}"],
)
def test_a_text_that_is_too_expensive_is_not_matched(pattern: str) -> None:
    """A megabyte of these takes the engine from ten seconds to many minutes."""
    schema, text = Schema.from_dict({"type": "string", "pattern": pattern}), "01" * 500_000
    (problem,) = violations(schema, text)

    assert problem.message == OVERLOADED
    assert not is_valid(schema, text)


def test_many_short_texts_share_one_limit() -> None:
    schema = Schema.from_dict({"type": "array", "items": {"properties": {"a": {"pattern": "^[01]{999}$"}}}})
    value: list[Any] = [{"a": "1" * 999} for _ in range(1000)]

    assert work(schema, value) > MAX_WORK
    assert [problem.message for problem in violations(schema, value)] == [OVERLOADED]
    assert violations(schema, value[:10]) == ()


def test_a_simple_pattern_matches_megabytes() -> None:
    schema = Schema.from_dict({"type": "string", "pattern": "^[A-Za-z0-9+/]*={0,2}$"})

    assert is_valid(schema, "QUJD" * 2_000_000)


def test_divisions_of_unusual_magnitude_are_limited() -> None:
    prices = Schema.from_dict({"type": "array", "items": {"multipleOf": 0.01}})
    absurd = Schema.from_dict({"type": "array", "items": {"multipleOf": 1e-300}})

    assert violations(prices, [12.34] * 100_000) == ()
    assert [problem.message for problem in violations(absurd, [1e300] * 100_000)] == [OVERLOADED]
