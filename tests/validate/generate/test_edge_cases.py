"""Edge cases: valid, new, bounded, the same each time, and where people make mistakes."""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import Any

import pytest

from mapp.model.app import read_app
from mapp.model.arguments import with_defaults
from mapp.model.values import JSONValue, canonical
from mapp.starter import bundle
from mapp.validate.generate.constants import Constants, constants_of
from mapp.validate.generate.edge_cases import MAX_ALIKE, NONE, edge_cases
from support.apps import app


def near(schema: dict[str, Any], value: Any, constants: Constants = NONE, most: int = 3000) -> list[Any]:
    draft = app()
    draft.manifest["input"] = {"it": schema}
    return [row["it"] for row in edge_cases(draft.read().manifest, [{"it": value}], constants, most=most)]


@pytest.mark.parametrize(
    ("schema", "value", "among"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 9}, 5, [6, 4, 0, 9, 1, 8]),
        ({"type": "integer", "multipleOf": 5}, 10, [15, 5, 0, 100]),
        ({"type": "number", "minimum": 0}, 5, [5.5, 10, 0.5, 2.5, 1.005, 2.675]),
        ({"type": "string", "maxLength": 3}, "abc", ["ab", "bc", "ABC", "", "aBC", "ab", "ßbc"]),
        ({"type": "string", "format": "date"}, "2024-02-28", ["2024-02-29", "2025-02-28", "1900-03-01"]),
        ({"type": "boolean"}, True, [False]),
        ({"enum": ["a", "b", "c"]}, "b", ["a", "c"]),
        (
            {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
            [1, 2],
            [[2], [1], [2, 1], [2, 2], [], [1, 2, 2], [1, 2, 1], [1, 1, 2], [1, 1, 1], [1, 3]],
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
                "required": ["a"],
                "additionalProperties": False,
            },
            {"a": 1, "b": "x"},
            [{"a": 1}, {"a": 2, "b": "x"}, {"a": 1, "b": ""}],
        ),
    ],
)
def test_a_value_has_the_neighbours_that_a_person_would_try(
    schema: dict[str, Any], value: Any, among: list[Any]
) -> None:
    found = near(schema, value)
    assert [row for row in among if row not in found] == []


def test_a_calculation_with_several_arguments_reaches_a_bound_when_one_of_them_does() -> None:
    draft = app()
    draft.manifest["input"] = {
        "amount": {"type": "number", "minimum": 0},
        "unit": {"enum": ["g", "ml"]},
        "parts": {"type": "integer", "minimum": 1, "maximum": 50},
        "time": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"},
    }
    given: dict[str, JSONValue] = {"amount": 7, "unit": "g", "parts": 12, "time": "09:35"}
    constants = constants_of("const main = (x) => (x.amount * x.parts >= 1000 ? 24 * 60 : 0);")
    found = edge_cases(draft.read().manifest, [given], constants, most=2000)
    for unit in ("g", "ml"):
        assert {"amount": 999.5, "unit": unit, "parts": 1, "time": "09:35"} in found
    assert {**given, "amount": 1440, "parts": 1} in found
    assert any(row["time"] == "00:00" for row in found)


@pytest.mark.parametrize("name", bundle.names())
def test_edge_cases_are_valid_new_all_different_and_the_same_each_time(name: str) -> None:
    starter = read_app(bundle.files(name))
    given = [with_defaults(starter.manifest, dict(row.input)) for row in starter.examples]
    constants = constants_of(starter.source)
    found = edge_cases(starter.manifest, given, constants, most=200)

    texts = [canonical(dict(row)) for row in found]
    assert 1 <= len(set(texts)) == len(texts) <= 200
    assert not set(texts) & {canonical(dict(row)) for row in given}
    for row in found:
        assert with_defaults(starter.manifest, dict(row)) == row
    assert edge_cases(starter.manifest, given, constants, most=200) == found


def test_a_short_list_has_each_constant_of_the_source_and_its_neighbours() -> None:
    constants = constants_of("const main = ({ it }) => (it > 740 ? 'far' : it > 33 ? 'near' : 'here');")

    found = near({"type": "integer"}, 5, constants, most=40)

    assert {740, 739, 741, 33, 32, 34} <= set(found)


def test_a_constant_is_tried_in_other_branches_than_the_first() -> None:
    draft = app()
    draft.manifest["input"] = {"it": {"type": "integer"}, "way": {"enum": ["up", "down", "level"]}}
    given: list[dict[str, JSONValue]] = [{"it": 1, "way": way} for way in ("up", "down", "level")]

    found = edge_cases(draft.read().manifest, given, Constants(numbers=(740.0,)), most=150)

    assert {row["way"] for row in found if row["it"] == 740} == {"up", "down", "level"}


def test_a_bound_on_a_square_is_reached() -> None:
    draft = app()
    draft.manifest["input"] = {"x": {"type": "number"}, "y": {"type": "number"}}
    constants = constants_of("const main = ({ x, y }) => (x * x + y * y <= 6400 ? 1 : 0);")

    found = edge_cases(draft.read().manifest, [{"x": 3, "y": 0}], constants, most=200)

    assert {"x": 80, "y": 0} in found


def test_two_numbers_of_one_condition_are_tried_together() -> None:
    draft = app()
    draft.manifest["input"] = {"price": {"type": "number"}, "rate": {"type": "number"}}
    constants = constants_of("const main = ({ price, rate }) => (price === 123 && rate === 47 ? 1 : 0);")

    found = edge_cases(draft.read().manifest, [{"price": 3, "rate": 0}], constants, most=200)

    assert {"price": 123, "rate": 47} in found


def test_arguments_of_one_type_are_made_equal_and_swapped() -> None:
    draft = app()
    draft.manifest["input"] = {"start": {"type": "integer"}, "end": {"type": "integer"}}

    found = edge_cases(draft.read().manifest, [{"start": 31, "end": 57}], most=60)

    assert [
        row
        for row in ({"start": 31, "end": 31}, {"start": 57, "end": 31}, {"start": 31, "end": 32})
        if row not in found
    ] == []


def test_an_optional_argument_is_left_out() -> None:
    draft = app()
    draft.manifest["input"] = {"it": {"type": "integer"}, "more": {"type": "integer", "optional": True}}

    found = edge_cases(draft.read().manifest, [{"it": 1, "more": 2}], most=60)

    assert {"it": 1} in found


def test_a_schema_that_hardly_anything_fits_ends_the_search() -> None:
    assert near({"type": "string", "pattern": "^xyzzy-[0-9]{9}$"}, "xyzzy-123456789", most=500)
    assert near({"const": 5}, 5) == []


def test_inputs_that_look_alike_are_changed_last_and_only_a_few_such_edge_cases_are_made() -> None:
    draft = app()
    draft.manifest["input"] = {"text": {"type": "string", "maxLength": 200}}
    manifest = draft.read().manifest
    alike: list[dict[str, JSONValue]] = [{"text": f"item{letter}=value"} for letter in string.ascii_lowercase]
    found = edge_cases(manifest, [*alike, {"text": "[section]"}], most=300)

    assert any("[sectio" in str(row["text"]) for row in found)
    looks = Counter(re.sub(r"[a-z]{2,}", "a", str(row["text"])) for row in found)
    assert max(looks.values()) <= MAX_ALIKE
