"""The shape of JSON answers: learned from good ones, compared with a new one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mapp.model.values import JSONValue

MAX_DIFFERENCES: Final = 20
MAX_ITEMS: Final = 200
"""How many items of a list are looked at."""
MAX_DEPTH: Final = 32
_FORMATS: Final = {
    "date": re.compile(r"\d{4}-\d\d-\d\d\Z"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?\Z"),
    "time": re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?\Z"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
    "uri": re.compile(r"https?://\S+\Z"),
}
_DATA_NAME: Final = re.compile(r"[A-Z]{2,4}\Z|.*\d{3}|\d+\Z|.*[^A-Za-z0-9_\-$.@]")
"""Names of members that are data, such as currencies, years and ids."""
PAGING: Final = frozenset(
    [
        *("next", "nextpage", "nexturl", "nextlink", "nextcursor", "nextpagetoken", "nextpageurl", "cursor"),
        *("page", "pages", "pagination", "paging", "hasmore", "hasnext", "hasnextpage", "totalpages"),
        *("pagetoken", "continuation", "continuationtoken", "pagesize", "perpage", "offset", "pagecount"),
    ]
)
"""Names of members that say that an answer is one page of several, without underscores, in lower case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What good answers have in common at one place.

    `members` are the shapes of an object's members, `needed` the names that were always there. An object
    whose names are data has `values` instead. `formats` are those of texts, "" for any other text.
    """

    kinds: frozenset[str]
    formats: frozenset[str] = frozenset()
    members: tuple[tuple[str, Shape], ...] = ()
    needed: frozenset[str] = frozenset()
    values: Shape | None = None
    items: Shape | None = None


def shape_of(value: JSONValue, known: str = "", depth: int = 0) -> Shape:
    """Returns the shape of one value. Names of members that occur in `known`, the request, are data."""
    kind = _kind(value)
    if depth > MAX_DEPTH:
        return Shape(kinds=frozenset([kind]))
    if isinstance(value, str):
        return Shape(kinds=frozenset([kind]), formats=frozenset([_format(value)]))
    if isinstance(value, list):
        return Shape(
            kinds=frozenset([kind]),
            items=_all([shape_of(row, known, depth + 1) for row in value[:MAX_ITEMS]]),
        )
    if not isinstance(value, dict):
        return Shape(kinds=frozenset([kind]))
    inner = {name: shape_of(row, known, depth + 1) for name, row in value.items()}
    if inner and _are_data([*inner], known):
        return Shape(kinds=frozenset([kind]), values=_all([*inner.values()]))
    return Shape(kinds=frozenset([kind]), members=tuple(inner.items()), needed=frozenset(inner))


def merged(one: Shape, two: Shape) -> Shape:
    """Returns the shape that both have in common."""
    kinds, formats = one.kinds | two.kinds, one.formats | two.formats
    items = _all([row for row in (one.items, two.items) if row is not None])
    objects = [row for row in (one, two) if "object" in row.kinds]
    values = [row.values for row in objects if row.values is not None]
    if values:
        values += [row for shape in objects for _, row in shape.members]
        return Shape(kinds=kinds, formats=formats, items=items, values=_all(values))
    members: dict[str, Shape] = {}
    for shape in objects:
        for name, row in shape.members:
            members[name] = merged(members[name], row) if name in members else row
    needed = frozenset.intersection(*(row.needed for row in objects)) if objects else frozenset()
    return Shape(kinds=kinds, formats=formats, items=items, members=tuple(members.items()), needed=needed)


def differences(shape: Shape, value: JSONValue) -> tuple[str, ...]:
    """Returns what a reader of the learned shape would trip over, one sentence each.

    Members that are only added do no harm, unless they say that the answer is one page of several.
    """
    found: list[str] = []
    for line in _differences(shape, value, "", 0):
        if line not in found:
            found.append(line)
        if len(found) == MAX_DIFFERENCES:
            break
    return tuple(found)


def grafted(shape: Shape, value: JSONValue, good: JSONValue) -> JSONValue:
    """Returns a value that has, where it differs from the shape and only there, what a good one has.

    The members that say that an answer is one page of several are left out.
    """
    if _kind(value) not in shape.kinds:
        return good
    if isinstance(value, str) and "" not in shape.formats and _format(value) not in shape.formats:
        return good
    if isinstance(value, list) and isinstance(good, list) and shape.items is not None:
        items = shape.items
        return [grafted(items, row, good[at] if at < len(good) else row) for at, row in enumerate(value)]
    if not isinstance(value, dict) or not isinstance(good, dict):
        return value
    known = dict(shape.members)
    whole: dict[str, JSONValue] = {}
    for name, row in value.items():
        inner = shape.values if shape.values is not None else known.get(name)
        if inner is not None:
            whole[name] = grafted(inner, row, good.get(name, row))
        elif _plain(name) not in PAGING:
            whole[name] = row
    missing = {name: good[name] for name in shape.needed if name not in value and name in good}
    return {**whole, **missing}


def _differences(shape: Shape, value: JSONValue, path: str, depth: int) -> Iterator[str]:
    kind, place = _kind(value), path or "the answer"
    if depth > MAX_DEPTH:
        return
    if kind not in shape.kinds:
        was = " or ".join(sorted(shape.kinds))
        yield f"{place} is null, and was {was}" if kind == "null" else f"{place} is {kind}, and was {was}"
        return
    if isinstance(value, str) and "" not in shape.formats and _format(value) not in shape.formats:
        yield f"{place} is not a {' or '.join(sorted(shape.formats))} any more"
    elif isinstance(value, list) and shape.items is not None:
        for row in value[:MAX_ITEMS]:
            yield from _differences(shape.items, row, f"{path}[]", depth + 1)
    elif isinstance(value, dict):
        yield from _in_object(shape, value, path, depth)


def _in_object(shape: Shape, value: dict[str, JSONValue], path: str, depth: int) -> Iterator[str]:
    if shape.values is not None:
        for row in [*value.values()][:MAX_ITEMS]:
            yield from _differences(shape.values, row, f"{path}.*".lstrip("."), depth + 1)
        return
    known = dict(shape.members)
    added = [name for name in value if name not in known]
    for name in sorted(shape.needed - set(value)):
        where = _joined(path, name)
        near = [other for other in added if _kind(value[other]) in known[name].kinds]
        yield f"{where} is missing" + (f", and {_joined(path, near[0])} is new" if near else "")
    for name in added:
        if _plain(name) in PAGING and value[name] not in (None, False, "", 0):
            yield f"{_joined(path, name)} is new: the answer is one page of several"
    for name, row in value.items():
        if name in known:
            yield from _differences(known[name], row, _joined(path, name), depth + 1)


def _all(shapes: Sequence[Shape]) -> Shape | None:
    found: Shape | None = None
    for shape in shapes:
        found = shape if found is None else merged(found, shape)
    return found


def _kind(value: JSONValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case _:
            return "object"


def _format(text: str) -> str:
    return next((name for name, form in _FORMATS.items() if form.match(text)), "")


def _are_data(names: Sequence[str], known: str) -> bool:
    data = sum(1 for name in names if _DATA_NAME.match(name) or (len(name) > 2 and name in known))
    return 2 * data > len(names)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _joined(path: str, name: str) -> str:
    """Returns the path of a member; a name that is not a plain word is quoted, because a server chose it."""
    shown = name if re.fullmatch(r"[A-Za-z_$][\w$-]{0,60}", name, re.ASCII) else json.dumps(name[:60])
    return f"{path}.{shown}" if path else shown
