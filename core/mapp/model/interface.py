"""Compares two interfaces and says which version a change requires."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from mapp.model.capabilities import READING, Capabilities
from mapp.model.manifest import Manifest
from mapp.model.schema import ABSENT, TYPES, Schema
from mapp.model.values import JSONValue, canonical
from mapp.model.version import Level

Direction: TypeAlias = Literal["input", "output"]

MAX_SHOWN_LENGTH: Final = 80
"""How many characters of a keyword's value are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One way in which two interfaces differ, e.g. `input.rate: maximum was 100, is 50: it takes less`."""

    path: str
    level: Level
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """All differences between two interfaces, highest level first."""

    differences: tuple[Difference, ...] = ()

    @property
    def level(self) -> Level:
        """Returns the highest level of the differences; patch if there are none."""
        return max((difference.level for difference in self.differences), default=Level.PATCH)


def compare(old: Manifest, new: Manifest) -> Comparison:
    """Returns how the interface of `new` differs from that of `old`.

    Minor: a new optional argument, an argument that accepts more, a narrower output, a new output field.
    Major: an argument that was removed, narrowed or made required, a changed default, a wider output, a new
    capability or declared error. Patch: a removed capability or error, a changed limit. Descriptions do not
    count.
    """
    found = [
        *_arguments(old, new),
        *_schemas(old.output, new.output, "output", "output"),
        *_powers(old, new),
        *_unneeded(old, new),
    ]
    return Comparison(differences=tuple(sorted(found, key=lambda row: (-row.level, row.path))))


def interface_hash(manifest: Manifest) -> str:
    """Returns `sha256:` and the hash of everything callers rely on: schemas, errors and capabilities."""
    document: dict[str, JSONValue] = {
        "input": _bare(manifest.input_schema.to_dict()),
        "optional": [*sorted(row.name for row in manifest.arguments if not row.required)],
        "units": {row.name: row.unit for row in manifest.arguments if row.unit is not None},
        "output": _bare(manifest.output.to_dict()),
        "errors": [*sorted(manifest.error_codes)],
        "capabilities": list(manifest.capabilities.names),
    }
    if manifest.capabilities.calls:
        document["powers"] = manifest.capabilities.to_dict()
    return "sha256:" + hashlib.sha256(canonical(document).encode()).hexdigest()


def _bare(document: JSONValue, *, names: bool = False) -> JSONValue:
    """Returns a schema document without descriptions and examples; with `names`, keys are property names."""
    if isinstance(document, dict):
        prose = () if names else ("description", "examples")
        return {
            key: value
            if key in ("default", "const", "enum") and not names
            else _bare(value, names=key == "properties")
            for key, value in document.items()
            if key not in prose
        }
    return document


def _arguments(old: Manifest, new: Manifest) -> Iterator[Difference]:
    for argument in old.arguments:
        path = f"input.{argument.name}"
        successor = new.argument(argument.name)
        if successor is None:
            yield Difference(path=path, level=Level.MAJOR, message="was removed")
            continue
        if successor.required and not argument.required:
            yield Difference(path=path, level=Level.MAJOR, message="must now be given")
        elif argument.required and not successor.required:
            yield Difference(path=path, level=Level.MINOR, message="need no longer be given")
        if not argument.required and _default(argument.schema) != _default(successor.schema):
            message = _replaced("default", *map(_default, (argument.schema, successor.schema)))
            yield Difference(path=path, level=Level.MAJOR, message=message)
        if argument.unit is not None and argument.unit != successor.unit:
            yield Difference(path=path, level=Level.MAJOR, message=f"is no longer counted in {argument.unit}")
        yield from _schemas(argument.schema, successor.schema, path, "input")
    for argument in new.arguments:
        if old.argument(argument.name) is None:
            level = Level.MAJOR if argument.required else Level.MINOR
            what = "is new and required" if argument.required else "is new and optional"
            yield Difference(path=f"input.{argument.name}", level=level, message=what)


def _default(schema: Schema) -> str | None:
    return None if schema.default is ABSENT else canonical(schema.default)


def _powers(old: Manifest, new: Manifest) -> Iterator[Difference]:
    for name in sorted(set(new.capabilities.names) - set(old.capabilities.names)):
        yield Difference(path=f"capabilities.{name}", level=Level.MAJOR, message="is a new capability")
    yield from _wider(old.capabilities, new.capabilities)
    for code in sorted(new.error_codes - old.error_codes):
        yield Difference(path=f"errors.{code}", level=Level.MAJOR, message="is a new way to refuse")


