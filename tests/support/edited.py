"""Draws interfaces that differ by random edits, small and large, compatible and not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
from hypothesis import reject

from mapp.errors import InvalidManifest
from mapp.model.manifest import Manifest

_NAMES = st.sampled_from(["alpha", "beta", "gamma"])
_NUMBERS = st.sampled_from([-2, -1, 0, 0.5, 1, 2, 3, 10])
_COUNTS = st.sampled_from([0, 1, 2, 3, 5])

_KEYWORDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "number": {
        "minimum": _NUMBERS,
        "maximum": _NUMBERS,
        "exclusiveMinimum": _NUMBERS,
        "exclusiveMaximum": _NUMBERS,
        "multipleOf": st.sampled_from([1, 2, 0.5, 4]),
    },
    "string": {
        "minLength": _COUNTS,
        "maxLength": _COUNTS,
        "pattern": st.sampled_from(["^a", "b", "^[a-z]*$"]),
        "format": st.sampled_from(["date", "email"]),
    },
    "array": {"minItems": _COUNTS, "maxItems": _COUNTS, "uniqueItems": st.booleans()},
    "object": {"additionalProperties": st.just(False)},
}
_ANY: dict[str, st.SearchStrategy[Any]] = {
    "enum": st.lists(
        st.sampled_from([1, 2, 1.0, True, "a", "ab", "b", None, [], [1], {}]), min_size=1, max_size=4
    ),
    "const": st.sampled_from([1, "a", None, True, [1]]),
    "description": st.sampled_from(["one", "other"]),
}
_TYPES = {
    "number": ["number", "integer", ["number", "null"], ["integer", "string"]],
    "string": ["string", ["string", "null"], ["string", "boolean"]],
    "array": ["array", ["array", "null"]],
    "object": ["object", ["object", "null"]],
}


@st.composite
def documents(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """Draws a schema's document, mostly of one type and few keywords."""
    kind = draw(st.sampled_from(["number", "string", *(["array", "object"] if depth else [])]))
    document: dict[str, Any] = {"type": draw(st.sampled_from(_TYPES[kind]))}
    for name in draw(st.lists(st.sampled_from(sorted(_KEYWORDS[kind])), max_size=2, unique=True)):
        document[name] = draw(_KEYWORDS[kind][name])
    if draw(st.integers(0, 9)) == 0:
        name = draw(st.sampled_from(sorted(_ANY)))
        document[name] = draw(_ANY[name])
    if kind == "array" and draw(st.booleans()):
        document["items"] = draw(documents(depth - 1))
    if kind == "object":
        fields = draw(st.dictionaries(_NAMES, documents(depth - 1), max_size=2))
        document["properties"] = fields
        document["required"] = sorted(name for name in fields if draw(st.booleans()))
    return document


