"""Amounts in several units or with a fraction: `5 ft 11 in`, `2 stone 3`, `1h30`, `an hour and a half`."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Final

from mapp.route.read.fractions import AND_PART, mixed_part
from mapp.route.read.lexicon import FUNCTION_WORDS
from mapp.route.read.mention import Mention, mention_at
from mapp.route.read.number import Number, json_number
from mapp.route.read.unit_words import unit_after
from mapp.route.read.units import BY_NAME, unit_called

MAX_PARTS: Final = 6
"""How many units one amount can have."""

LOWER: Final = {
    "mi": ("yd", "ft"), "yd": ("ft", "in"), "ft": ("in",),
    "st": ("lb", "oz"), "lb": ("oz",),
    "gal": ("qt", "pt", "cup", "floz"), "qt": ("pt", "cup", "floz"), "pt": ("floz",), "cup": ("tbsp", "tsp"),
    "tbsp": ("tsp",),
    "km": ("m",), "m": ("cm", "mm"), "cm": ("mm",), "t": ("kg",), "kg": ("g",), "l": ("ml", "cl", "dl"),
    "week": ("day", "hour", "minute", "second"), "day": ("hour", "minute", "second"),
    "hour": ("minute", "second"), "minute": ("second",), "second": ("millisecond",),
    "year": ("month",), "decade": ("year",),
}  # fmt: skip
"""Units that may follow another one in the same amount."""
_METRIC = frozenset({"km", "m", "cm", "t", "kg", "l"})
_UNSAID = {"ft": ("in", 1), "st": ("lb", 1), "hour": ("minute", 2), "minute": ("second", 2), "m": ("cm", 2)}
"""The unit of a number after a unit (`5 ft 11`, `1h30`), and the least number of its digits."""
_GAP = re.compile(r"(?:\s?,)?\s?(?:and\s)?|-|\s?&\s?")
_TIGHT_GAP = re.compile(r"[\s\u00a0\u202f]?")
_TAIL_GAP = re.compile(r"[\s\u00a0\u202f-]?")
_ONE = re.compile(r"(?<![\w-])(?:an?|one)[\s-](?=[a-z])", re.IGNORECASE)
_OF_ONE = re.compile(
    r"[\s-](?:of\s)?(?:an?|one)\s|\s1\s|[\s-](?=(?:hour|mile|pint|pound|litre|liter|acre)\b)"
)
_PERCENT = re.compile(r"(?:percent|per\s?cent|%)(?![a-z])", re.IGNORECASE)
_NEXT_WORD = re.compile(r"\s?([A-Za-z]+)")
_AFTER_TAIL = FUNCTION_WORDS | {"tall", "high", "long", "wide", "deep", "old", "or", "plus", "minus"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A number with its unit: where the number is, where the unit ends."""

    start: int
    number_end: int
    end: int
    value: Decimal
    unit: str
    article: bool = False

    @property
    def number(self) -> tuple[int, int]:
        """Returns the span of the number."""
        return self.start, self.number_end


def compounds_in(
    text: str, found: Sequence[Number], taken: Sequence[tuple[int, int]], closing: Container[int] = ()
) -> Iterator[Mention]:
    """Yields the amounts made of several numbers, in their smallest unit.

    Args:
        text: the text.
        found: its numbers, by place.
        taken: spans of dates and times, whose numbers are not read.
        closing: where quotations end.
    """
    plain = _outermost(found, taken)
    parts = sorted([*_with_units(text, plain, closing), *_articles(text)], key=lambda part: part.start)
    covered = 0
    for place, part in enumerate(parts):
        if part.start < covered:
            continue
        chain = _chain(text, parts[place : place + MAX_PARTS], plain)
        if len(chain) > 1:
            covered = chain[-1].end
            yield _joined(text, chain)
        elif (mention := _and_a_part(text, part)) is not None:
            covered = mention.end
            yield mention
    yield from _shares(text, plain)


def _outermost(found: Sequence[Number], taken: Sequence[tuple[int, int]]) -> list[Number]:
    kept: list[Number] = []
    for number in sorted(found, key=lambda number: (number.start, -number.end)):
        inside = any(start <= number.start and number.end <= end for start, end in taken)
        if not number.ordinal and not inside and (not kept or number.end > kept[-1].end):
            kept.append(number)
    return kept


def _with_units(text: str, plain: Sequence[Number], closing: Container[int]) -> Iterator[_Part]:
    for number in plain:
        unit = unit_after(text, number.end, closing)
        if unit is not None and unit[0] in BY_NAME:
            yield _Part(number.start, number.end, unit[1], number.value, unit[0])


def _articles(text: str) -> Iterator[_Part]:
    """Yields `an hour` and `one mile`, which another number may follow."""
    for match in _ONE.finditer(text):
        word = _NEXT_WORD.match(text, match.end() - 1)
        unit = unit_called(word.group(1)) if word and len(word.group(1)) > 2 else None
        if word and unit is not None and word.group(1).lower() != "quarter":
            yield _Part(match.start(), match.end() - 1, word.end(), Decimal(1), unit.name, article=True)


