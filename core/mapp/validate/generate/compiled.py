"""Compiles a schema into a function that draws values; contradictions are reported with their path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from mapp.model.schema import ABSENT, TYPES, Schema
from mapp.model.validation import validator
from mapp.model.values import canonical
from mapp.validate.generate import numbers, texts
from mapp.validate.generate.choices import Choices, Drawer, NothingFits, length, pick, seldom
from mapp.validate.generate.formats import FORMATS
from mapp.validate.generate.neighbours import neighbour
from mapp.validate.generate.patterns import matching

MAX_ITEMS: Final = 1000
"""The largest `minItems` for which lists are drawn."""
LARGEST: Final = 20_000
"""The largest number of parts (items and members at every level) that a schema may require of a value."""
ATTEMPTS: Final = 60
"""How often one part is redrawn before the whole value is rejected."""
_ROOM: Final = (200, 30, 8, 3, 2, 1)
"""The usual limit of a list's length; nested lists get fewer, or values would explode."""
_STRANGE: Final = ("__proto__", "constructor", "toString", "length", "", "0", "extra", "é", "a b")


class Rejected(Exception):
    """A drawn part does not fit, and redrawing it did not help."""


def values(schema: Schema, path: str = "") -> Drawer:
    """Returns a drawer for a schema; rarely, a drawn value does not fit, or the drawer raises `Rejected`.

    Raises:
        NothingFits: it is clear from the schema that no value fits, or none small enough; has the path.
    """
    drawer = _values(schema, path)
    if (least := _least(schema)) > LARGEST:
        raise _nothing(path, f"its smallest value holds {least:,} parts, and at most {LARGEST:,} are drawn")
    return drawer


def _values(schema: Schema, path: str) -> Drawer:
    fits = validator(schema)
    known = [value for value in _known(schema) if fits(value)]
    if schema.const is not ABSENT or schema.enum is not None:
        if not known:
            listed = "its const does not fit" if schema.const is not ABSENT else "no value of its enum fits"
            raise _nothing(path, f"{listed} what else it demands")
        return lambda choices: pick(choices, known)
    drawers = _by_type(schema, path, known)
    if not known:
        return drawers[0] if len(drawers) == 1 else lambda choices: pick(choices, drawers)(choices)
    if not drawers:
        return lambda choices: pick(choices, known)
    return lambda choices: pick(choices, known) if seldom(choices, 8) else pick(choices, drawers)(choices)


def _known(schema: Schema) -> list[Any]:
    if schema.const is not ABSENT:
        return [schema.const]
    if schema.enum is not None:
        return list(schema.enum)
    return [*schema.examples, *([schema.default] if schema.has_default else [])]


def _by_type(schema: Schema, path: str, known: list[Any]) -> list[Drawer]:
    kinds = schema.types or tuple(name for name in TYPES if name != "integer")
    drawers, reasons = [], []
    for kind in kinds:
        try:
            drawers.append(_KINDS[kind](schema, path))
        except NothingFits as error:
            reasons.append(str(error))
    if not drawers and not known:
        raise NothingFits("; ".join(dict.fromkeys(reasons)))
    return drawers


def _null(_: Schema, __: str) -> Drawer:
    return lambda _: None


def _boolean(_: Schema, __: str) -> Drawer:
    return lambda choices: choices.below(2) == 1


def _at(draw: Callable[[Schema], Drawer]) -> Callable[[Schema, str], Drawer]:
    """Returns `draw` with the path added to every `NothingFits` that it raises."""

    def placed(schema: Schema, path: str) -> Drawer:
        try:
            return draw(schema)
        except NothingFits as error:
            raise _nothing(path, str(error)) from None

    return placed


def _string(schema: Schema) -> Drawer:
    shortest, longest = schema.min_length or 0, schema.max_length
    if longest is not None and shortest > longest:
        raise NothingFits(f"minLength {shortest} is above maxLength {longest}")
    if shortest > texts.MAX_LENGTH:
        raise NothingFits(
            f"minLength {shortest:,} is more than the {texts.MAX_LENGTH:,} characters that are drawn"
        )
    if schema.format is not None:
        return _sized(FORMATS[schema.format], schema)
    if schema.pattern is not None:
        return _sized(matching(schema.pattern), schema)
    return texts.texts(shortest, longest)


def _sized(draw: Drawer, schema: Schema) -> Drawer:
    """Returns a drawer that redraws texts that are too short or too long."""
    shortest = schema.min_length or 0
    longest = schema.max_length if schema.max_length is not None else texts.MAX_LENGTH
    if shortest == 0 and schema.max_length is None:
        return draw

    def drawn(choices: Choices) -> str:
        for _ in range(ATTEMPTS):
            text: str = draw(choices)
            if shortest <= len(text) <= longest:
                return text
        raise Rejected

    return drawn


