"""A shrunk input fits, still fails, and is small."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapp.model.manifest import Manifest
from mapp.model.validation import is_valid
from mapp.validate.generate.inputs import draw
from mapp.validate.generate.shrink import MAX_ASKED, shrunk
from support.apps import app
from support.drawn import manifests

Row = dict[str, Any]


def manifest(**arguments: Any) -> Manifest:
    """Returns a manifest with these arguments."""
    return app().stating(input=arguments).read().manifest


def smallest(known: Manifest, found: dict[str, Any], breaks: Callable[[Row], bool]) -> dict[str, Any]:
    return shrunk(known, found, lambda inputs: [breaks(row) for row in inputs])


ANY = {"type": "number"}
TEXT = {"type": "string"}
LIST = {"type": "array", "items": {"type": "integer"}}
CASES: dict[str, tuple[dict[str, Any], Any, Callable[[Any], bool], Any]] = {
    "a number goes to the bound": (ANY, 812.75, lambda n: n > 10, 11),
    "a large number comes down": (ANY, 1e300, lambda n: n >= 1000, 1000),
    "a negative number loses its sign": (ANY, -37, lambda n: abs(n) > 5, 6),
    "a fraction stays where it matters": (ANY, 3.14159, lambda n: n != int(n), 0.1),
    "a text keeps what matters": (TEXT, "Ärger mit <b> und 17 Zeichen", lambda t: "<" in t, "<"),
    "letters become plain": (TEXT, "ZÄHLER\U0001f600", lambda t: len(t) >= 3, "000"),
    "equal letters go together": (TEXT, "zxz", lambda t: len(t) > 1 and t[0] == t[-1], "00"),
    "a list keeps one item": (LIST, [9, 8, 70, 6, 5], lambda items: any(n > 50 for n in items), [51]),
    "equal items go together": (LIST, [4, 9, 9], lambda items: len(set(items)) < len(items), [0, 0]),
    "what the schema wants stays": ({**TEXT, "pattern": "^[a-c]{2,}$"}, "ccbbac", lambda t: True, "aa"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_value_becomes_as_simple_as_it_can(name: str) -> None:
    schema, value, breaks, wanted = CASES[name]

    assert smallest(manifest(it=schema), {"it": value}, lambda row: breaks(row["it"])) == {"it": wanted}


def test_optional_arguments_disappear_and_others_take_their_defaults() -> None:
    known = manifest(
        a={**ANY, "optional": True}, b={"enum": ["x", "y"], "default": "x"}, c={**ANY, "default": 20}
    )
    assert smallest(known, {"a": 3, "b": "y", "c": 4}, lambda row: row["c"] < 10) == {"b": "x", "c": 0}


def test_arguments_that_must_be_equal_become_simple_together() -> None:
    found = smallest(manifest(a=ANY, b=ANY), {"a": 77, "b": 77}, lambda row: row["a"] == row["b"])

    assert found == {"a": 0, "b": 0}


@given(manifests(), st.integers(0, 1000))
@settings(max_examples=60)
def test_the_result_fits_still_fails_and_stays_within_the_budget(known: Manifest, seed: int) -> None:
    asked = 0
    for found in draw(known, 2, seed=seed).inputs:

        def breaks(inputs: Sequence[dict[str, Any]], kept: int = len(str(found))) -> list[bool]:
            nonlocal asked
            asked += len(inputs)
            return [len(str(row)) % 2 == kept % 2 for row in inputs]

        small = shrunk(known, found, breaks)
        assert is_valid(known.input_schema, small)
        assert len(str(small)) % 2 == len(str(found)) % 2
        assert shrunk(known, found, breaks) == small  # the result is always the same
    assert asked <= 4 * (MAX_ASKED + 24)
