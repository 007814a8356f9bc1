"""A contract is a table with ranges, defaults and all examples, and an extension says what is new."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from mapp_cli.contract import contract_lines
from support.apps import app


def row(lines: list[str], name: str) -> str:
    return next(line for line in lines if f" {name} " in line)


def test_ranges_defaults_and_all_examples_are_shown() -> None:
    draft = app().taking(times={"type": "integer", "minimum": 1, "default": 2, "description": "how often"})
    for number in range(100, 120):
        draft.example({"number": number}, output=number * 2)
    known = draft.read()
    lines = contract_lines(known)

    assert lines[0] == "double 1.0.0: Doubles a number."
    assert row(lines, "number").split() == ["number", "number", "-1000", "to", "1000", "needed"]
    assert row(lines, "times").split("  ")[-1] == "how often"
    assert "at least 1" in row(lines, "times") and " 2 " in row(lines, "times")
    assert "-2000 to 2000" in row(lines, "(returns)")
    assert len([line for line in lines if line.startswith("  example ")]) == len(known.examples)
    assert lines[-1] == f"  {len(known.examples)} examples, {len(known.phrases)} requests and near misses"


@pytest.mark.parametrize(
    ("schema", "range_"),
    [
        ({"enum": ["up", "down"]}, '"up", "down"'),
        ({"type": "string", "minLength": 1, "maxLength": 9}, "1 to 9 characters"),
        ({"type": "string", "pattern": "^a+$"}, "matches ^a+$"),
        ({"type": "string", "format": "date"}, "date"),
        (
            {"type": "array", "items": {"type": "integer", "minimum": 0}, "maxItems": 5},
            "at most 5 items; each at",
        ),
        ({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5}, "more than 0; a multiple of 0.5"),
        ({"type": "boolean"}, "any"),
    ],
)
def test_every_kind_of_limit_is_a_range(schema: dict[str, Any], range_: str) -> None:
    lines = contract_lines(app().taking(other=schema).file("tests/examples.jsonl", "").read())

    assert range_ in row(lines, "other")


def test_an_extension_marks_what_is_new_and_what_has_changed() -> None:
    old = app().stating(errors={"odd": "not even"})
    new = app().stating(errors={"odd": "not even", "far": "too far"}, version="1.1.0")
    new = new.taking(plus={"type": "integer", "default": 0}).example({"number": 5, "plus": 1}, output=11)
    new = new.stating(output={"type": "number", "minimum": -3000, "maximum": 3000})
    lines = contract_lines(new.read(), old.read())

    assert lines[1] == "extends double 1.0.0; + is new, ~ has changed"
    assert row(lines, "plus").startswith("+ ")
    assert row(lines, "(returns)").startswith("~ ")
    assert row(lines, "number").startswith("  ")
    assert [line for line in lines if "refuses" in line] == [
        "  refuses  odd: not even",
        "+ refuses  far: too far",
    ]
    assert [line for line in lines if "example " in line] == [
        f"+ example  {json.dumps({'number': 5, 'plus': 1})} -> 11",
        f"  example  {json.dumps({'number': 2})} -> 4",
    ]


def test_nothing_of_a_contract_reaches_the_terminal_raw() -> None:
    text = "a\x1b[31m \u202e note\r"
    draft = app().taking(
        note={"type": "string", "optional": True, "description": text, "pattern": "^[^\x1b]*$"}
    )
    known = replace(draft.read())
    lines = contract_lines(known)

    assert not {"\x1b", "\u202e", "\r"} & set("".join(lines))
    assert "optional" in row(lines, "note")