def _array(schema: Schema, path: str) -> Drawer:
    least, most = schema.min_items or 0, schema.max_items
    if most is not None and least > most:
        raise _nothing(path, f"minItems {least} is above maxItems {most}")
    if least > MAX_ITEMS:
        raise _nothing(path, f"minItems {least:,} is more than the {MAX_ITEMS:,} items that are drawn")
    within = path.count("[]")
    usual = _ROOM[min(within, len(_ROOM) - 1)]
    room = max(least, min(usual if most is None else most, usual if within else MAX_ITEMS))
    try:
        item = _values(schema.items, f"{path}[]") if schema.items is not None else _scalar
    except NothingFits:
        if least:
            raise
        return lambda _: []
    if schema.unique_items:
        different = _different(schema.items)
        if different is not None and different < least:
            raise _nothing(path, f"minItems {least} different items, but only {different} values fit an item")
        return _set(item, least, room if different is None else min(room, different))
    return _list(item, least, room)


def _list(item: Drawer, least: int, most: int) -> Drawer:
    def drawn(choices: Choices) -> list[Any]:
        count = length(choices, least, most)
        way = choices.below(8)
        if way == 7 and count:  # all items equal
            return [item(choices)] * count
        found = [item(choices) for _ in range(count)]
        if way == 6 and count > 1:  # one item twice, or nearly
            found[choices.below(count)] = _like(choices, pick(choices, found))
        if way == 5:
            found.sort(key=canonical, reverse=choices.below(2) == 1)
        return found

    return drawn


def _set(item: Drawer, least: int, most: int) -> Drawer:
    def drawn(choices: Choices) -> list[Any]:
        count = length(choices, least, most)
        found: dict[str, Any] = {}
        for _ in range(count * 4 + ATTEMPTS):
            if len(found) == count:
                break
            near = found and seldom(choices, 6)
            value = neighbour(choices, pick(choices, list(found.values()))) if near else item(choices)
            found.setdefault(canonical(value), value)
        if len(found) < least:
            raise Rejected
        return list(found.values())

    return drawn


def _like(choices: Choices, value: Any) -> Any:
    return value if choices.below(2) else neighbour(choices, value)


def _scalar(choices: Choices) -> Any:
    options: tuple[Any, ...] = (
        0,
        1,
        "a",
        "",
        None,
        True,
        False,
        -1,
        0.5,
        [],
        {},
        "1",
        [[]],
        {"constructor": 1},
    )
    return pick(choices, options)


def _object(schema: Schema, path: str) -> Drawer:
    needed: list[tuple[str, Drawer]] = []
    optional: list[tuple[str, Drawer]] = []
    for name, inner in schema.properties:
        try:
            drawer = _values(inner, f"{path}.{name}".lstrip("."))
        except NothingFits:
            if name in schema.required:
                raise
            continue
        (needed if name in schema.required else optional).append((name, drawer))

    def drawn(choices: Choices) -> dict[str, Any]:
        found = {name: draw(choices) for name, draw in needed}
        way = choices.below(8) if optional else 0
        for name, draw in optional:
            if way > 0 and (way == 7 or choices.below(2)):
                found[name] = draw(choices)
        if not schema.closed and seldom(choices, 5):
            name = pick(choices, _STRANGE)
            found.setdefault(name, _scalar(choices))
        return found

    return drawn


_KINDS: Final[dict[str, Callable[[Schema, str], Drawer]]] = {
    "null": _null,
    "boolean": _boolean,
    "integer": _at(numbers.integers),
    "number": _at(numbers.numbers),
    "string": _at(_string),
    "array": _array,
    "object": _object,
}


def _different(schema: Schema | None) -> int | None:
    """Returns how many values fit a schema, None if that is not easy to tell."""
    if schema is None:
        return None
    if schema.enum is not None:
        return len(schema.enum)
    if schema.const is not ABSENT:
        return 1
    counts = {"null": 1, "boolean": 2}
    if schema.types and all(kind in counts or kind == "integer" for kind in schema.types):
        return sum(counts[kind] if kind in counts else numbers.count_of(schema) for kind in schema.types)
    return None


def _least(schema: Schema) -> int:
    """Returns the number of parts in the smallest value of a schema, including the value itself."""
    if schema.enum is not None or schema.const is not ABSENT or not set(schema.types) <= {"array", "object"}:
        return 1
    counts = []
    if "array" in schema.types or not schema.types:
        counts.append((schema.min_items or 0) * (_least(schema.items) if schema.items is not None else 1))
    if "object" in schema.types or not schema.types:
        counts.append(sum(_least(inner) for name, inner in schema.properties if name in schema.required))
    return 1 + (min(counts) if schema.types else 0)


def _nothing(path: str, why: str) -> NothingFits:
    return NothingFits(f"{path}: {why}" if path else why)
