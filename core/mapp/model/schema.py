"""The closed subset of JSON Schema 2020-12 that describes an app's input and output.

A third-party schema is code that runs on the host, so everything that can fetch, recurse or explode is left
out: no `$ref`, no combinators, no `patternProperties`; size, depth and count are limited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from mapp.errors import InvalidSchema, Problem
from mapp.model.values import InvalidValue as _InvalidValue
from mapp.model.values import JSONValue, canonical, checked


class _Absent(Enum):
    """The type of `ABSENT`, which differs from null: null is a value."""

    ABSENT = "absent"


Absent: TypeAlias = Literal[_Absent.ABSENT]
ABSENT: Final = _Absent.ABSENT

TYPES: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
FORMATS: Final = ("date", "date-time", "time", "email", "uri", "uuid")

MAX_DEPTH: Final = 12
MAX_SCHEMAS: Final = 1000
MAX_VALUES: Final = 1000
MAX_PATTERN_LENGTH: Final = 500
MAX_TEXT_LENGTH: Final = 4000

_NO_LINEAR_TIME = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?[=!<]|\\[1-9]|\\k)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Schema:
    """One schema of the subset; every field is the JSON Schema keyword of that name."""

    types: tuple[str, ...] = ()
    description: str = ""
    enum: tuple[JSONValue, ...] | None = None
    const: JSONValue | Absent = ABSENT
    default: JSONValue | Absent = ABSENT
    examples: tuple[JSONValue, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None
    exclusive_minimum: int | float | None = None
    exclusive_maximum: int | float | None = None
    multiple_of: int | float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    format: str | None = None
    items: Schema | None = None
    min_items: int | None = None
    max_items: int | None = None
    unique_items: bool = False
    properties: tuple[tuple[str, Schema], ...] = ()
    required: tuple[str, ...] = ()
    closed: bool = field(default=False, metadata={"keyword": "additionalProperties"})

    @property
    def has_default(self) -> bool:
        """Returns whether a default is given; null counts as one."""
        return self.default is not ABSENT

    @classmethod
    def from_dict(cls, document: object, *, path: str = "") -> Schema:
        """Parses a schema document.

        Raises:
            InvalidSchema: the document is outside the subset; lists every mistake with its path.
        """
        problems: list[Problem] = []
        schema = read_schema(document, path, problems)
        if problems:
            raise InvalidSchema("the schema is outside the subset that mapp accepts", problems)
        return schema

    def to_dict(self) -> dict[str, Any]:
        """Returns the schema as a plain JSON Schema document."""
        document: dict[str, Any] = {}
        if self.types:
            document["type"] = self.types[0] if len(self.types) == 1 else list(self.types)
        for keyword, name in _PLAIN_KEYWORDS.items():
            value = getattr(self, name)
            if value not in (None, False, "", ()) or (
                name in _ZERO_COUNTS and value == 0 and value is not None
            ):
                document[keyword] = list(value) if isinstance(value, tuple) else value
        for keyword in ("const", "default"):
            if (value := getattr(self, keyword)) is not ABSENT:
                document[keyword] = value
        if self.enum is not None:
            document["enum"] = list(self.enum)
        if self.items is not None:
            document["items"] = self.items.to_dict()
        if self.properties:
            document["properties"] = {name: schema.to_dict() for name, schema in self.properties}
        if self.closed:
            document["additionalProperties"] = False
        return document


_ZERO_COUNTS: Final = frozenset(
    [
        "minimum",
        "maximum",
        "exclusive_minimum",
        "exclusive_maximum",
        "min_length",
        "max_length",
        "min_items",
        "max_items",
    ]
)

_PLAIN_KEYWORDS: Final = {
    "description": "description",
    "examples": "examples",
    "minimum": "minimum",
    "maximum": "maximum",
    "exclusiveMinimum": "exclusive_minimum",
    "exclusiveMaximum": "exclusive_maximum",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
    "format": "format",
    "minItems": "min_items",
    "maxItems": "max_items",
    "uniqueItems": "unique_items",
    "required": "required",
}


def read_schema(document: object, path: str, problems: list[Problem]) -> Schema:
    """Parses a schema document, adding its mistakes to `problems`."""
    return _Reader(problems).read(document, path, 0)


class _Reader:
    """Parses one schema document, counting its parts and collecting its mistakes."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.count = 0

    def read(self, document: object, path: str, depth: int) -> Schema:
        self.count += 1
        if not isinstance(document, Mapping):
            return self._refuse(path, "must be a table (an object)")
        if depth > MAX_DEPTH or self.count > MAX_SCHEMAS:
            return self._refuse(path, f"is too large: at most {MAX_DEPTH} levels and {MAX_SCHEMAS} schemas")
        values: dict[str, Any] = {}
        for keyword, value in document.items():
            self._keyword(keyword, value, path, depth, values)
        schema = Schema(**values)
        self._agreement(schema, path)
        return schema

    def _keyword(self, keyword: object, value: object, path: str, depth: int, values: dict[str, Any]) -> None:
        place = f"{path}.{keyword}" if path else str(keyword)
        if keyword == "items":
            values["items"] = self.read(value, place, depth + 1)
        elif keyword == "properties":
            values["properties"] = self._properties(value, place, depth)
        elif isinstance(keyword, str) and keyword in _GETTERS:
            name, getter = _GETTERS[keyword]
            try:
                values[name] = getter(value)
            except _Refused as error:
                self._refuse(place, str(error))
        else:
            self._refuse(place, f"is not a keyword of the subset: use {', '.join(sorted(_KEYWORDS))}")

    def _properties(self, value: object, path: str, depth: int) -> tuple[tuple[str, Schema], ...]:
        if not isinstance(value, Mapping):
            self._refuse(path, "must be a table (an object)")
            return ()
        found: list[tuple[str, Schema]] = []
        for name, schema in value.items():
            place = f"{path}.{name}"
            if not isinstance(name, str) or not name or len(name) > 64 or name == "__proto__":
                self._refuse(place, "is not a valid property name")
                continue
            if len(found) >= MAX_VALUES:
                self._refuse(path, f"has more than {MAX_VALUES} properties")
                break
            found.append((name, self.read(schema, place, depth + 1)))
        return tuple(found)

    def _agreement(self, schema: Schema, path: str) -> None:
        names = [name for name, _ in schema.properties]
        for name in schema.required:
            if name not in names:
                self._refuse(f"{path}.required", f"names {name!r}, which is not a property")
        for low, high in (
            ("minimum", "maximum"),
            ("min_length", "max_length"),
            ("min_items", "max_items"),
        ):
            one, other = getattr(schema, low), getattr(schema, high)
            if one is not None and other is not None and one > other:
                self._refuse(path, f"{low.replace('_', ' ')} is above {high.replace('_', ' ')}")

    def _refuse(self, path: str, message: str) -> Schema:
        self.problems.append(Problem(path=path, message=message))
        return Schema()


