# ruff: noqa: E501
from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.errors import InvalidManifest
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Manifest
from mapp.model.schema import Schema
from mapp.model.validation import MAX_PROBLEMS, is_valid, violations
from mapp.validate.generate.strategies import inputs, values
from support.apps import app
from support.drawn import schemas


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer"}, [0, -1, 1.0, 1e300], [1.5, "1", True, None]),
        ({"type": "number"}, [0, 1.5], [True, "1"]),
        ({"type": ["string", "null"]}, ["", None], [0, False]),
        ({"enum": [1, "a", None]}, [1, 1.0, "a", None], [True, "b", 2]),
        ({"const": False}, [False], [0, None, ""]),
        ({"minimum": 0, "exclusiveMaximum": 1}, [0, 0.5, "text"], [-0.1, 1]),
        ({"multipleOf": 0.01}, [0.07, 1, 19.99], [0.001]),
        ({"maxLength": 1}, ["😀", "é"], ["ab"]),
        ({"type": "array", "uniqueItems": True}, [[1, True], [{}, []]], [[1, 1.0], [{}, {}]]),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, [{"a": "", "b": 1}], [{}, {"a": 1}]),
        ({"properties": {"a": {}}, "additionalProperties": False}, [{}, {"a": None}], [{"b": 1}]),
        ({"format": "date"}, ["2024-02-29", "0001-01-01"], ["2023-02-29", "2024-1-1", "2024-02-29\n", ""]),
        ({"format": "time"}, ["23:59:59Z", "12:00:00+01:00"], ["24:00:00Z", "12:00"]),
        ({"format": "date-time"}, ["2024-02-29T12:00:00Z"], ["2024-02-30T12:00:00Z", "2024-02-29"]),
        (
            {"format": "uuid"},
            ["00000000-0000-0000-0000-000000000000"],
            ["0", "zzzzzzzz-0000-0000-0000-000000000000"],
        ),
        ({"format": "email"}, ["a@example.com"], ["a", "@example.com"]),
        ({"format": "uri"}, ["https://example.com/a?b=c"], ["example.com", "ht tp://x"]),
        ({"pattern": "^[0-9]+$"}, ["12"], ["", "a", "1\n2"]),
        ({"pattern": r"^\d+$"}, ["12"], ["١٢"]),
    ],
)
def test_values_are_valid_exactly_when_json_schema_says_so(
    schema: Any, good: list[Any], bad: list[Any]
) -> None:
    known = Schema.from_dict(schema)

    assert [value for value in good if not is_valid(known, value)] == []
    assert [value for value in bad if is_valid(known, value)] == []


@given(st.data(), schemas())
def test_generated_values_fit_their_schema(data: st.DataObject, schema: Schema) -> None:
    import hypothesis

    try:
        value = data.draw(values(schema))
    except hypothesis.errors.InvalidArgument:
        return  # nothing fits that schema
    assert is_valid(schema, value) and not violations(schema, value)


def test_every_mistake_is_reported_with_its_path() -> None:
    schema = Schema.from_dict(
        {"properties": {"a": {"type": "string"}, "b": {"items": {"minimum": 5}}}, "required": ["c"][:0]}
    )

    found = violations(schema, {"a": 1, "b": [9, 1, 2]})

    assert {problem.path for problem in found} == {"a", "b[1]", "b[2]"}


def test_a_report_is_limited_in_number_and_length_of_mistakes() -> None:
    schema = Schema.from_dict({"items": {"maxLength": 1}})

    found = violations(schema, ["x" * 100_000] * 1000)

    assert len(found) == MAX_PROBLEMS
    assert max(len(problem.message) for problem in found) < 400


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y", "^([a-z0-9]+[._-]?)+@$", "(.*)*z"]
)
def test_catastrophic_patterns_are_matched_in_linear_time(pattern: str) -> None:
    # A backtracking matcher would need 2^100000 steps: the test would never end.
    schema = Schema.from_dict({"pattern": pattern})

    assert not is_valid(schema, "a" * 100_000 + "!")


