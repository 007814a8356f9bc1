"""How two outcomes differ, in a few words that many inputs share, so that differences can be grouped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from mapp.model.outcome import Declared, Failed, Outcome, Value
from mapp.model.values import JSONValue, canonical

NOISE: Final = 1e-12
"""Numbers that differ by less than this share of their size are equal, if the old one is not rounded."""
ROUNDED: Final = 12
"""A number with at most this many significant digits was rounded, or is exact."""
MAX_DEPTH: Final = 6


def changes_between(old: Outcome, new: Outcome) -> frozenset[str]:
    """Returns how two outcomes differ, one short text for each place; empty if they are the same answer.

    >>> sorted(changes_between(Value(output={"a": 1, "b": "x"}), Value(output={"a": 2, "b": "x "})))
    ['a: number', 'b: spaces']
    >>> changes_between(Value(output=1), Declared(error="too_large", meaning=""))
    frozenset({'value, then the error too_large'})
    """
    match old, new:
        case Value(output=before), Value(output=after):
            return frozenset(_changes("", before, after))
        case Declared(error=before_error), Declared(error=after_error) if before_error == after_error:
            return frozenset()
        case Failed(kind=before_kind), Failed(kind=after_kind) if before_kind == after_kind:
            return frozenset()
    return frozenset([f"{_named(old)}, then {_named(new)}"])


def is_noise(old: Outcome, new: Outcome) -> bool:
    """Returns whether two outcomes differ only by the last digits of numbers, which binary fractions cause.

    >>> is_noise(Value(output=0.30000000000000004), Value(output=0.3))
    True
    """
    return old != new and not changes_between(old, new)


def are_different(old: Outcome, new: Outcome, *, noise: bool) -> bool:
    """Returns whether two outcomes are different answers; with `noise`, the last digits count too.

    >>> are_different(Value(output=0.30000000000000004), Value(output=0.3), noise=False)
    False
    """
    return old != new and (noise or bool(changes_between(old, new)))


def are_like(changes: frozenset[str], stated: frozenset[str]) -> bool:
    """Returns whether changes may have the same cause as stated ones: a heal has one cause.

    How a text, a list or a number differs depends on the input. So if a stated change is about what a value
    holds, every such change is like it. Whether there is a value at all must be stated.

    >>> are_like(frozenset(["digits"]), frozenset(["text"]))
    True
    >>> are_like(frozenset(["value, then the error too_large"]), frozenset(["number"]))
    False
    """
    left = changes - stated
    return not left or (any(map(_is_of_value, stated)) and all(map(_is_of_value, left)))


def _is_of_value(change: str) -> bool:
    return not change.startswith(("value, then ", "the error ", "a failure "))


def _named(outcome: Outcome) -> str:
    match outcome:
        case Value():
            return "value"
        case Declared(error=error):
            return f"the error {error}"
        case Failed(kind=kind):
            return f"a failure ({kind})"


def _changes(path: str, before: JSONValue, after: JSONValue) -> Iterator[str]:
    if path.count(".") + path.count("[]") > MAX_DEPTH:
        if canonical(before) != canonical(after):
            yield _at(path, "other")
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _members(path, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(path, before, after)
    elif isinstance(before, bool) or isinstance(after, bool):
        if before is not after:
            yield _at(path, f"{canonical(before)}, then {canonical(after)}"[:60])
    elif isinstance(before, int | float) and isinstance(after, int | float):
        if abs(before - after) > NOISE * max(abs(before), abs(after)):
            yield _at(path, "number")
        elif before != after and _digits(before) <= ROUNDED < _digits(after):
            yield _at(path, "no longer rounded")
    elif isinstance(before, str) and isinstance(after, str):
        if before != after:
            yield _at(path, _text_change(before, after))
    elif before is not after:
        yield _at(path, f"{_kind(before)}, then {_kind(after)}")


def _members(path: str, before: dict[str, JSONValue], after: dict[str, JSONValue]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        inner = f"{path}.{name}".lstrip(".")
        if name in before and name in after:
            yield from _changes(inner, before[name], after[name])
        else:
            yield _at(inner, "missing" if name in before else "added")


def _items(path: str, before: list[JSONValue], after: list[JSONValue]) -> Iterator[str]:
    inner = f"{path}[]"
    if Counter(map(canonical, before)) == Counter(map(canonical, after)):
        if canonical(before) != canonical(after):
            yield _at(inner, "order")
    elif len(before) != len(after):
        yield _at(inner, "fewer" if len(before) > len(after) else "more")
    else:
        for one, other in zip(before, after, strict=True):
            yield from _changes(inner, one, other)


def _digits(number: float) -> int:
    """Returns how many significant digits a number needs."""
    return len(repr(float(number)).partition("e")[0].replace(".", "").replace("-", "").strip("0"))


def _text_change(before: str, after: str) -> str:
    if "".join(before.split()) == "".join(after.split()):
        return "spaces"
    if before.casefold() == after.casefold():
        return "case"
    if "".join(filter(str.isdigit, before)) != "".join(filter(str.isdigit, after)):
        return "digits"
    return "text"


def _kind(value: JSONValue) -> str:
    return {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number"}.get(
        type(value), "null"
    )


def _at(path: str, change: str) -> str:
    return f"{path}: {change}" if path else change