class _Refused(Exception):
    """A keyword has an invalid value."""


def _types(value: object) -> tuple[str, ...]:
    found: object = [value] if isinstance(value, str) else value
    if not isinstance(found, list) or not found or not all(name in TYPES for name in found):
        raise _Refused(f"must be one of {', '.join(TYPES)}, or a list of them")
    if len(set(found)) != len(found):
        raise _Refused("names a type twice")
    return tuple(found)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Refused("must be a text")
    if len(value) > MAX_TEXT_LENGTH:
        raise _Refused(f"is longer than {MAX_TEXT_LENGTH} characters")
    return str(_json(value))


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Refused("must be a number")
    _json(value)
    return value


def _positive(value: object) -> int | float:
    number = _number(value)
    if number <= 0:
        raise _Refused("must be above zero")
    return number


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _Refused("must be a whole number, zero or more")
    return int(_number(value))


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Refused("must be true or false")
    return value


def _json(value: object) -> JSONValue:
    try:
        return checked(value)
    except _InvalidValue as error:
        problem = error.problems[0]
        raise _Refused(problem.message if not problem.path else str(problem)) from None


def _values(value: object) -> tuple[JSONValue, ...]:
    if not isinstance(value, list):
        raise _Refused("must be a list")
    if len(value) > MAX_VALUES:
        raise _Refused(f"has more than {MAX_VALUES} values")
    return tuple(_json(item) for item in value)


def _enum(value: object) -> tuple[JSONValue, ...]:
    found = _values(value)
    if not found:
        raise _Refused("must name at least one value")
    if len({canonical(item) for item in found}) != len(found):
        raise _Refused("names a value twice")
    return found


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _Refused("must be a list of names")
    if len(set(value)) != len(value):
        raise _Refused("names a property twice")
    return tuple(value)


def _pattern(value: object) -> str:
    text = _text(value)
    if len(text) > MAX_PATTERN_LENGTH:
        raise _Refused(f"is longer than {MAX_PATTERN_LENGTH} characters")
    if _NO_LINEAR_TIME.search(text):
        raise _Refused("uses look-around or a back-reference, which cannot be matched in linear time")
    return text


def _format(value: object) -> str:
    if value not in FORMATS:
        raise _Refused(f"must be one of {', '.join(FORMATS)}")
    return str(value)


def _closed(value: object) -> bool:
    if value is not False:
        raise _Refused("can only be false")
    return True


_GETTERS: Final[dict[str, tuple[str, Callable[[object], object]]]] = {
    "type": ("types", _types),
    "description": ("description", _text),
    "enum": ("enum", _enum),
    "const": ("const", _json),
    "default": ("default", _json),
    "examples": ("examples", _values),
    "minimum": ("minimum", _number),
    "maximum": ("maximum", _number),
    "exclusiveMinimum": ("exclusive_minimum", _number),
    "exclusiveMaximum": ("exclusive_maximum", _number),
    "multipleOf": ("multiple_of", _positive),
    "minLength": ("min_length", _count),
    "maxLength": ("max_length", _count),
    "pattern": ("pattern", _pattern),
    "format": ("format", _format),
    "minItems": ("min_items", _count),
    "maxItems": ("max_items", _count),
    "uniqueItems": ("unique_items", _boolean),
    "required": ("required", _names),
    "additionalProperties": ("closed", _closed),
}

_KEYWORDS: Final = frozenset([*_GETTERS, "items", "properties"])

assert {item.name for item in fields(Schema)} == {name for name, _ in _GETTERS.values()} | {
    "items",
    "properties",
}
