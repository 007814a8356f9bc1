"""An app's interface in one line, for people and models."""

from __future__ import annotations

from typing import Final

from mapp.model.manifest import Argument, Manifest
from mapp.model.schema import Schema
from mapp.model.values import canonical

MAX_KIND_LENGTH: Final = 120


def interface_of(manifest: Manifest) -> str:
    """Returns an app's input and output in one line: `(price: number, rate: number = 20) -> number`."""
    arguments = ", ".join(map(_argument, manifest.arguments))
    return f"({arguments}) -> {_kind(manifest.output)}"


def _argument(argument: Argument) -> str:
    schema = argument.schema
    default = (
        f" = {canonical(schema.to_dict()['default'])}"
        if schema.has_default
        else "?"
        if argument.optional
        else ""
    )
    return f"{argument.name}: {_kind(schema)}{default}"


def _kind(schema: Schema) -> str:
    document = schema.to_dict()
    if "enum" in document:
        return " | ".join(canonical(value) for value in document["enum"])[:MAX_KIND_LENGTH]
    return "|".join(schema.types) or "any"