@pytest.mark.parametrize("pattern", ["(", "[", "a{2,1}", "(a{1000}){1000}", "(?P<", "\\p{Nonsense}", "*"])
def test_an_invalid_or_oversized_pattern_is_a_mistake_in_the_manifest(
    pattern: str,
) -> None:
    draft = app().taking(text={"type": "string", "pattern": pattern})

    with pytest.raises(InvalidManifest) as caught:
        Manifest.from_dict(draft.manifest)

    assert [problem.path for problem in caught.value.problems] == ["input.text.pattern"]


def test_a_default_that_does_not_fit_is_a_mistake_in_the_manifest() -> None:
    draft = app().taking(rate={"type": "number", "maximum": 1, "default": 2})

    with pytest.raises(InvalidManifest) as caught:
        Manifest.from_dict(draft.manifest)

    assert [problem.path for problem in caught.value.problems] == ["input.rate.default"]


@given(st.data())
def test_generated_inputs_fit_their_app(data: st.DataObject) -> None:
    manifest = Manifest.from_dict(
        app()
        .taking(
            rate={"type": "number", "default": 20, "minimum": 0},
            kind={"enum": ["a", "b"], "default": "a"},
            day={"type": "string", "format": "date", "optional": True},
        )
        .manifest
    )
    arguments = data.draw(inputs(manifest))

    assert with_defaults(manifest, arguments) == arguments


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("date", "0/00-10-01"),
        ("date", "000/-01-01"),
        ("time", "0/:00:00Z"),
        ("date-time", "20/0-01-10T00:00:00Z"),
        ("date", "2024-02-29\n"),
    ],
)
def test_dates_and_times_need_ascii_digits(format_: str, text: str) -> None:
    schema = Schema.from_dict({"type": "array", "items": {"type": "string", "format": format_}})

    assert not is_valid(schema, [text])
    assert [problem.path for problem in violations(schema, [text])] == ["[0]"]


@pytest.mark.parametrize(
    ("format_", "text"),
    [("date", "2024-02-29"), ("time", "23:59:59.5+05:30"), ("date-time", "2024-02-29T00:00:00Z")],
)
def test_valid_dates_and_times_fit(format_: str, text: str) -> None:
    assert is_valid(Schema(types=("string",), format=format_), text)


def test_an_invalid_date_is_one_mistake() -> None:
    assert len(violations(Schema(format="date"), "tomorrow")) == 1


@pytest.mark.parametrize(
    ("schema", "value", "paths"),
    [
        ({"type": "array", "items": {"type": "integer"}}, ["a"] * 1_000_000, [f"[{n}]" for n in range(20)]),
        (
            {"type": "array", "maxItems": 5, "items": {"properties": {"a": {"items": {"minimum": 0}}}}},
            [*[{"a": [0, 1]}] * 300, {"a": [0, -1]}],
            ["", "[300].a[1]"],
        ),
        (
            {"type": "object", "properties": {"a": {"const": 1}, "b": {"items": {"enum": ["x"]}}, "c": {}}, "required": ["c"]},
            {"a": 2, "b": [*["x"] * 300, "y"]},
            ["", "a", "b[300]"],
        ),
        ({"properties": {}, "additionalProperties": False}, {f"k{n}": 1 for n in range(100_000)}, [""]),
        ({"type": "array", "items": {"format": "date"}}, ["2024-1-1"] * 300, [f"[{n}]" for n in range(20)]),
    ],
)  # fmt: skip
def test_the_mistakes_of_a_large_value_are_found_part_by_part(
    schema: dict[str, Any], value: Any, paths: list[str]
) -> None:
    """The library makes the errors of all parts at once: gigabytes for a stranger's megabytes."""
    found = [problem.path for problem in violations(Schema.from_dict(schema), value)]

    assert found == paths