def _wider(old: Capabilities, new: Capabilities) -> Iterator[Difference]:
    """Yields the capabilities that now reach further under the same name."""
    known = {(grant.host, grant.port): grant for grant in old.http}
    for grant in new.http:
        path, before = f"capabilities.http:{grant.host}", known.get((grant.host, grant.port))
        if before is None:
            continue
        if READING & set(grant.methods) - set(before.methods):
            more = ", ".join(sorted(READING & set(grant.methods) - set(before.methods)))
            yield Difference(path=path, level=Level.MAJOR, message=f"may now also be asked with {more}")
        if grant.secret is not None and grant.secret != before.secret:
            yield Difference(
                path=path, level=Level.MAJOR, message="sends another secret, or sends it differently"
            )
    if old.store is not None and new.store is not None and new.store.max_kb > old.store.max_kb:
        message = f"was {old.store.max_kb}, is {new.store.max_kb}"
        yield Difference(path="capabilities.store.max_kb", level=Level.MAJOR, message=message)
    if old.llm is not None and new.llm is not None and new.llm.max_tokens > old.llm.max_tokens:
        message = f"was {old.llm.max_tokens}, is {new.llm.max_tokens}"
        yield Difference(path="capabilities.llm.max_tokens", level=Level.MAJOR, message=message)


def _unneeded(old: Manifest, new: Manifest) -> Iterator[Difference]:
    """Yields the changes that do not affect callers."""
    for name in sorted(set(old.capabilities.names) - set(new.capabilities.names)):
        yield Difference(path=f"capabilities.{name}", level=Level.PATCH, message="is no longer used")
    for code in sorted(old.error_codes - new.error_codes):
        yield Difference(path=f"errors.{code}", level=Level.PATCH, message="is no longer given")
    for name in ("wall_ms", "memory_mb", "output_kb"):
        before, after = getattr(old.limits, name), getattr(new.limits, name)
        if before != after:
            message = f"was {before}, is {after}"
            yield Difference(path=f"limits.{name}", level=Level.PATCH, message=message)
    for argument in old.arguments:
        successor = new.argument(argument.name)
        if successor is not None and argument.unit is None and successor.unit is not None:
            message = f"is now documented as counted in {successor.unit}"
            yield Difference(path=f"input.{argument.name}", level=Level.PATCH, message=message)


def _schemas(old: Schema, new: Schema, path: str, direction: Direction) -> Iterator[Difference]:
    """Yields the differences of two schemas; a wider input is minor, a wider output major, and so on."""
    for name, compare_rule in _RULES.items():
        change = compare_rule(old, new)
        if change != "same":
            before, after = (_spelled(schema, name) for schema in (old, new))
            yield _judged(path, _replaced(name, before, after), change, direction)
    if old.items is not None and new.items is not None:
        yield from _schemas(old.items, new.items, f"{path}.items", direction)
    elif (old.items is None) != (new.items is None):
        change = "narrower" if old.items is None else "wider"
        yield _judged(path, f"items are {_now(change)} described", change, direction)
    yield from _fields(old, new, path, direction)


def _fields(old: Schema, new: Schema, path: str, direction: Direction) -> Iterator[Difference]:
    before, after = dict(old.properties), dict(new.properties)
    for name, schema in before.items():
        if name not in after:
            yield Difference(path=f"{path}.{name}", level=Level.MAJOR, message="was removed")
        else:
            yield from _schemas(schema, after[name], f"{path}.{name}", direction)
            if (name in new.required) != (name in old.required):
                change: InterfaceChange = "narrower" if name in new.required else "wider"
                yield _judged(f"{path}.{name}", f"is {_now(change)} required", change, direction)
    for name in after:
        if name not in before:
            # An open object accepted anything under that name; now the value must fit.
            stricter = direction == "input" and (name in new.required or not old.closed)
            level = Level.MAJOR if stricter else Level.MINOR
            yield Difference(path=f"{path}.{name}", level=level, message="is a new property")


InterfaceChange: TypeAlias = Literal["same", "wider", "narrower", "other"]


