from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapp.errors import InvalidManifest
from mapp.model.manifest import Manifest
from support.apps import app
from support.drawn import json_values


def _paths(document: Any) -> dict[str, str]:
    with pytest.raises(InvalidManifest) as caught:
        Manifest.from_dict(document)
    return {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"manifest": 2}, "manifest", "version 1"),
        ({"manifest": "1"}, "manifest", "whole number"),
        ({"manifest": True}, "manifest", "whole number"),
        ({"name": "Double"}, "name", "is not a name"),
        ({"name": 5}, "name", "must be a text"),
        ({"name": "../x"}, "name", "is not a name"),
        ({"version": "1"}, "version", "is not a version"),
        ({"version": 1}, "version", "must be a text"),
        ({"description": ""}, "description", "is empty"),
        ({"description": "two\nlines"}, "description", "one line"),
        ({"description": "x" * 301}, "description", "one line"),
        ({"description": "a\u202eb"}, "description", "printable"),
        ({"sources": "RFC"}, "sources", "must be a list"),
        ({"sources": [5]}, "sources", "list of at most"),
        ({"input": []}, "input", "must be a table"),
        ({"input": {"a-b": {}}}, "input.a-b", "not an identifier"),
        ({"input": {"constructor": {}}}, "input.constructor", "JavaScript"),
        ({"input": {f"a{number}": {} for number in range(65)}}, "input", "more than 64"),
        ({"input": {"a": "number"}}, "input.a", "must be a table"),
        ({"input": {"a": {"kind": "number"}}}, "input.a.kind", "not a keyword"),
        ({"input": {"a": {"optional": "yes"}}}, "input.a.optional", "true or false"),
        (
            {"input": {"a": {"optional": True, "default": 1}}},
            "input.a.optional",
            "cannot be combined with a default",
        ),
        ({"input": {"a": {"unit": 5}}}, "input.a.unit", "must be a text"),
        (
            {"input": {"a": {"enum": ["x"], "words": {"y": ["z"]}}}},
            "input.a.words.y",
            "not a value of the enum",
        ),
        ({"input": {"a": {"enum": ["x"], "words": {"x": "z"}}}}, "input.a.words.x", "must be a list"),
        ({"input": {"a": {"attachment": True}, "b": {"attachment": True}}}, "input", "more than one"),
        ({"output": None}, "output", "must be a table"),
        ({"output": {"default": 1}}, "output.default", "has no default"),
        ({"output": {"$ref": "http://127.0.0.1/"}}, "output.$ref", "not a keyword"),
        ({"errors": {"a b": "no"}}, "errors.a b", "not an identifier"),
        ({"errors": {"a": 5}}, "errors.a", "must be a text"),
        ({"errors": ["a"]}, "errors", "must be a table"),
        ({"capabilities": {"network": True}}, "capabilities.network", "not a known key"),
        ({"capabilities": {"clock": 1}}, "capabilities.clock", "true or false"),
        ({"limits": {"wall_ms": 0}}, "limits.wall_ms", "between 1 and 60000"),
        ({"limits": {"memory_mb": 99999}}, "limits.memory_mb", "between"),
        ({"limits": {"wall_ms": 1.5}}, "limits.wall_ms", "whole number"),
        ({"limits": {"cpu": 1}}, "limits.cpu", "not a known key"),
        ({"author": "me"}, "author", "not a known key"),
    ],
)
def test_a_mistake_is_reported_with_its_path(change: dict[str, Any], path: str, says: str) -> None:
    assert says in _paths({**app().manifest, **change})[path]


@pytest.mark.parametrize("key", ["manifest", "name", "version", "description", "output"])
def test_a_missing_key_is_reported(key: str) -> None:
    document = {name: value for name, value in app().manifest.items() if name != key}

    assert _paths(document) == {key: "is missing"}


def test_all_mistakes_are_reported_at_once() -> None:
    change = {
        "name": "X",
        "version": "one",
        "input": {"a": {"type": "text"}},
        "output": {"oneOf": []},
        "z": 1,
    }

    assert set(_paths({**app().manifest, **change})) == {
        "name",
        "version",
        "input.a.type",
        "output.oneOf",
        "z",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "= 1",
        "manifest = 1\nmanifest = 1",
        "a = [" * 5000,
        "x" * 300_000,
        '"\\ud800" = 1',
        "manifest = 1\x00",
    ],
)
def test_invalid_toml_and_invalid_manifests_are_refused(text: str) -> None:
    with pytest.raises(InvalidManifest):
        Manifest.from_toml(text)


def test_dates_infinities_and_nan_of_toml_are_refused() -> None:
    text = """
manifest = 1
name = "a"
version = "1.0.0"
description = "a"
[input.day]
default = 2024-01-01
[input.rate]
default = nan
maximum = inf
[output]
"""
    with pytest.raises(InvalidManifest) as caught:
        Manifest.from_toml(text)

    assert {problem.path for problem in caught.value.problems} == {
        "input.day.default",
        "input.rate.default",
        "input.rate.maximum",
    }


@given(st.sampled_from(sorted(app().manifest)), json_values)
def test_any_value_under_any_key_is_parsed_or_refused(key: str, value: Any) -> None:
    try:
        manifest = Manifest.from_dict({**app().manifest, key: value})
    except InvalidManifest as error:
        assert error.problems
    else:
        assert Manifest.from_dict(manifest.to_dict()) == manifest


@given(json_values)
def test_any_argument_table_is_parsed_or_refused(value: Any) -> None:
    for table in (
        {"value": value},
        {"value": {"words": value, "enum": ["a"]}},
        {"value": {"enum": value, "words": {"a": ["b"]}}},
    ):
        try:
            Manifest.from_dict({**app().manifest, "input": table})
        except InvalidManifest as error:
            assert error.problems
