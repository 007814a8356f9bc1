"""Inputs close to given ones: what a person would try after an example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

from mapp.errors import InvalidArguments
from mapp.model.arguments import with_defaults
from mapp.model.manifest import Manifest
from mapp.model.schema import Schema
from mapp.model.validation import is_valid
from mapp.model.values import JSONValue, canonical

Arguments = dict[str, JSONValue]

_MAX_LENGTH: Final = 2000
"""Longer texts and lists are not varied: shorter ones show the same."""


def neighbours(manifest: Manifest, given: Sequence[Arguments], most: int) -> tuple[Arguments, ...]:
    """Returns valid inputs that differ from one of the given ones in one argument, at most `most`.

    The given inputs take turns, so that each contributes; a given input is never returned.
    """
    seen = {canonical(dict(arguments)) for arguments in given}
    found: list[Arguments] = []
    walks = [_near(manifest, arguments) for arguments in given]
    while walks and len(found) < most:
        for walk in list(walks):
            near = next(walk, None)
            if near is None:
                walks.remove(walk)
            elif (key := canonical(dict(near))) not in seen and len(found) < most:
                seen.add(key)
                found.append(near)
    return tuple(found)


def _near(manifest: Manifest, arguments: Arguments) -> Iterator[Arguments]:
    walks = [
        (argument.name, _other_values(argument.schema, arguments[argument.name]))
        for argument in manifest.arguments
        if argument.name in arguments
    ]
    while walks:
        for name, walk in list(walks):
            value = next(walk, None)
            if value is None:
                walks.remove((name, walk))
                continue
            try:
                yield with_defaults(manifest, {**arguments, name: value[0]})
            except InvalidArguments:
                continue


def _other_values(schema: Schema, value: JSONValue) -> Iterator[tuple[JSONValue]]:
    """Yields valid values close to one, each in a tuple, because None is a value too."""
    for other in _proposed(schema, value):
        if is_valid(schema, other):
            yield (other,)


def _proposed(schema: Schema, value: JSONValue) -> Iterator[JSONValue]:
    if schema.enum is not None:
        yield from (other for other in schema.enum if other != value)
        return
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from _numbers(schema, value)
    elif isinstance(value, str) and len(value) <= _MAX_LENGTH:
        yield from _texts(value)
    elif isinstance(value, list) and len(value) <= _MAX_LENGTH:
        yield from _lists(schema, value)
    elif isinstance(value, dict):
        yield from _objects(schema, value)


def _numbers(schema: Schema, value: float) -> Iterator[JSONValue]:
    bounds = [bound for bound in (schema.minimum, schema.maximum) if bound is not None]
    for other in (
        value + 1,
        value - 1,
        value * 2,
        -value,
        0,
        1,
        *bounds,
        value + 0.5,
        value / 10,
        value + 10,
    ):
        if other != value:
            yield int(other) if float(other).is_integer() and abs(other) < 2**53 else float(other)


def _texts(value: str) -> Iterator[JSONValue]:
    middle = len(value) // 2
    yield from (value[1:], value[:-1], value + value[-1:], value[:1] + value)
    yield from (value.upper(), value.lower(), value + " ", " " + value, value[::-1], "", value + "\n")
    yield from (value + "a", value + "1", value + "é", value + "-", f"{value} {value}")
    yield from (value[:middle] + value[middle + 1 :], value[:middle] + " " + value[middle:])
    for position, character in enumerate(value[:40]):
        if character in "0123456789":
            yield f"{value[:position]}{(int(character) + 1) % 10}{value[position + 1 :]}"


def _lists(schema: Schema, value: list[JSONValue]) -> Iterator[JSONValue]:
    yield from (value[1:], value[:-1], [*value, *value[-1:]], [*value[:1], *value], value[::-1], [])
    if schema.items is not None:
        for position, item in enumerate(value[:3]):
            for (other,) in _other_values(schema.items, item):
                yield [*value[:position], other, *value[position + 1 :]]


def _objects(schema: Schema, value: dict[str, JSONValue]) -> Iterator[JSONValue]:
    for name, inner in schema.properties:
        if name in value:
            for (other,) in _other_values(inner, value[name]):
                yield {**value, name: other}
            if name not in schema.required:
                yield {key: kept for key, kept in value.items() if key != name}


def pasted(row: dict[str, JSONValue]) -> str:
    """Returns a row as one line of JSON, without escapes for non-ASCII letters."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