def _judged(path: str, what: str, change: InterfaceChange, direction: Direction) -> Difference:
    if change == "other":
        level = Level.MAJOR
    elif direction == "input":
        level = Level.MINOR if change == "wider" else Level.MAJOR
    else:
        level = Level.MAJOR if change == "wider" else Level.MINOR
    return Difference(path=path, level=level, message=f"{what}: {_WORDS[direction][change]}")


_WORDS: Final[Mapping[Direction, Mapping[InterfaceChange, str]]] = {
    "input": {
        "wider": "it takes more",
        "narrower": "it takes less",
        "other": "it takes something else",
    },
    "output": {
        "wider": "it may be more than before",
        "narrower": "it is only some of what it was",
        "other": "it is something else",
    },
}


def _now(change: InterfaceChange) -> str:
    return "now" if change == "narrower" else "no longer"


def _replaced(keyword: str, before: str | None, after: str | None) -> str:
    """Returns how a keyword changed: `maximum was 100, is 50`."""
    if before is None:
        return f"{keyword} is now {after}"
    return f"{keyword} was {before}, is {after}" if after is not None else f"{keyword} is no longer {before}"


def _spelled(schema: Schema, keyword: str) -> str | None:
    """Returns a keyword's value in a schema, shortened if long; None if the keyword is missing."""
    if keyword == "additionalProperties":
        return "false" if schema.closed else None
    found = schema.to_dict().get(keyword, ABSENT)
    if found is ABSENT:
        return None
    text = canonical(found)
    return text if len(text) <= MAX_SHOWN_LENGTH else f"{text[:MAX_SHOWN_LENGTH]}…"


def _set_rule(name: str) -> Callable[[Schema, Schema], InterfaceChange]:
    def rule(old: Schema, new: Schema) -> InterfaceChange:
        one, other = _members(old, name), _members(new, name)
        if one == other:
            return "same"
        if one is None or (other is not None and other < one):
            return "narrower"
        return "wider" if other is None or one < other else "other"

    return rule


def _members(schema: Schema, name: str) -> frozenset[str] | None:
    if name == "type":
        found = set(schema.types or TYPES)
        return frozenset(found | {"integer"} if "number" in found else found)
    if name == "const":
        return None if schema.const is ABSENT else frozenset([canonical(schema.const)])
    return None if schema.enum is None else frozenset(canonical(value) for value in schema.enum)


def _bound_rule(name: str, *, upper: bool) -> Callable[[Schema, Schema], InterfaceChange]:
    def rule(old: Schema, new: Schema) -> InterfaceChange:
        one, other = _bound(old, name), _bound(new, name)
        if one == other:
            return "same"
        if one is None or other is None:
            return "narrower" if one is None else "wider"
        return "wider" if (other > one) == upper else "narrower"

    return rule


def _bound(schema: Schema, name: str) -> int | float | None:
    found: int | float | None = getattr(schema, name)
    return None if found == 0 and name in ("min_length", "min_items") else found  # zero does not restrict


def _exact_rule(name: str) -> Callable[[Schema, Schema], InterfaceChange]:
    def rule(old: Schema, new: Schema) -> InterfaceChange:
        one, other = getattr(old, name), getattr(new, name)
        if one == other:
            return "same"
        if not one or not other:
            return "narrower" if not one else "wider"
        return "other"

    return rule


_RULES: Final[dict[str, Callable[[Schema, Schema], InterfaceChange]]] = {
    "type": _set_rule("type"),
    "enum": _set_rule("enum"),
    "const": _set_rule("const"),
    "minimum": _bound_rule("minimum", upper=False),
    "exclusiveMinimum": _bound_rule("exclusive_minimum", upper=False),
    "maximum": _bound_rule("maximum", upper=True),
    "exclusiveMaximum": _bound_rule("exclusive_maximum", upper=True),
    "minLength": _bound_rule("min_length", upper=False),
    "maxLength": _bound_rule("max_length", upper=True),
    "minItems": _bound_rule("min_items", upper=False),
    "maxItems": _bound_rule("max_items", upper=True),
    "multipleOf": _exact_rule("multiple_of"),
    "pattern": _exact_rule("pattern"),
    "format": _exact_rule("format"),
    "uniqueItems": _exact_rule("unique_items"),
    "additionalProperties": _exact_rule("closed"),
}
