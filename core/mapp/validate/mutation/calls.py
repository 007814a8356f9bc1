"""Faults in calls and lookups: functions, methods, arguments, fields, positions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

from mapp.syntax import Node
from mapp.validate.mutation.operator import (
    Edit,
    Operator,
    Proposals,
    arguments_of,
    instead_of,
    name_called,
)

_CALLS: Final = ("call_expression", "new_expression")
_SIBLINGS: Final = {
    "min": "max",
    "max": "min",
    "floor": "ceil",
    "ceil": "floor",
    "round": "floor",
    "trunc": "round",
    "some": "every",
    "every": "some",
    "startsWith": "endsWith",
    "endsWith": "startsWith",
    "toUpperCase": "toLowerCase",
    "toLowerCase": "toUpperCase",
    "indexOf": "lastIndexOf",
    "lastIndexOf": "indexOf",
    "padStart": "padEnd",
    "padEnd": "padStart",
    "trim": "trimStart",
    "trimStart": "trimEnd",
    "trimEnd": "trimStart",
    "push": "unshift",
    "unshift": "push",
    "pop": "shift",
    "shift": "pop",
    "find": "findLast",
    "findLast": "find",
    "findIndex": "findLastIndex",
    "findLastIndex": "findIndex",
    "keys": "values",
    "values": "keys",
    "reduce": "reduceRight",
    "reduceRight": "reduce",
    "replaceAll": "replace",
    "codePointAt": "charCodeAt",
    "sin": "cos",
    "cos": "sin",
    "getUTCDate": "getUTCDay",
    "getUTCDay": "getUTCDate",
}
_SYMMETRIC: Final = ("max", "min", "hypot", "concat", "imul")
_CUTTING: Final = ("slice", "substring", "substr", "splice", "subarray")
_OFFSETS: Final = (*_CUTTING, "at", "charAt", "charCodeAt", "codePointAt")


def call(node: Node) -> Proposals:
    """Proposes a call's argument instead of its result: `x` for `f(x)` and `x.trim()`."""
    function = node.part("function")
    if function is None or name_called(node).endswith("Error"):
        return
    if node.parent is not None and node.parent.kind == "expression_statement":
        return  # the rest would do nothing, which `statement` proposes already
    if function.kind == "identifier" and arguments_of(node):
        first = arguments_of(node)[0]
        if first.kind != "spread_element":
            yield instead_of(node, f"({first.text})")
    elif function.kind == "member_expression":
        subject = function.part("object")
        if subject is not None and subject.text in (
            "Math",
            "Object",
            "Array",
            "Number",
            "String",
            "JSON",
            "Date",
        ):
            if arguments_of(node) and arguments_of(node)[0].kind != "spread_element":
                yield instead_of(node, f"({arguments_of(node)[0].text})")
        elif subject is not None:
            yield instead_of(node, subject.text)


def argument(node: Node) -> Proposals:
    """Proposes to swap two neighbouring arguments."""
    if name_called(node) in _SYMMETRIC:
        return
    for one, other in pairwise(arguments_of(node)):
        if "spread_element" not in (one.kind, other.kind):
            between = node.text.encode()[one.end - node.start : other.start - node.start].decode()
            yield Edit(start=one.start, end=other.end, text=f"{other.text}{between}{one.text}")


def argument_left_out(node: Node) -> Proposals:
    """Proposes a call without its last argument, if it has several."""
    listed = arguments_of(node)
    if len(listed) > 1 and not (name_called(node) == "parseInt" and listed[-1].text == "10"):
        yield Edit(start=listed[-2].end, end=listed[-1].end, text="")


def method(node: Node) -> Proposals:
    """Proposes the method that is most easily confused with the called one."""
    function = node.part("function")
    name = function.part("property") if function is not None else None
    if name is not None and name.text in _SIBLINGS:
        yield instead_of(name, _SIBLINGS[name.text])


def offset(node: Node) -> Proposals:
    """Proposes to cut, or search, one position further; `number` handles literal numbers."""
    if name_called(node) in _OFFSETS:
        most = 2 if name_called(node) in _CUTTING else 1
        for place in arguments_of(node)[:most]:
            if place.kind not in ("number", "spread_element"):
                yield instead_of(place, f"({place.text}) + 1")


