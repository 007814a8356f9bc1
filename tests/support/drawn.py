"""Hypothesis strategies for the values of `mapp.model`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from mapp.errors import InvalidSchema, Problem
from mapp.model.capabilities import Capabilities
from mapp.model.decision import Ask, Compile, Decision, Expand, Refuse, Use
from mapp.model.manifest import Argument, Limits, Manifest
from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.request import Candidate, Phrase
from mapp.model.schema import FORMATS, Schema
from mapp.model.validation import is_valid
from mapp.model.values import MAX_INTEGER
from mapp.model.version import Version

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
numbers = st.one_of(st.integers(-MAX_INTEGER, MAX_INTEGER), st.floats(allow_nan=False, allow_infinity=False))
json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)
names = st.sampled_from(["alpha", "beta", "gamma", "delta", "rate2", "x_1"])
versions = st.builds(Version, major=st.integers(0, 20), minor=st.integers(0, 20), patch=st.integers(0, 20))

_listed_values: st.SearchStrategy[Any] = st.sampled_from(["a", "b", "c", 1, 2, None])
_small = st.integers(-5, 5)
_bound = st.one_of(st.none(), _small, st.sampled_from([-0.5, 0.0, 2.5]))
_count = st.one_of(st.none(), st.integers(0, 4))
_patterns = st.sampled_from([None, None, "^[a-z]*$", "b"])
_scalar: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), _small, st.sampled_from([0.5, "a", "b", ""])
)


def _ordered(low: Any, high: Any) -> tuple[Any, Any]:
    return (high, low) if low is not None and high is not None and low > high else (low, high)


@st.composite
def schemas(draw: st.DrawFn, *, depth: int = 2) -> Schema:
    """Draws any schema of the subset, small enough that random values sometimes fit."""
    kinds = draw(
        st.sampled_from(
            [
                (),
                ("null",),
                ("integer",),
                ("number",),
                ("string",),
                ("array",),
                ("object",),
                ("string", "null"),
                ("integer", "string"),
                ("boolean",),
                ("number", "array"),
            ]
        )
    )
    schema = Schema(types=kinds, description=draw(st.sampled_from(["", "what it is"])))
    if draw(st.integers(0, 6)) == 0:
        values = draw(st.lists(_listed_values, min_size=1, unique=True))
        return replace(schema, enum=tuple(values))
    if draw(st.integers(0, 12)) == 0:
        return replace(schema, const=draw(_scalar))
    minimum, maximum = _ordered(draw(_bound), draw(_bound))
    min_length, max_length = _ordered(draw(_count), draw(_count))
    min_items, max_items = _ordered(draw(_count), draw(_count))
    schema = replace(
        schema,
        minimum=minimum,
        maximum=maximum,
        exclusive_minimum=draw(st.sampled_from([None, None, -7, 0])),
        exclusive_maximum=draw(st.sampled_from([None, None, 7, 0])),
        multiple_of=draw(st.sampled_from([None, None, 1, 2, 0.5])),
        min_length=min_length,
        max_length=max_length,
        min_items=min_items,
        max_items=max_items,
        unique_items=draw(st.booleans()),
        pattern=draw(_patterns),
        format=draw(st.one_of(st.none(), st.none(), st.sampled_from(FORMATS))),
        examples=tuple(draw(st.lists(_scalar, max_size=2))),
        closed=draw(st.booleans()),
    )
    return replace(schema, **draw(_parts(depth))) if depth else schema


@st.composite
def _parts(draw: st.DrawFn, depth: int) -> dict[str, Any]:
    inner = schemas(depth=depth - 1)
    properties = draw(st.dictionaries(names, inner, max_size=3))
    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True)) if properties else []
    return {
        "items": draw(st.one_of(st.none(), inner)),
        "properties": tuple(properties.items()),
        "required": tuple(required),
    }


_KEYWORDS: dict[str, dict[str, list[Any]]] = {
    "number": {
        "type": ["number", "integer", ["number", "null"]],
        "minimum": [-1, 0, 1, 2.5],
        "maximum": [1, 2, 3],
        "exclusiveMinimum": [0, 1],
        "exclusiveMaximum": [2, 3],
        "multipleOf": [1, 2, 0.5],
        "enum": [[1, 2], [1], [2, 3]],
        "const": [1, 2],
    },
    "string": {
        "type": ["string", ["string", "null"], ["string", "number"]],
        "minLength": [0, 1, 2],
        "maxLength": [1, 2, 3],
        "pattern": ["^a", "b"],
        "format": ["date", "email"],
        "enum": [["a", "b"], ["a"], ["ab", 1]],
    },
    "array": {
        "type": ["array", ["array", "null"]],
        "minItems": [0, 1, 2],
        "maxItems": [1, 2],
        "uniqueItems": [True],
        "items": [{"type": "integer"}, {"type": "number"}, {"minimum": 1}, {}],
    },
    "object": {
        "type": ["object", ["object", "null"]],
        "properties": [
            {"a": {"type": "integer"}},
            {"a": {"type": "number"}},
            {"a": {"type": "integer"}, "b": {"type": "integer"}},
            {"a": {}, "b": {}},
        ],
        "required": [["a"], ["b"], ["a", "b"]],
        "additionalProperties": [False],
    },
}

NEAR: tuple[Any, ...] = (
    *(None, True, -2, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4),
    *("", "a", "b", "ab", "abc", "ba", "2024-01-01", "a@example.com"),
    *([], [1], [1, 1], [1, 2], [0.5], [0], [1, 2, 3], ["a"]),
    *(
        {},
        {"a": 1},
        {"a": 0.5},
        {"a": "x"},
        {"b": 1},
        {"b": "x"},
        {"a": 1, "b": 1},
        {"c": 1},
        {"a": 1, "c": 1},
    ),
)
"""Values on every side of every bound that `pairs` draws."""


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Schema, Schema]:
    """Draws two schemas with few keywords that differ in one or two of them."""
    known = _KEYWORDS[draw(st.sampled_from(sorted(_KEYWORDS)))]
    chosen = draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True))
    old = {name: draw(st.sampled_from(known[name])) for name in chosen}
    new = dict(old)
    for name in draw(st.lists(st.sampled_from(sorted(known)), min_size=1, max_size=2, unique=True)):
        if name in new and draw(st.booleans()):
            del new[name]
        else:
            new[name] = draw(st.sampled_from(known[name]))
    try:
        return Schema.from_dict(old), Schema.from_dict(new)
    except InvalidSchema:  # a minimum above the maximum, or a required name without its property
        reject()


@st.composite
def arguments(draw: st.DrawFn, name: str) -> Argument:
    """Draws an argument, sometimes with annotations."""
    schema = draw(schemas(depth=1))
    optional = draw(st.booleans())
    if not optional and draw(st.booleans()):
        default = draw(_scalar)
        if is_valid(schema, default):
            schema = replace(schema, default=default)
    texts_of = [value for value in schema.enum or () if isinstance(value, str)]
    words = tuple((value, (f"the {value}", "other")) for value in texts_of) if draw(st.booleans()) else ()
    unit = draw(st.sampled_from([None, "percent", "kg"]))
    return Argument(name=name, schema=schema, optional=optional, unit=unit, words=words)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    """Draws any valid manifest."""
    chosen = draw(st.lists(names, max_size=3, unique=True))
    return Manifest(
        name=draw(st.sampled_from(["vat", "csv-to-json", "md5", "a1-b2"])),
        version=draw(versions),
        description=draw(st.sampled_from(["Does it.", "Fügt Umsatzsteuer hinzu ✓"])),
        sources=tuple(draw(st.lists(st.just("RFC 4648"), max_size=2))),
        arguments=tuple(draw(arguments(name)) for name in chosen),
        output=draw(schemas()),
        errors=tuple((code, "It cannot be.") for code in draw(st.lists(names, max_size=2, unique=True))),
        capabilities=draw(st.builds(Capabilities, clock=st.booleans(), random=st.booleans())),
        limits=draw(
            st.builds(
                Limits,
                wall_ms=st.integers(1, 60_000),
                memory_mb=st.integers(8, 1024),
                output_kb=st.integers(1, 16_384),
            )
        ),
    )


_named = st.dictionaries(names, json_values, max_size=3).map(lambda found: tuple(found.items()))
candidates = st.builds(Candidate, app=names, score=st.integers(0, 10_000).map(lambda number: number / 10_000))
_reasons = st.lists(texts, max_size=2).map(tuple)
_listed = st.lists(candidates, max_size=3).map(tuple)
_both: dict[str, Any] = {"candidates": _listed, "reasons": _reasons}
_sure = st.floats(0, 1)
_certainty = st.sampled_from(["sure", "likely"])
decisions: st.SearchStrategy[Decision] = st.one_of(
    st.builds(Use, app=names, arguments=_named, sure=_sure, certainty=_certainty, **_both),
    st.builds(
        Ask,
        app=names,
        arguments=_named,
        sure=_sure,
        missing=st.lists(names).map(tuple),
        either=st.lists(names).map(tuple),
        **_both,
    ),
    st.builds(Expand, app=names, **_both),
    st.builds(Compile, **_both),
    st.builds(Refuse, **_both),
)
_problems = st.lists(st.builds(Problem, path=texts, message=texts), max_size=3).map(tuple)
_kinds = st.sampled_from(["threw", "invalid_output", "wall", "cpu", "memory", "output", "crash"])
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Value, output=json_values),
    st.builds(Declared, error=names, meaning=texts),
    st.builds(Failed, kind=_kinds, message=texts, problems=_problems),
)
_attachments = st.one_of(st.none(), texts)
phrases = st.one_of(
    st.builds(
        Phrase, request=texts.filter(bool), fits=st.just(True), attachment=_attachments, arguments=_named
    ),
    st.builds(Phrase, request=texts.filter(bool), fits=st.just(False), attachment=_attachments, why=texts),
)
