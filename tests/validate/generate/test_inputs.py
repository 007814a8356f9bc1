"""Inputs are complete, different, close to the examples, and valid JSON; if none fits, there is a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import Schema
from mapp.validate.generate.choices import NothingFits
from mapp.validate.generate.inputs import Drawn, arguments, completed, draw, is_carried
from support.apps import app


def contract(**schemas: Any) -> Manifest:
    """Returns a manifest with these schemas, given as documents or as values that a manifest cannot state."""
    arguments = tuple(
        Argument(name=name, schema=schema if isinstance(schema, Schema) else Schema.from_dict(schema))
        for name, schema in schemas.items()
    )
    return replace(app().read().manifest, arguments=arguments)


def test_examples_lead_to_inputs_that_are_rare_in_the_schema() -> None:
    """One text in a million is JSON; close to an example it is common."""
    manifest = contract(text={"type": "string"})
    examples = [{"text": '{"user": {"name": "Ann", "tags": ["a", "b"]}}'}]

    def parsed(drawn: Drawn) -> int:
        return sum(_is_object(str(row["text"])) for row in drawn.inputs)

    assert parsed(draw(manifest, 400, seed=1)) == 0
    assert parsed(draw(manifest, 400, seed=1, examples=examples)) > 40


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def test_arguments_of_two_examples_are_combined_and_defaults_filled_in() -> None:
    manifest = app().stating(
        input={
            "a": {"type": "string"},
            "b": {"type": "string"},
            "c": {"type": "integer", "default": 7},
            "d": {"type": "integer", "optional": True},
        }
    )
    known = manifest.file("tests/examples.jsonl", "").read().manifest
    drawn = draw(known, 300, seed=1, examples=[{"a": "one", "b": "uno"}, {"a": "two", "b": "due"}]).inputs

    assert {"a": "one", "b": "due", "c": 7} in drawn
    assert all("c" in row for row in drawn)
    assert 0 < sum("d" in row for row in drawn) < len(drawn)


def test_a_small_contract_gives_each_input_once() -> None:
    drawn = draw(contract(a={"type": "boolean"}, b={"enum": [1, 2, 3]}), 100, seed=1)

    assert len(drawn.inputs) == 6


def test_an_argument_that_no_value_fits_is_named_unless_it_is_optional() -> None:
    hopeless = Schema(types=("integer",), minimum=5, maximum=3)
    needed = contract(fine={"type": "boolean"}, bad=hopeless)
    optional = replace(needed, arguments=tuple(replace(row, optional=True) for row in needed.arguments))

    with pytest.raises(NothingFits, match="bad: minimum 5 is above maximum 3"):
        arguments(needed)
    assert {tuple(row) for row in draw(optional, 10, seed=1).inputs} == {(), ("fine",)}


def test_a_reason_names_the_argument_that_was_never_drawn() -> None:
    drawn = draw(
        contract(n={"type": "null"}, day={"type": "string", "format": "date", "minLength": 50}), 1, seed=1
    )

    assert drawn.inputs == ()
    assert drawn.why.endswith("did: day: no text of its length or no list of different items was found")


def test_defaults_come_first_and_give_way_to_the_example() -> None:
    manifest = contract(a={"type": "integer", "default": 7}, b={"type": "integer"})

    assert completed(manifest, [{"b": 1}, {"b": 2, "a": 3}]) == [{"a": 7, "b": 1}, {"a": 3, "b": 2}]


@pytest.mark.parametrize(
    ("value", "carried"),
    [
        (2**53 - 1, True),
        (2**53 + 1, False),
        (1e300, True),
        (float("inf"), False),
        (["\ud800"], False),
        (json.loads("[" * 500 + "]" * 500), False),
    ],
    ids=["largest integer", "larger", "double", "infinity", "half a pair", "deep"],
)
def test_only_values_of_strict_json_are_carried(value: Any, carried: bool) -> None:
    assert is_carried(value) is carried
