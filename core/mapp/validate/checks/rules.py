"""Describes a set of inputs by a condition on one argument, e.g. `price < 0`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from mapp.model.values import JSONValue, canonical
from mapp.validate.trial import Arguments

MIN_SEEN: Final = 3
"""A rule needs at least this many inputs on either side."""
MAX_RULE_LENGTH: Final = 60


def common_rule(parted: Sequence[Arguments], agreed: Sequence[Arguments]) -> str:
    """Returns a condition on one argument that holds for all inputs that differ and for no other."""
    if min(len(parted), len(agreed)) < MIN_SEEN:
        return ""
    for name in parted[0]:
        here, there = ([row.get(name) for row in rows if name in row] for rows in (parted, agreed))
        if len(here) == len(parted):
            for measure in (_bound, _listed):
                if found := measure(name, here, there):
                    return found
    return ""


def _bound(name: str, here: Sequence[Any], there: Sequence[Any]) -> str:
    for shown, size in _SIZES:
        if all(size(value) is not None for value in (*here, *there)):
            inside, outside = [size(value) for value in here], [size(value) for value in there]
            if not outside:
                return ""
            if max(inside) < min(outside):
                return f"{shown.format(name)} {_below(max(inside), min(outside))}"
            if min(inside) > max(outside):
                return f"{shown.format(name)} {_above(min(inside), max(outside))}"
    return ""


def _below(inside: float, outside: float) -> str:
    return "< 0" if inside < 0 <= outside else f"<= {canonical(inside)}"


def _above(inside: float, outside: float) -> str:
    return "> 0" if outside <= 0 < inside else f">= {canonical(inside)}"


def _number(value: object) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _length(value: object) -> int | None:
    """Returns the length as JavaScript counts it: for a text, in UTF-16 code units."""
    if isinstance(value, str):
        return len(value.encode("utf-16-le", "surrogatepass")) // 2
    return len(value) if isinstance(value, list) else None


_SIZES: Final[tuple[tuple[str, Callable[[Any], Any]], ...]] = (("{}", _number), ("the length of {}", _length))


def _listed(name: str, here: Sequence[JSONValue], there: Sequence[JSONValue]) -> str:
    inside, outside = {canonical(value) for value in here}, {canonical(value) for value in there}
    if inside & outside or len(inside) >= min(len(here), MIN_SEEN):
        return ""
    text = " or ".join(sorted(inside))
    return f"{name} is {text}" if len(text) <= MAX_RULE_LENGTH else ""
