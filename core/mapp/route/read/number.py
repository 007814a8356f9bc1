"""A number in a text, and the JSON number for its value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

SAFE_INTEGER = 2**53 - 1
MAX_EXPONENT = 300


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text; `soft` when the words may mean something else (`one`, `second`, `a`)."""

    start: int
    end: int
    value: Decimal
    soft: bool = False
    ordinal: bool = False
    parts: tuple[tuple[int, int], ...] = ()
    """The numbers that it also can be: `1/2` is one half, or one and two."""
    loose: bool = False
    """Whether a list takes its parts instead: `3,4` and `1 234`."""


def json_number(value: Decimal) -> int | float | None:
    """Returns the JSON number nearest to the value: an integer if it is whole, None if out of range."""
    if not value.is_finite() or value.adjusted() > MAX_EXPONENT:
        return None
    if value == value.to_integral_value() and abs(value) <= SAFE_INTEGER:
        return int(value)
    return float(value)
