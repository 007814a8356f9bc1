"""Hypothesis draws from the gate's generator, and shrinks what it finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.validate.generate.strategies import falsified, values
from mapp.validate.generate.strategies import inputs as strategy
from support.apps import app


def contract(**schemas: Any) -> Manifest:
    """Returns a manifest with these schemas, given as documents or as values that a manifest cannot state."""
    arguments = tuple(
        Argument(name=name, schema=schema if isinstance(schema, Schema) else Schema.from_dict(schema))
        for name, schema in schemas.items()
    )
    return replace(app().read().manifest, arguments=arguments)


def test_hypothesis_draws_from_the_strategies_and_shrinks() -> None:
    from hypothesis import find

    manifest = contract(
        n={"type": "integer", "minimum": 3}, words={"type": "array", "items": {"type": "string"}}
    )
    found = find(strategy(manifest), lambda row: row["n"] > 10 and len(row["words"]) > 1)

    assert found["n"] > 10 and len(found["words"]) == 2
    assert is_valid(manifest.input_schema, found)


def test_a_hypothesis_search_returns_the_smallest_failure_or_none() -> None:
    whole = values(Schema.from_dict({"type": "integer", "minimum": 0}))

    assert falsified(whole, lambda n: "is large" if n > 5 else "", name="large") == (6, "is large")
    assert falsified(whole, lambda n: "is negative" if n < 0 else "", name="negative", most=20) is None
