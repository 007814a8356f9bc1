"""Fills in and validates the arguments of a call."""

from __future__ import annotations

from collections.abc import Mapping

from mapp.errors import InvalidArguments
from mapp.model.manifest import Manifest
from mapp.model.validation import violations
from mapp.model.values import JSONValue, checked, same


def with_defaults(manifest: Manifest, arguments: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """Returns the arguments of a call, with the manifest's defaults, in the manifest's order.

    Raises:
        InvalidArguments: lists every mistake with its path.
    """
    checked(dict(arguments), what="the input")
    filled: dict[str, JSONValue] = {}
    for argument in manifest.arguments:
        if argument.name in arguments:
            filled[argument.name] = arguments[argument.name]
        elif argument.schema.has_default:
            filled[argument.name] = argument.schema.default  # type: ignore[assignment]  # has_default says so
    unknown = {name: value for name, value in arguments.items() if name not in filled}
    problems = violations(manifest.input_schema, {**filled, **unknown})
    if problems:
        raise InvalidArguments(
            f"the arguments do not fit {manifest.name}",
            problems,
            hint=f"to list its arguments: mapp show {manifest.name}",
        )
    return filled


def without_defaults(manifest: Manifest, arguments: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """Returns an input as a caller writes it: without arguments that have their default value."""
    defaults = {row.name: row.schema.default for row in manifest.arguments if row.schema.has_default}
    return {
        name: value
        for name, value in arguments.items()
        if name not in defaults or not same(defaults[name], value)  # type: ignore[arg-type]  # none is absent
    }
