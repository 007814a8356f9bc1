"""Validates values against schemas; the only importer of `jsonschema-rs`.

The library matches patterns in linear time (the Rust `regex` crate), and its retriever always refuses. So a
schema can neither hang the host nor make it fetch. `validation_cost` limits how much there is to match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mapp.errors import InvalidSchema, Problem
from mapp.model.schema import Schema
from mapp.model.validation_cost import MAX_WORK, work
from mapp.model.values import JSONValue, canonical

if TYPE_CHECKING:
    import jsonschema_rs

MAX_PROBLEMS: Final = 20
"""How many mistakes one report lists."""
MAX_AT_ONCE: Final = 200
"""The mistakes of a value with more parts are collected part by part, not by the library at once."""
Place: TypeAlias = "tuple[str | int, ...]"
OVERLOADED: Final = "is too expensive to validate: its texts are too long for patterns of this size"
_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
_DIGITS: Final = {"date": f"^{_DATE}$", "time": f"^{_TIME}$", "date-time": f"^{_DATE}[Tt ]{_TIME}$"}


def violations(schema: Schema, value: JSONValue) -> tuple[Problem, ...]:
    """Returns the mistakes of a value, at most 20, each with its path."""
    document = canonical(schema.to_dict())
    if _is_overloaded(schema, document, value):
        return (Problem(path="", message=OVERLOADED),)
    if _validator(document).is_valid(value):
        return ()
    small = _size(value, MAX_AT_ONCE) < MAX_AT_ONCE
    problems = _problems(schema, value) if small else _one_by_one(schema, value, ())
    return tuple(islice(problems, MAX_PROBLEMS))


def is_valid(schema: Schema, value: JSONValue) -> bool:
    """Returns whether a value fits a schema."""
    return validator(schema)(value)


def validator(schema: Schema) -> Callable[[JSONValue], bool]:
    """Returns a function that tests whether a value fits a schema, for many values."""
    document = canonical(schema.to_dict())
    test: Callable[[JSONValue], bool] = _validator(document).is_valid
    return lambda value: not _is_overloaded(schema, document, value) and test(value)


def schema_faults(schema: Schema, path: str) -> Iterator[Problem]:
    """Yields patterns that do not compile and defaults that do not fit."""
    if schema.pattern is not None:
        fault = _pattern_fault(schema.pattern)
        if fault:
            yield Problem(path=f"{path}.pattern", message=fault)
            return
    for name, inner in schema.properties:
        yield from schema_faults(inner, f"{path}.{name}")
    if schema.items is not None:
        yield from schema_faults(schema.items, f"{path}.items")
    if schema.has_default:
        for problem in violations(schema, schema.default):  # type: ignore[arg-type]  # has_default says so
            yield Problem(path=f"{path}.default", message=problem.message)


def _problems(schema: Schema, value: JSONValue, at: Place = ()) -> Iterator[Problem]:
    """Yields the mistakes of a value at a path; the library finds all of them at once."""
    found: set[str] = set()
    for error in _validator(canonical(schema.to_dict())).iter_errors(value):
        path, message = _place([*at, *error.instance_path]), _message(error.message)
        if "allOf" in error.schema_path:  # only `_strict` adds one
            if path in found:
                continue
            message = "does not match its format"
        found.add(path)
        yield Problem(path=path, message=message)


def _one_by_one(schema: Schema, value: JSONValue, at: Place) -> Iterator[Problem]:
    """Yields the mistakes of a large value: its own, and those of each invalid part."""
    match value:
        case list() if schema.items is not None:
            yield from _problems(replace(schema, items=None), value, at)
            test = _validator(canonical(schema.items.to_dict())).is_valid
            for index, item in enumerate(value):
                if not test(item):
                    yield from _one_by_one(schema.items, item, (*at, index))
        case dict() if schema.properties:
            names = tuple((name, Schema()) for name, _ in schema.properties)
            yield from _problems(replace(schema, properties=names), value, at)
            for name, inner in schema.properties:
                if name in value and not _validator(canonical(inner.to_dict())).is_valid(value[name]):
                    yield from _one_by_one(inner, value[name], (*at, name))
        case _:
            yield from _problems(schema, value, at)


def _size(value: JSONValue, most: int) -> int:
    """Returns how many values a value contains, including itself; counting may stop at `most`."""
    size, left = 0, [value]
    while left and size < most:
        size += 1
        match left.pop():
            case list() as items:
                left += items[:most]
            case dict() as members:
                left += islice(members.values(), most)
    return size


def _is_overloaded(schema: Schema, document: str, value: JSONValue) -> bool:
    heavy = '"pattern":' in document or '"multipleOf":' in document
    return heavy and work(schema, value) > MAX_WORK


@lru_cache(maxsize=1024)
def _validator(document: str) -> jsonschema_rs.Draft202012Validator:
    import json

    return _compiled(_strict(json.loads(document)))


def _strict(document: dict[str, Any]) -> dict[str, Any]:
    """Returns a schema that requires ASCII digits in dates and times.

    jsonschema-rs 0.46 accepts a slash as a digit: it takes 0/00-10-01 for a date.
    """
    found = dict(document)
    if found.get("format") in _DIGITS:
        found["allOf"] = [{"pattern": _DIGITS[found["format"]]}]
    if "items" in found:
        found["items"] = _strict(found["items"])
    if "properties" in found:
        found["properties"] = {name: _strict(inner) for name, inner in found["properties"].items()}
    return found


def _compiled(document: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(
        document,
        validate_formats=True,
        retriever=_refuse,
        pattern_options=jsonschema_rs.RegexOptions(size_limit=2**20, dfa_size_limit=2**21),
    )


@lru_cache(maxsize=1024)
def _pattern_fault(pattern: str) -> str:
    try:
        _compiled({"pattern": pattern})
    except ValueError:  # jsonschema_rs.ValidationError is one
        return "does not compile in linear time: it is malformed, too large, or uses look-around"
    return ""


def _refuse(address: str) -> Any:
    raise InvalidSchema(f"a schema may not fetch {address}")


def _place(path: Sequence[str | int]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _message(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:140]} … {message[-140:]}"