def index(node: Node) -> Proposals:
    """Proposes the item after, or before, the indexed one."""
    place = node.part("index")
    if place is not None and place.kind in ("binary_expression", "identifier", "update_expression"):
        yield instead_of(place, f"({place.text}) + 1")
        yield instead_of(place, f"({place.text}) - 1")


def field(node: Node) -> Proposals:
    """Proposes another field of the same object: the next one that the same function reads."""
    subject, name = node.part("object"), node.part("property")
    if subject is None or name is None or _is_called(node):
        return
    names = _fields_of(node, subject.text)
    if len(names) > 1 and name.text in names:
        yield instead_of(name, names[(names.index(name.text) + 1) % len(names)])


def _fields_of(node: Node, subject: str) -> list[str]:
    whole = node
    while whole.parent is not None and whole.parent.kind != "program":
        whole = whole.parent
    return sorted(_fields_within(whole).get(subject, ()))


@lru_cache(maxsize=64)
def _fields_within(whole: Node) -> Mapping[str, set[str]]:
    """Returns the fields that a part of a source reads (object -> names)."""
    found: dict[str, set[str]] = defaultdict(set)
    for other in whole.walk():
        if other.kind == "member_expression" and not _is_called(other):
            owner, name = other.part("object"), other.part("property")
            if owner is not None and name is not None:
                found[owner.text].add(name.text)
    return found


def _is_called(member: Node) -> bool:
    around = member.parent
    return (
        around is not None
        and around.kind in _CALLS
        and arguments_of(around) != [member]
        and (around.part("function") == member or around.part("constructor") == member)
    )


def names_taken(node: Node) -> Proposals:
    """Proposes to swap two neighbouring names in a destructured object or list."""
    for one, other in pairwise(node.parts):
        kinds = {one.kind, other.kind}
        between = node.text.encode()[one.end - node.start : other.start - node.start].decode()
        if kinds == {"shorthand_property_identifier_pattern"}:
            text = f"{one.text}: {other.text}{between}{other.text}: {one.text}"
            yield Edit(start=one.start, end=other.end, text=text)
        elif kinds == {"identifier"}:
            yield Edit(start=one.start, end=other.end, text=f"{other.text}{between}{one.text}")


def optional_chaining(node: Node) -> Proposals:
    """Proposes `a.b` for `a?.b`, which no longer checks for null."""
    around = node.parent
    if around is not None:
        yield instead_of(node, "." if around.kind == "member_expression" else "")


CALLS: Final = (
    Operator(
        id="call",
        says="`f(x)` becomes `x`, `x.trim()` becomes `x`",
        untested="what this call does to the value",
        kinds=("call_expression",),
        propose=call,
    ),
    Operator(
        id="argument",
        says="`f(a, b)` becomes `f(b, a)`",
        untested="which of these arguments is which",
        kinds=_CALLS,
        propose=argument,
    ),
    Operator(
        id="argument-gone",
        says="`f(a, b)` becomes `f(a)`",
        untested="what the last argument of this call is there for",
        kinds=_CALLS,
        propose=argument_left_out,
    ),
    Operator(
        id="method",
        says="`Math.min` becomes `Math.max`, `some` becomes `every`, `startsWith` becomes `endsWith`, …",
        untested="that it is this function and not its sibling",
        kinds=("call_expression",),
        propose=method,
    ),
    Operator(
        id="offset",
        says="`a.slice(i)` becomes `a.slice(i + 1)`",
        untested="where exactly this is cut",
        kinds=("call_expression",),
        propose=offset,
    ),
    Operator(
        id="index",
        says="`a[i]` becomes `a[i + 1]`, or `a[i - 1]`",
        untested="which item is looked up here",
        kinds=("subscript_expression",),
        propose=index,
    ),
    Operator(
        id="field",
        says="`a.from` becomes `a.to`, where the function looks up both",
        untested="which field is looked up here",
        kinds=("member_expression",),
        propose=field,
    ),
    Operator(
        id="names",
        says="`{ a, b }` becomes `{ a: b, b: a }` where it takes an input apart",
        untested="which of these values is which",
        kinds=("object_pattern", "array_pattern"),
        propose=names_taken,
    ),
    Operator(
        id="optional-chaining",
        says="`a?.b` becomes `a.b`",
        untested="an input for which there is nothing to look into",
        kinds=("optional_chain",),
        propose=optional_chaining,
    ),
)
