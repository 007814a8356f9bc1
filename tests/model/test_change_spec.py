"""The records of changes that earlier versions wrote into the journal, and those of today."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapp.errors import IntegrityError
from mapp.model.app import Example
from mapp.model.change import Change
from mapp.model.change_spec import Choice, CompileSpec, ExpandSpec, Near, parse_spec

EXAMPLE = {"input": {"number": 2}, "output": 6}
COMPILE: dict[str, Any] = {
    "named": False,
    "new": True,
    "near": [["tip", "Splits a tip.", "(amount) -> number"], ["vat", "Adds VAT."]],
    "stated": [EXAMPLE],
    "base": "",
    "contract": {"mapp.toml": "manifest = 1\n"},
    "choice": {"choice": "new", "app": "", "reason": "no app does it"},
    "edited": True,
}
EXPAND: dict[str, Any] = {
    "named": True,
    "new": False,
    "near": [["tip", "Splits a tip.", ""]],
    "stated": [],
    "base": "f00d",
    "choice": {"choice": "widen", "app": "tip", "reason": "one more argument"},
    "first": 3,
}


def row(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Returns a row of the journal's table of changes."""
    return {
        "id": "019ac5f2-0000-7000-8000-000000000000",
        "began": 1_700_000_000.0,
        "kind": kind,
        "app": "tip",
        "request": "split a tip",
        "coder": "scripted",
        "state": "open",
        "detail": "",
        "commit": "",
        "given": json.dumps(given),
    }


def test_a_stored_compile_keeps_all_that_it_was_given() -> None:
    change = Change.from_row(row("compile", COMPILE))

    assert change.branch == "compile/019ac5f2-0000-7000-8000-000000000000"
    assert change.spec == CompileSpec(
        named=False,
        new=True,
        near=(
            Near(name="tip", description="Splits a tip.", interface="(amount) -> number"),
            Near(name="vat", description="Adds VAT."),
        ),
        stated=(Example(input=(("number", 2),), output=6),),
        contract={"mapp.toml": b"manifest = 1\n"},
        choice=Choice(kind="new", reason="no app does it"),
        edited=True,
    )


def test_a_stored_compile_that_became_an_expansion_can_be_resumed() -> None:
    assert Change.from_row(row("expand", EXPAND)).spec == ExpandSpec(
        base="f00d", first_round=3, choice=Choice(kind="widen", app="tip", reason="one more argument")
    )


def test_a_new_row_has_the_form_of_the_stored_ones() -> None:
    stored = {**COMPILE, "near": [COMPILE["near"][0], [*COMPILE["near"][1], ""]]}
    assert Change.from_row(row("compile", COMPILE)).to_row() == row("compile", stored)


@pytest.mark.parametrize("given", [{"base": "f00d"}, {**EXPAND, "edited": True}])
def test_an_expansion_is_the_same_after_it_was_stored(given: dict[str, Any]) -> None:
    spec = parse_spec("expand", json.dumps(given))
    assert parse_spec("expand", json.dumps(spec.to_dict())) == spec


def test_a_change_of_an_unknown_kind_is_reported() -> None:
    with pytest.raises(IntegrityError, match="unknown kind 'paint'"):
        Change.from_row(row("paint", {}))
