"""The unit that is written after a number."""

from __future__ import annotations

import re
from collections.abc import Container

from mapp.route.read.units import unit_called

_UNIT_WORD = re.compile(r"[°µμ]?[A-Za-zΩ]+(?:[²³]|\^?[234](?!\d))?|°|%")
_OVER_UNIT = re.compile(r"/([A-Za-z]+(?:[²³]|\^?[234](?!\d))?)|\s(?:per|an)\s([a-z]+)(?![a-z])")
_AFTER_IN = re.compile(
    r"[\s-]?in(?=\s?(?:$|[,.;:?!)]|to\b|into\b|as\b|wide\b|long\b|tall\b|high\b|deep\b|x\b|×|by\b|in\b))"
)
_SHORT = {"second": "s", "hour": "h", "hr": "h", "sec": "s", "minute": "min", "h": "h", "s": "s"}
_FEET = re.compile(r"['’′](?!['’′\w]|\s?s\b)|['’′](?=\d{1,2}(?!\d))")
_INCHES = re.compile(r"''|’’|′′|[\"”″]")


_NEXT_WORD = re.compile(r"\s([°µ]?[A-Za-z]+)")


def _before_a_unit(text: str, place: int) -> bool:
    """Returns whether a unit follows, so that the `in` before it asks for that unit: `6'2 in cm`."""
    word = _NEXT_WORD.match(text, place)
    unit = unit_called(word.group(1)) if word is not None else None
    return unit is not None and unit.dimension != "share"


def unit_after(text: str, place: int, closing: Container[int] = ()) -> tuple[str, int] | None:
    """Returns the unit that follows a number and where it ends: `km`, ` square metres`, `-foot`, ` miles per
    hour`, and the marks for feet and inches.

    Args:
        text: the text.
        place: where the number ends.
        closing: where quotations end: a quotation mark there is no mark for inches.
    """
    for name, pattern in (("in", _INCHES), ("ft", _FEET)):
        mark = pattern.match(text, place)
        if mark and mark.end() not in closing:
            return name, mark.end()
    if match := _AFTER_IN.match(text, place):
        return "in", match.end()
    gap = 1 if text[place : place + 1] in (" ", "-", "\u00a0", "\u202f") else 0
    match = _UNIT_WORD.match(text, place + gap)
    if match is None or match.group() == "%":
        return None
    if match.group().lower() == "in" and _before_a_unit(text, match.end()):
        return None
    if longer := _unit_of_words(text, match):
        return longer
    unit = unit_called(match.group())
    if over := _OVER_UNIT.match(text, match.end()):
        return _ratio(match, over, unit.name if unit else None)
    return (unit.name, match.end()) if unit else None


def _unit_of_words(text: str, first: re.Match[str]) -> tuple[str, int] | None:
    """Returns a unit of two or three words, such as `square feet`, `degrees Celsius` or `light years`."""
    rest = re.compile(r"\s?([A-Za-z]+)(?:\s([A-Za-z]+))?").match(text, first.end())
    if rest is None:
        return None
    two = f"{first.group()} {rest.group(1)}"
    if rest.group(2) and (unit := unit_called(f"{two} {rest.group(2)}")):
        return unit.name, rest.end(2)
    unit = unit_called(two)
    return (
        (unit.name, rest.end(1)) if unit and " " in two and unit_called(first.group()) is not unit else None
    )


def _ratio(above: re.Match[str], below: re.Match[str], unit: str | None) -> tuple[str, int] | None:
    known = unit_called(f"{above.group()}{below.group()}")
    if known:
        return known.name, below.end()
    word = (below.group(1) or below.group(2)).lower()
    short = _SHORT.get(word.removesuffix("s") if len(word) > 2 else word)
    speed = unit and short and unit_called(f"{unit}/{short}")
    if speed:
        return speed.name, below.end()
    if below.group(1) and len(above.group()) <= 4:
        return f"{above.group()}{below.group()}", below.end()
    return (unit, above.end()) if unit else None
