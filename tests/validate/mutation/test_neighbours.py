"""Inputs next to examples: valid, new, each one step away."""

from __future__ import annotations

from typing import Any

import pytest

from mapp.model.app import read_app
from mapp.model.arguments import with_defaults
from mapp.model.values import canonical
from mapp.starter import bundle
from mapp.validate.mutation.neighbours import neighbours
from support.apps import app


def near(schema: dict[str, Any], value: Any) -> list[Any]:
    draft = app()
    draft.manifest["input"] = {"it": schema}
    return [row["it"] for row in neighbours(draft.read().manifest, [{"it": value}], 1000)]


@pytest.mark.parametrize(
    ("schema", "value", "among"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 9}, 5, [6, 4, 0, 9]),
        ({"type": "number", "minimum": 0}, 5, [5.5, 10]),
        ({"type": "string", "maxLength": 3}, "abc", ["ab", "bc", "ABC", ""]),
        ({"type": "string", "format": "date"}, "2024-02-28", ["2024-02-29", "2025-02-28"]),
        ({"type": "boolean"}, True, [False]),
        ({"enum": ["a", "b", "c"]}, "b", ["a", "c"]),
        (
            {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
            [1, 2],
            [[2], [1], [2, 1], [2, 2], []],
        ),
    ],
)
def test_a_value_has_the_neighbours_that_a_person_would_try(
    schema: dict[str, Any], value: Any, among: list[Any]
) -> None:
    found = near(schema, value)
    assert [row for row in among if row not in found] == []


@pytest.mark.parametrize("name", bundle.names())
def test_neighbours_are_valid_new_and_all_different(name: str) -> None:
    starter = read_app(bundle.files(name))
    given = [with_defaults(starter.manifest, dict(row.input)) for row in starter.examples]
    found = neighbours(starter.manifest, given, 100)

    texts = [canonical(dict(row)) for row in found]
    assert texts
    assert len(set(texts)) == len(texts) <= 100
    assert not set(texts) & {canonical(dict(row)) for row in given}
    for row in found:
        assert with_defaults(starter.manifest, dict(row)) == row
