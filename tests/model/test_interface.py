from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from mapp.model.capabilities import Capabilities
from mapp.model.interface import compare, interface_hash
from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.model.version import Level, Version
from support.apps import Draft, app
from support.drawn import NEAR, manifests, pairs


def _manifest(*, argument: Schema | None = None, output: Schema | None = None) -> Manifest:
    arguments = () if argument is None else (Argument(name="value", schema=argument),)
    version = Version(major=1, minor=0, patch=0)
    return Manifest(
        name="a", version=version, description="a", arguments=arguments, output=output or Schema()
    )


@settings(max_examples=1000)
@given(pairs())
def test_a_patch_or_minor_accepts_every_input_of_the_old_version(
    pair: tuple[Schema, Schema],
) -> None:
    old, new = pair
    if compare(_manifest(argument=old), _manifest(argument=new)).level < Level.MAJOR:
        assert [value for value in NEAR if is_valid(old, value) and not is_valid(new, value)] == []


@settings(max_examples=1000)
@given(pairs())
def test_outputs_of_a_patch_or_minor_fit_the_old_schema_except_new_fields(
    pair: tuple[Schema, Schema],
) -> None:
    old, new = pair
    if compare(_manifest(output=old), _manifest(output=new)).level < Level.MAJOR:
        outputs = [value for value in NEAR if is_valid(new, value)]
        assert [row for row in outputs if not is_valid(old, _without_new_fields(row, old, new))] == []


@given(pairs())
def test_a_patch_accepts_the_same_values(pair: tuple[Schema, Schema]) -> None:
    old, new = pair
    if compare(_manifest(argument=old), _manifest(argument=new)).level == Level.PATCH:
        assert [value for value in NEAR if is_valid(old, value) != is_valid(new, value)] == []


def _without_new_fields(value: Any, old: Schema, new: Schema) -> Any:
    """Returns an output with the fields taken away that only the new schema names."""
    if isinstance(value, list) and old.items is not None and new.items is not None:
        return [_without_new_fields(item, old.items, new.items) for item in value]
    if isinstance(value, dict):
        before, after = dict(old.properties), dict(new.properties)
        return {
            name: _without_new_fields(item, before[name], after[name]) if name in before else item
            for name, item in value.items()
            if name in before or name not in after
        }
    return value


@given(manifests())
def test_an_interface_does_not_differ_from_itself(manifest: Manifest) -> None:
    assert compare(manifest, manifest).differences == ()


@given(manifests())
def test_prose_changes_neither_the_interface_nor_its_hash(manifest: Manifest) -> None:
    arguments = tuple(
        replace(row, schema=replace(row.schema, description="else", examples=(1,)))
        for row in manifest.arguments
    )
    output = replace(manifest.output, description="other words", examples=("x",))
    other = replace(manifest, description="Says it otherwise.", arguments=arguments, output=output)

    assert compare(manifest, other).level == Level.PATCH
    assert interface_hash(manifest) == interface_hash(other)


@given(manifests(), manifests())
def test_interfaces_with_the_same_hash_do_not_differ(one: Manifest, other: Manifest) -> None:
    if interface_hash(one) == interface_hash(other):
        assert compare(one, other).level == Level.PATCH


CHANGES: list[tuple[str, Draft, Level]] = [
    ("a new optional argument", app().taking(note={"type": "string", "optional": True}), Level.MINOR),
    ("a new argument with a default", app().taking(rate={"type": "number", "default": 1}), Level.MINOR),
    ("a new required argument", app().taking(rate={"type": "number"}), Level.MAJOR),
    ("an argument removed", app().stating(input={}), Level.MAJOR),
    ("a wider argument", app().taking(number={"type": "number", "minimum": -1000}), Level.MINOR),
    ("a narrower argument", app().taking(number={"type": "number", "minimum": 0, "maximum": 9}), Level.MAJOR),
    (
        "an argument that need no longer be given",
        app().taking(number={"type": "number", "minimum": -1000, "maximum": 1000, "default": 1}),
        Level.MINOR,
    ),
    ("a wider output", app().stating(output={"type": "number"}), Level.MAJOR),
    (
        "a narrower output",
        app().stating(output={"type": "integer", "minimum": -2000, "maximum": 2000}),
        Level.MINOR,
    ),
    ("a new way to refuse", app().stating(errors={"no": "It cannot be."}), Level.MAJOR),
    ("a new capability", app().stating(capabilities={"clock": True}), Level.MAJOR),
    ("another description", app().stating(description="Multiplies by two."), Level.PATCH),
    ("other limits", app().stating(limits={"wall_ms": 100}), Level.PATCH),
]


@pytest.mark.parametrize(("what", "new", "level"), CHANGES, ids=[row[0] for row in CHANGES])
def test_an_interface_change_requires_its_level(what: str, new: Draft, level: Level) -> None:
    assert compare(app().read().manifest, new.read().manifest).level == level


def test_a_changed_default_breaks_callers() -> None:
    old = app().taking(rate={"type": "number", "default": 19})
    new = app().taking(rate={"type": "number", "default": 20})

    found = compare(old.read().manifest, new.read().manifest)

    assert [(row.path, row.level) for row in found.differences] == [("input.rate", Level.MAJOR)]


def test_constraining_a_field_of_an_open_object_breaks_callers() -> None:
    old = Schema.from_dict({"type": "object"})
    new = Schema.from_dict({"type": "object", "properties": {"a": {"type": "string"}}})

    assert is_valid(old, {"a": 1}) and not is_valid(new, {"a": 1})
    assert compare(_manifest(argument=old), _manifest(argument=new)).level == Level.MAJOR


def test_accepting_a_new_field_in_a_closed_object_breaks_nobody() -> None:
    old = Schema.from_dict({"type": "object", "properties": {"b": {}}, "additionalProperties": False})
    new = Schema.from_dict(
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "additionalProperties": False}
    )

    assert compare(_manifest(argument=old), _manifest(argument=new)).level == Level.MINOR


def test_losing_a_capability_breaks_nobody() -> None:
    old = replace(_manifest(), capabilities=Capabilities(clock=True))

    assert compare(old, _manifest()).level == Level.PATCH


def test_a_changed_unit_breaks_callers() -> None:
    old = app().taking(number={"type": "number", "unit": "kg"}).read().manifest
    new = app().taking(number={"type": "number", "unit": "g"}).read().manifest

    assert compare(old, new).level == Level.MAJOR
    assert interface_hash(old) != interface_hash(new)
