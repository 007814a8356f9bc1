"""Draws numbers within bounds: the bounds, their neighbours, very small and very large numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Final, NamedTuple

from mapp.model.schema import Schema
from mapp.model.values import MAX_INTEGER
from mapp.validate.generate.choices import Choices, Drawer, NothingFits, pick

LARGEST: Final = 1.7976931348623157e308
_POWERS: Final = (7, 8, 15, 16, 31, 32, 53)
_TENS: Final = (10, 100, 1000, 10**6, 10**9, 10**12)
_FLOATS: Final = (
    *(0.0, -0.0, 0.5, 0.1, 0.01, 1.5, 2.5, 0.30000000000000004, 1 / 3, 0.005, 1.005, 0.999999),
    *(1e-6, 1e-7, 1e-16, 2.220446049250313e-16, 2.2250738585072014e-308, 5e-324),
    *(1e15, 1e16, 1e20, 1e21, 9007199254740992.0, 4294967296.5, 1e100, LARGEST),
)


class Bounds(NamedTuple):
    """The lower and upper bound, each with whether it is exclusive, and their names."""

    low: int | float
    low_open: bool
    low_name: str
    high: int | float
    high_open: bool
    high_name: str


def integers(schema: Schema) -> Drawer:
    """Returns a drawer of the whole numbers that a schema accepts; raises NothingFits."""
    limits = _bounds(schema, MAX_INTEGER)
    step = _step(schema)
    factor = 1 if step is None else step.numerator  # the whole multiples of p/q are those of p
    low, high = _whole_range(limits, Fraction(factor))
    if low > high:
        kind = "whole number" if factor == 1 else f"multiple of {factor}"
        raise NothingFits(_between(kind, limits))
    counts = whole(low, high)
    return counts if factor == 1 else lambda choices: counts(choices) * factor


def numbers(schema: Schema) -> Drawer:
    """Returns a drawer of the numbers that a schema accepts; raises NothingFits."""
    limits = _bounds(schema, LARGEST)
    step = _step(schema)
    if step is not None:
        return _multiples(limits, step)
    if limits.low > limits.high or (limits.low == limits.high and (limits.low_open or limits.high_open)):
        raise NothingFits(_between("number", limits))
    closed = _closed(limits)
    if closed.low > closed.high:
        raise NothingFits(_between("number", limits))
    # Ordinary numbers first: a person would type them, and other numbers shrink to them.
    ways = [_scaled(closed, 1), _scaled(closed, 1), _scaled(closed, 100), _scaled(closed, 10)]
    known = [way for way in ways if way is not None]
    return _one_of([*known, _edges(limits), _doubles(closed)])


def _closed(limits: Bounds) -> Bounds:
    """Returns the bounds with the nearest double inside in place of each exclusive one."""
    low = math.nextafter(float(limits.low), math.inf) if limits.low_open else limits.low
    high = math.nextafter(float(limits.high), -math.inf) if limits.high_open else limits.high
    return limits._replace(low=low, low_open=False, high=high, high_open=False)


def whole(low: int, high: int) -> Drawer:
    """Returns a drawer of the whole numbers between two bounds, both of which fit."""
    near = min(max(low, 0), high)
    edges = tuple(dict.fromkeys(number for number in _edge_candidates(low, high) if low <= number <= high))
    span = high - low

    def drawn(choices: Choices) -> int:
        way = choices.below(8)
        if way < 3:
            return _off(choices, near, choices.below(20), low, high)
        if way < 5:
            return pick(choices, edges)
        if way < 7:
            size = choices.below(span.bit_length() + 1)
            return _off(choices, near, choices.below(1 << size), low, high)
        return low + choices.below(span + 1)

    return drawn


def count_of(schema: Schema) -> int:
    """Returns how many whole numbers fit a schema."""
    step = _step(schema)
    low, high = _whole_range(_bounds(schema, MAX_INTEGER), Fraction(step.numerator if step else 1))
    return max(0, high - low + 1)


def _off(choices: Choices, near: int, distance: int, low: int, high: int) -> int:
    number = near + distance
    if low < near and choices.below(2):
        number = near - distance
    return min(max(number, low), high)


def _edge_candidates(low: int, high: int) -> list[int]:
    found = [0, 1, low, high, -1, 2, low + 1, high - 1, 3, -2]
    for power in _POWERS:
        found += [2**power, 2**power - 1, -(2**power)]
    for power in _TENS:
        found += [power, power - 1, power + 1]
    return found


def _scaled(limits: Bounds, scale: int) -> Drawer | None:
    """Returns a drawer of decimal fractions (whole numbers divided by a power of ten), None if none fits."""
    # Beyond this, doubles have no room for decimals.
    most = MAX_INTEGER
    clipped = limits._replace(
        low=max(limits.low, -most / scale) if scale > 1 else max(limits.low, -most),
        high=min(limits.high, most / scale) if scale > 1 else min(limits.high, most),
    )
    low, high = _whole_range(clipped, Fraction(1, scale))
    if low > high:
        return None
    counts = whole(low, high)
    return counts if scale == 1 else lambda choices: counts(choices) / scale


def _edges(limits: Bounds) -> Drawer:
    low, high = float(limits.low), float(limits.high)
    inside = [math.nextafter(low, math.inf), math.nextafter(high, -math.inf)]
    inside += [] if limits.low_open else [low]
    inside += [] if limits.high_open else [high]
    common = [*_FLOATS, *(-number for number in _FLOATS)]
    # A bound is drawn as often as all other numbers together.
    own = [number for number in inside if low <= number <= high]
    others = [number for number in common if low < number < high] or own
    return lambda choices: pick(choices, own if choices.below(2) else others)


def _doubles(limits: Bounds) -> Drawer:
    low, high = float(limits.low), float(limits.high)

    def drawn(choices: Choices) -> float:
        share = choices.below(1 << 53) / (1 << 53)
        if choices.below(2):
            return min(max(low * (1 - share) + high * share, low), high)
        exponent = choices.below(120) - 60
        number = math.ldexp(1 + share, exponent) * (-1 if low < 0 and choices.below(2) else 1)
        return min(max(number, low), high)

    return drawn


def _multiples(limits: Bounds, step: Fraction) -> Drawer:
    low, high = _whole_range(limits, step)
    if low > high:
        raise NothingFits(_between(f"multiple of {_said(float(step))}", limits))
    counts = whole(low, high)
    if step.denominator == 1:
        # I-JSON does not allow an integer beyond 2^53, but a double.
        return lambda choices: _double(counts(choices) * step.numerator)
    return lambda choices: counts(choices) * step.numerator / step.denominator


def _double(number: int) -> int | float:
    return number if abs(number) <= MAX_INTEGER else float(number)


def _bounds(schema: Schema, most: float) -> Bounds:
    lows = [(-most, False, "minimum")]
    highs = [(most, False, "maximum")]
    if schema.minimum is not None:
        lows.append((schema.minimum, False, "minimum"))
    if schema.exclusive_minimum is not None:
        lows.append((schema.exclusive_minimum, True, "exclusiveMinimum"))
    if schema.maximum is not None:
        highs.append((schema.maximum, False, "maximum"))
    if schema.exclusive_maximum is not None:
        highs.append((schema.exclusive_maximum, True, "exclusiveMaximum"))
    low = max(lows, key=lambda bound: (bound[0], bound[1]))
    high = min(highs, key=lambda bound: (bound[0], not bound[1]))
    return Bounds(*low, *high)


def _step(schema: Schema) -> Fraction | None:
    return None if schema.multiple_of is None else Fraction(repr(schema.multiple_of))


def _whole_range(limits: Bounds, step: Fraction) -> tuple[int, int]:
    """Returns the smallest and the largest count of steps within the bounds."""
    first, last = Fraction(limits.low) / step, Fraction(limits.high) / step
    low, high = math.ceil(first), math.floor(last)
    low += limits.low_open and low == first
    high -= limits.high_open and high == last
    return low, high


def _between(kind: str, limits: Bounds) -> str:
    low, high = f"{limits.low_name} {_said(limits.low)}", f"{limits.high_name} {_said(limits.high)}"
    if limits.low > limits.high:
        return f"{low} is above {high}"
    return f"no {kind} lies between {low} and {high}"


def _said(number: float) -> str:
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e16 else repr(number)


def _one_of(drawers: list[Drawer]) -> Drawer:
    return lambda choices: pick(choices, drawers)(choices)