@st.composite
def edited(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    """Draws the document after one edit, at the top level or deeper."""
    new = dict(document)
    inner = [name for name in ("items", "properties") if new.get(name)]
    deeper: bool = draw(st.booleans())
    if inner and deeper:
        chosen: str = draw(st.sampled_from(inner))
        return draw(_edited_inside(new, chosen))
    kind = draw(st.sampled_from(sorted(_KEYWORDS)))
    what = draw(st.sampled_from(["drop", "drop", "set", "set", "type", "any", "required"]))
    if what == "drop":
        name = draw(st.sampled_from(sorted({*new, "maximum"} - {"properties"})))
        new.pop(name, None)
    elif what == "set":
        name = draw(st.sampled_from(sorted(_KEYWORDS[kind])))
        new[name] = draw(_KEYWORDS[kind][name])
    elif what == "type":
        new["type"] = draw(st.sampled_from([row for rows in _TYPES.values() for row in rows]))
    elif what == "any":
        name = draw(st.sampled_from(sorted(_ANY)))
        new[name] = draw(_ANY[name])
    else:
        new["required"] = sorted(name for name in new.get("properties", {}) if draw(st.booleans()))
    return new


@st.composite
def _edited_inside(draw: st.DrawFn, document: dict[str, Any], name: str) -> dict[str, Any]:
    if name == "items":
        return {**document, "items": draw(edited(document["items"]))}
    fields = dict(document["properties"])
    chosen = draw(st.sampled_from(sorted(fields)))
    match draw(st.sampled_from(["edit", "drop", "add"])):
        case "edit":
            fields[chosen] = draw(edited(fields[chosen]))
        case "drop":
            del fields[chosen]
        case _:
            fields.setdefault(draw(_NAMES), draw(documents(0)))
    required = [row for row in document.get("required", []) if row in fields]
    return {**document, "properties": fields, "required": required}


@st.composite
def _argument(draw: st.DrawFn) -> dict[str, Any]:
    document = draw(documents(1))
    match draw(st.sampled_from(["needed", "optional", "default"])):
        case "optional":
            document["optional"] = True
        case "default":
            document["default"] = draw(_defaults(document))
    return document


_OF_TYPE: dict[str, list[Any]] = {
    "number": [1, 2],
    "integer": [1, 2],
    "string": ["a", "ab"],
    "array": [[], [1]],
    "object": [{}],
    "null": [None],
    "boolean": [True],
}


def _defaults(document: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Returns a strategy for values that mostly fit a schema."""
    found = document.get("type", "number")
    kinds = found if isinstance(found, list) else [found]
    return st.sampled_from(document.get("enum") or [value for kind in kinds for value in _OF_TYPE[kind]])


@st.composite
def manifest_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draws the document of a manifest."""
    return {
        "manifest": 1,
        "name": "app",
        "version": "1.0.0",
        "description": "Does it.",
        "input": draw(st.dictionaries(_NAMES, _argument(), max_size=2)),
        "output": draw(documents()),
        "errors": dict.fromkeys(draw(st.lists(_NAMES, max_size=1)), "No."),
        "capabilities": draw(_CAPABILITIES),
    }


_CAPABILITIES = st.fixed_dictionaries(
    {},
    optional={
        "clock": st.just(True),
        "random": st.just(True),
        "store": st.sampled_from([{"max_kb": 1}, {"max_kb": 9}]),
        "llm": st.sampled_from([{"max_tokens": 1}, {"max_tokens": 9}]),
        "http": st.lists(
            st.fixed_dictionaries(
                {
                    "host": st.sampled_from(["a.example.com", "b.example.com"]),
                    "methods": st.sampled_from([["GET"], ["HEAD"], ["GET", "POST"], ["GET", "HEAD"]]),
                },
                optional={
                    "secret": st.sampled_from(
                        [{"name": "ONE", "header": "Authorization"}, {"name": "TWO", "header": "X-Key"}]
                    )
                },
            ),
            min_size=1,
            max_size=2,
            unique_by=lambda row: str(row["host"]),
        ),
    },
)


@st.composite
def _edited_manifest(draw: st.DrawFn, document: dict[str, Any]) -> dict[str, Any]:
    arguments = dict(document["input"])
    match draw(
        st.sampled_from(
            ["argument", "argument", "output", "output", "need", "default", "add", "drop", "rest"]
        )
    ):
        case "argument" if arguments:
            name = draw(st.sampled_from(sorted(arguments)))
            arguments[name] = draw(edited(arguments[name]))
        case "need" if arguments:
            name = draw(st.sampled_from(sorted(arguments)))
            row = {key: value for key, value in arguments[name].items() if key not in ("optional", "default")}
            more: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
                [{}, {"optional": True}, {"unit": "kg"}, {"default": draw(_defaults(arguments[name]))}]
            )
            arguments[name] = {**row, **draw(more)}
        case "default" if any("default" in row for row in arguments.values()):
            name = draw(st.sampled_from(sorted(key for key, row in arguments.items() if "default" in row)))
            arguments[name] = {**arguments[name], "default": draw(_defaults(arguments[name]))}
        case "add":
            arguments.setdefault(draw(_NAMES), draw(_argument()))
        case "drop" if arguments:
            del arguments[draw(st.sampled_from(sorted(arguments)))]
        case "rest":
            return {**document, "capabilities": draw(_CAPABILITIES)}
        case _:
            return {**document, "output": draw(edited(document["output"]))}
    return {**document, "input": arguments}


def _read(document: dict[str, Any]) -> Manifest:
    try:
        return Manifest.from_dict(document)
    except InvalidManifest:  # a minimum above the maximum, a default that does not fit, …
        reject()


@st.composite
def histories(draw: st.DrawFn, length: int = 2) -> tuple[Manifest, ...]:
    """Draws several versions of one app, each edited from the previous one."""
    document = draw(manifest_documents())
    found = [_read(document)]
    for _ in range(length - 1):
        for _ in range(draw(st.integers(1, 2))):
            document = draw(_edited_manifest(document))
        found.append(_read(document))
    return tuple(replace(row, sources=()) for row in found)
