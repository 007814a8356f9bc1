from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from mapp.errors import InvalidSchema
from mapp.model.schema import Schema
from support.drawn import json_values


def _problems(document: Any) -> dict[str, str]:
    with pytest.raises(InvalidSchema) as caught:
        Schema.from_dict(document, path="output")
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    "keyword",
    [
        "$ref",
        "$defs",
        "$id",
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "patternProperties",
        "contains",
        "prefixItems",
        "dependentSchemas",
        "propertyNames",
        "unevaluatedProperties",
        "title",
        "$schema",
        "$dynamicRef",
    ],
)
def test_every_keyword_outside_the_subset_is_refused_by_name(keyword: str) -> None:
    assert "is not a keyword of the subset" in _problems({keyword: {}})[f"output.{keyword}"]


@pytest.mark.parametrize(
    ("document", "path", "says"),
    [
        ([], "output", "must be a table"),
        (None, "output", "must be a table"),
        ({"type": "text"}, "output.type", "must be one of null"),
        ({"type": []}, "output.type", "must be one of"),
        ({"type": ["string", "string"]}, "output.type", "twice"),
        ({"type": [["string"]]}, "output.type", "must be one of"),
        ({"enum": []}, "output.enum", "at least one"),
        ({"enum": "ab"}, "output.enum", "must be a list"),
        ({"enum": [1, 1.0]}, "output.enum", "twice"),
        ({"enum": [float("nan")]}, "output.enum", "not a finite number"),
        ({"enum": list(range(1001))}, "output.enum", "more than 1000"),
        ({"const": float("inf")}, "output.const", "finite"),
        ({"default": 2**53}, "output.default", "integer beyond"),
        ({"default": "\ud800"}, "output.default", "lone surrogate"),
        ({"minimum": "0"}, "output.minimum", "must be a number"),
        ({"minimum": True}, "output.minimum", "must be a number"),
        ({"maximum": float("nan")}, "output.maximum", "finite"),
        ({"multipleOf": 0}, "output.multipleOf", "above zero"),
        ({"multipleOf": -1}, "output.multipleOf", "above zero"),
        ({"minLength": -1}, "output.minLength", "zero or more"),
        ({"maxLength": 1.5}, "output.maxLength", "whole number"),
        ({"maxItems": 2**60}, "output.maxItems", "beyond"),
        ({"uniqueItems": 1}, "output.uniqueItems", "true or false"),
        ({"pattern": 5}, "output.pattern", "must be a text"),
        ({"pattern": "x" * 501}, "output.pattern", "longer than 500"),
        ({"pattern": "a(?=b)"}, "output.pattern", "linear time"),
        ({"pattern": "(?<!a)b"}, "output.pattern", "linear time"),
        ({"pattern": r"(a)\1"}, "output.pattern", "linear time"),
        ({"pattern": r"\\(a)\1"}, "output.pattern", "linear time"),
        ({"format": "regex"}, "output.format", "must be one of date"),
        ({"format": ["date"]}, "output.format", "must be one of date"),
        ({"description": 5}, "output.description", "must be a text"),
        ({"description": "x" * 4001}, "output.description", "longer than 4000"),
        ({"required": ["a"]}, "output.required", "not a property"),
        ({"required": ["a", "a"], "properties": {"a": {}}}, "output.required", "twice"),
        ({"required": "a"}, "output.required", "list of names"),
        ({"additionalProperties": True}, "output.additionalProperties", "only be false"),
        ({"additionalProperties": {}}, "output.additionalProperties", "only be false"),
        ({"additionalProperties": 0}, "output.additionalProperties", "only be false"),
        ({"properties": []}, "output.properties", "must be a table"),
        ({"properties": {"__proto__": {}}}, "output.properties.__proto__", "not a valid property name"),
        ({"properties": {"": {}}}, "output.properties.", "not a valid property name"),
        ({"properties": {"x" * 65: {}}}, "output.properties." + "x" * 65, "not a valid property name"),
        ({"properties": {"a": {"items": {"type": 5}}}}, "output.properties.a.items.type", "must be one of"),
        ({"items": [{}]}, "output.items", "must be a table"),
        ({"minimum": 2, "maximum": 1}, "output", "minimum is above maximum"),
        ({"minLength": 2, "maxLength": 1}, "output", "min length is above max length"),
        ({"minItems": 2, "maxItems": 1}, "output", "min items is above max items"),
    ],
)
def test_an_invalid_value_of_a_keyword_is_refused_with_its_path(document: Any, path: str, says: str) -> None:
    assert says in _problems(document)[path]


def test_all_mistakes_are_reported_at_once() -> None:
    found = _problems(
        {"type": "text", "minimum": "0", "properties": {"a": {"$ref": "#"}, "b": {"format": "x"}}}
    )

    assert set(found) == {
        "output.type",
        "output.minimum",
        "output.properties.a.$ref",
        "output.properties.b.format",
    }


def _nested(depth: int, keyword: str) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(depth):
        document = {"items": document} if keyword == "items" else {"properties": {"a": document}}
    return document


@pytest.mark.parametrize("keyword", ["items", "properties"])
def test_depth_is_limited(keyword: str) -> None:
    Schema.from_dict(_nested(12, keyword))

    assert any("too large" in message for message in _problems(_nested(13, keyword)).values())
    assert any("too large" in message for message in _problems(_nested(400, keyword)).values())


def test_the_number_of_schemas_is_limited() -> None:
    row: dict[str, Any] = {f"p{number}": {} for number in range(40)}
    document = {"properties": {f"p{number}": {"properties": row} for number in range(40)}}

    assert any("too large" in message for message in _problems(document).values())


@given(json_values)
def test_any_document_is_parsed_or_refused(document: Any) -> None:
    try:
        schema = Schema.from_dict(document)
    except InvalidSchema as error:
        assert error.problems
    else:
        assert Schema.from_dict(schema.to_dict()) == schema


@pytest.mark.parametrize(
    "keyword", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxItems"]
)
def test_zero_is_a_bound_too(keyword: str) -> None:
    assert Schema.from_dict({keyword: 0}).to_dict() == {keyword: 0}


def test_null_is_a_default_and_a_constant() -> None:
    schema = Schema.from_dict({"default": None, "const": None})

    assert schema.has_default
    assert schema.to_dict() == {"default": None, "const": None}