# Several units


def _chain(text: str, parts: Sequence[_Part], plain: Sequence[Number]) -> list[_Part]:
    """Returns the first part with the parts of lower units that follow it."""
    chain = [parts[0]]
    for part in parts[1:]:
        joined = _lower(text, chain[-1], part)
        if joined is None:
            break
        chain[-1:] = joined
    tail = _unsaid_tail(text, chain[-1], plain)
    return [*chain, tail] if tail is not None else chain


def _lower(text: str, above: _Part, below: _Part) -> list[_Part] | None:
    """Returns both parts if the second continues the first, with `m` read as minutes next to hours."""
    if below.unit == "m" and above.unit in ("week", "day", "hour"):
        below = _Part(below.start, below.number_end, below.end, below.value, "minute")
    if below.article:
        return None
    if above.unit == "m" and below.unit == "second" and text[above.number_end : above.end].strip() == "m":
        above = _Part(above.start, above.number_end, above.end, above.value, "minute")
    gap = _TIGHT_GAP if above.unit in _METRIC else _GAP
    fits = below.unit in LOWER.get(above.unit, ()) and gap.fullmatch(text, above.end, below.start)
    return [above, below] if fits and _in_range(above, below) else None


def _in_range(above: _Part, below: _Part) -> bool:
    ratio = BY_NAME[above.unit].factor / BY_NAME[below.unit].factor
    return above.value == above.value.to_integral_value() and 0 <= below.value < ratio


def _unsaid_tail(text: str, above: _Part, plain: Sequence[Number]) -> _Part | None:
    """Returns the number after a unit that counts the next lower one: the 11 of `5 ft 11` and `5'11`."""
    unit, digits = _UNSAID.get(above.unit, ("", 0))
    place = bisect_left(plain, above.end, key=_start)
    number = plain[place] if place < len(plain) else None
    if not unit or number is None or not _TAIL_GAP.fullmatch(text, above.end, number.start):
        return None
    written = text[number.start : number.end]
    if not (written.isalpha() or written[-1:] >= "½" or written[-1:].isdigit()) or written[:1] in "+-−":
        return None
    if digits == 2 and not re.fullmatch(r"\d\d", written):
        return None
    tail = _Part(number.start, number.end, number.end, number.value, unit)
    return tail if _in_range(above, tail) and _ends_here(text, number.end) else None


_start = attrgetter("start")


def _ends_here(text: str, end: int) -> bool:
    """Returns whether the amount is over: the number counts no thing of its own."""
    if re.match(r"\s?[%€$£°'\"]|[.,:/-]\d|\s?[x×]\s?\d", text[end:]):
        return text[end : end + 1] in ("'", '"') or re.match(r"\s?[x×]", text[end:]) is not None
    word = _NEXT_WORD.match(text, end)
    if word is None:
        return True
    following = word.group(1).lower()
    return text[end : end + 1].isspace() and len(following) > 1 and following in _AFTER_TAIL


def _joined(text: str, chain: Sequence[_Part]) -> Mention:
    last = BY_NAME[chain[-1].unit]
    total = sum((part.value * BY_NAME[part.unit].factor for part in chain), Decimal(0)) / last.factor
    value = json_number(round(total, 12).normalize())
    span = chain[0].start, chain[-1].end
    return _mention(text, span, value, last.name, tuple(part.number for part in chain))


# Fractions of a unit


def _and_a_part(text: str, part: _Part) -> Mention | None:
    """Returns `an hour and a half` or `3 miles and a quarter`."""
    match = AND_PART.match(text, part.end)
    fraction = mixed_part(match) if match else None
    if match is None or fraction is None or part.value != part.value.to_integral_value():
        return None
    value = json_number(part.value + fraction)
    parts = (part.number, match.span("part"))
    return _mention(text, (part.start, match.end()), value, part.unit, parts)


def _shares(text: str, plain: Sequence[Number]) -> Iterator[Mention]:
    """Yields `half an hour`, `three quarters of a mile`, `2/3 of an inch` and `half a percent`."""
    for number in plain:
        match = _OF_ONE.match(text, number.end) if 0 < number.value < 1 else None
        if match is None:
            continue
        span = number.start, number.end
        value = json_number(number.value)
        if percent := _PERCENT.match(text, match.end()):
            whole = (number.start, percent.end())
            yield mention_at(text, "percent", whole, value, "percent", number=span)
        elif (unit := unit_after(text, match.end() - 1)) is not None:
            yield _mention(text, (number.start, unit[1]), value, unit[0], (span,))


def _mention(
    text: str,
    span: tuple[int, int],
    value: int | float | None,
    unit: str,
    parts: tuple[tuple[int, int], ...],
) -> Mention:
    mention = mention_at(text, "quantity", span, value, unit, number=parts[0])
    return replace(mention, parts=parts, compound=True)
